//! How alike two pictures are: PSNR, SSIM and CIEDE2000.

mod ciede2000;
mod delta_e;
mod difference_histogram;
mod lab;
mod psnr;
mod rows;
mod simd;
mod ssim;
#[cfg(test)]
mod tests;

use serde::{Serialize, Serializer};

pub use ciede2000::ciede2000;
pub use delta_e::{DeltaE, delta_e00_map};
pub use lab::lab_of_srgb;
pub use psnr::{mse, psnr_db};

use crate::{Frame, Planes};
use rows::Rows;

/// How alike two pictures are.
///
/// As JSON: `{"psnr_db", "ssim", "delta_e00": {"mean", "p95", "max"}}`. JSON has no infinity, so
/// `psnr_db` is written as [`Score::WRITTEN_PSNR_DB`] at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// Peak signal-to-noise ratio in dB, data range 1; infinite when the pictures are equal.
    #[serde(serialize_with = "written_psnr")]
    pub psnr_db: f64,
    /// Structural similarity, at most 1 (equal).
    pub ssim: f64,
    /// Colour difference.
    pub delta_e00: DeltaE,
}

impl Score {
    /// The PSNR in dB that is written for equal pictures and for any above.
    pub const WRITTEN_PSNR_DB: f64 = 100.0;

    /// Compares the pixels that `mask` counts (`true`; all without a mask) of two pictures, or of
    /// two mosaics of tiles of `tile` = width × height pixels ([`crate::View::tile_size`]; the
    /// size of the picture when it is whole).
    ///
    /// PSNR and ΔE00 are those of the counted pixels. SSIM (Wang, Bovik, Sheikh and Simoncelli,
    /// 2004: Gaussian window, σ = 1.5, 11×11 pixels, population variance, each channel, then the
    /// mean) is the mean over the windows that lie inside one tile and whose centre counts. A tile
    /// that is smaller than a window is one window of equal weights. When no window is left (the
    /// mask has only pixels near the edges), the counted pixels together are one window.
    ///
    /// `None` when the sizes differ, the mask has another length, or no pixel counts.
    #[must_use]
    pub fn between(
        a: &Planes,
        b: &Planes,
        mask: Option<&[bool]>,
        tile: [usize; 2],
    ) -> Option<Self> {
        let mse = mse(a, b, mask)?;
        let (ssim, delta_e00) =
            rayon::join(|| ssim::ssim_of(a, b, mask, tile), || delta_e::delta_e_of(a, b, mask));
        Some(Self { psnr_db: psnr_db(mse), ssim: ssim?, delta_e00: delta_e00? })
    }

    /// Compares two whole pictures, of any depth, in a few megabytes of working memory.
    ///
    /// `None` when the sizes differ.
    #[must_use]
    pub fn of_frames(a: &Frame, b: &Frame) -> Option<Self> {
        let mse = psnr::mse_of_frames(a, b)?;
        Some(Self {
            psnr_db: psnr_db(mse),
            ssim: ssim::ssim_of(a, b, None, Rows::size(a))?,
            delta_e00: delta_e::delta_e_of(a, b, None)?,
        })
    }

    /// The PSNR in dB, at most `cap`.
    #[must_use]
    pub const fn psnr_db_capped(&self, cap: f64) -> f64 {
        self.psnr_db.min(cap)
    }
}

fn written_psnr<S: Serializer>(psnr_db: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(psnr_db.min(Score::WRITTEN_PSNR_DB))
}
