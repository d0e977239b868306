//! Colour filter arrays: one sample a pixel, behind a red, green or blue filter.

mod demosaic;
#[cfg(test)]
mod tests;
mod unpack;

use rayon::prelude::*;

use self::demosaic::{Mosaic, REACH};
use super::{DecodeError, FrameFormat, PixelFormat};

/// A colour filter array with its sample layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bayer {
    /// Which colour stands where in a 2×2 tile.
    pub pattern: BayerPattern,
    /// How samples are stored.
    pub layout: BayerLayout,
}

/// Colours of a 2×2 tile, first row then second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BayerPattern {
    /// R G / G B.
    Rggb,
    /// B G / G R.
    Bggr,
    /// G R / B G.
    Grbg,
    /// G B / R G.
    Gbrg,
}

/// How the samples of a colour filter array are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BayerLayout {
    /// A byte a sample.
    Bits8,
    /// 10 bits in the low bits of two bytes, little endian.
    Bits10,
    /// 10 bits as on the MIPI CSI-2 bus (RAW10): four samples in five bytes.
    Bits10Packed,
    /// 12 bits in the low bits of two bytes, little endian.
    Bits12,
    /// 12 bits as on the MIPI CSI-2 bus (RAW12): two samples in three bytes.
    Bits12Packed,
    /// 14 bits in the low bits of two bytes, little endian.
    Bits14,
    /// 14 bits as on the MIPI CSI-2 bus (RAW14): four samples in seven bytes.
    Bits14Packed,
    /// 16 bits in two bytes, little endian.
    Bits16,
}

/// Samples of a sensor without light, and fully exposed, in its own values. What is not given is
/// 0, or the largest value that the samples can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SensorLevels {
    /// Sample without light.
    pub black: Option<u16>,
    /// Sample of full exposure.
    pub white: Option<u16>,
}

impl BayerPattern {
    /// Every pattern.
    pub const ALL: [Self; 4] = [Self::Rggb, Self::Bggr, Self::Grbg, Self::Gbrg];

    /// Whether the first pixel of the picture is green, and whether the first row has red ones.
    const fn first(self) -> (bool, bool) {
        match self {
            Self::Rggb => (false, true),
            Self::Bggr => (false, false),
            Self::Grbg => (true, true),
            Self::Gbrg => (true, false),
        }
    }
}

impl BayerLayout {
    /// Every layout.
    pub const ALL: [Self; 8] = [
        Self::Bits8,
        Self::Bits10,
        Self::Bits10Packed,
        Self::Bits12,
        Self::Bits12Packed,
        Self::Bits14,
        Self::Bits14Packed,
        Self::Bits16,
    ];

    /// Bits of a sample: 8, 10, 12, 14 or 16.
    #[must_use]
    pub const fn depth(self) -> u8 {
        match self {
            Self::Bits8 => 8,
            Self::Bits10 | Self::Bits10Packed => 10,
            Self::Bits12 | Self::Bits12Packed => 12,
            Self::Bits14 | Self::Bits14Packed => 14,
            Self::Bits16 => 16,
        }
    }

    /// The largest value of a sample.
    #[must_use]
    pub const fn most(self) -> u16 {
        u16::MAX >> (16 - self.depth())
    }

    /// Bytes of a row without padding; packed rows are whole groups.
    pub(super) const fn row_bytes(self, columns: usize) -> usize {
        match self {
            Self::Bits8 => columns,
            Self::Bits10Packed => columns.div_ceil(4) * 5,
            Self::Bits12Packed => columns.div_ceil(2) * 3,
            Self::Bits14Packed => columns.div_ceil(4) * 7,
            Self::Bits10 | Self::Bits12 | Self::Bits14 | Self::Bits16 => columns * 2,
        }
    }
}

/// Rows that are interpolated at a time: large beside [`REACH`], small beside the caches.
const BAND_ROWS: usize = 48;

/// Linear R, G and B of every pixel, 0 at black and 65535 at white.
pub(super) fn develop(
    format: &FrameFormat,
    Bayer { pattern, layout }: Bayer,
    levels: SensorLevels,
    bytes: &[u8],
) -> Result<Vec<u16>, DecodeError> {
    let plane = format.planes_of(bytes.len())?.first;
    let [width, height] = format.size()?;
    let most = layout.most();
    let (black, white) = (levels.black.unwrap_or(0), levels.white.unwrap_or(most));
    if white <= black || white > most {
        let pixel = PixelFormat::Bayer(Bayer { pattern, layout });
        return Err(DecodeError::Levels { pixel, black, white, most });
    }
    let scale = 1.0 / (f32::from(white) - f32::from(black));
    let mut out = vec![0; width * height * 3];
    let bands = out.par_chunks_mut(BAND_ROWS * width * 3).enumerate();
    bands.for_each(|(band, out)| {
        let top = band * BAND_ROWS;
        let mut samples = vec![0; width];
        let mut mosaic = Mosaic::new(width, out.len() / (width * 3), pattern.first());
        for (index, row) in mosaic.rows_mut().enumerate() {
            let from = reflected((top + index).cast_signed() - REACH.cast_signed(), height);
            unpack::row(layout, plane.row(bytes, from), &mut samples);
            // Bits above the depth are not light, whatever a driver leaves there.
            let light = |&sample: &u16| (f32::from(sample & most) - f32::from(black)) * scale;
            let inner = row.iter_mut().skip(REACH);
            inner.zip(&samples).for_each(|(out, sample)| *out = light(sample));
            for column in 0..REACH {
                let right = width + REACH + column;
                for outer in [column, right] {
                    let inner = reflected(outer.cast_signed() - REACH.cast_signed(), width);
                    let value = row.get(inner + REACH).copied().unwrap_or_default();
                    row.get_mut(outer).into_iter().for_each(|out| *out = value);
                }
            }
        }
        mosaic.interpolate(out);
    });
    Ok(out)
}

/// The index within an extent of at least 2 that lies behind a mirror in the middle of the border
/// pixel: so the same colour stands there as at `index`.
const fn reflected(index: isize, extent: usize) -> usize {
    let last = extent - 1;
    let folded = index.unsigned_abs() % (2 * last);
    if folded > last { 2 * last - folded } else { folded }
}
