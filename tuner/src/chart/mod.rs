//! A 24-patch colour chart (`ColorChecker` Classic) in a picture: where it is, and what colours its
//! patches have.

mod corners;
mod error;
mod find;
mod homography;
mod likeness;
mod patches;
mod reference;
#[cfg(test)]
mod tests;

pub use corners::Corners;
pub use error::ChartError;
pub use patches::PatchColours;
pub use reference::{COLUMNS, PATCHES, REFERENCE, ROWS, ReferencePatch};

use likeness::likeness;
use patches::PatchPixels;

use crate::{Frame, ciede2000, lab_of_srgb, linear_to_srgb, srgb_to_linear};

/// Colours are those of the chart from this correlation on: photographs of it by 21 cameras came to 0.93
/// and more in the right order, and to at most 0.43 in each of the seven others.
const LEAST_LIKENESS: f64 = 0.75;
/// A patch is clipped when this part of its middle is.
const CLIPPED_SHARE: f64 = 0.5;

/// A chart that lies in pictures of one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    corners: Corners,
    size: [usize; 2],
    pixels: PatchPixels,
}

impl Chart {
    /// The chart at these corners of a picture, which it is made sure of: the colours are those of
    /// the chart in its order, and no patch is clipped.
    ///
    /// # Errors
    /// [`ChartError`] when it cannot be read.
    pub fn at(corners: Corners, frame: &Frame) -> Result<Self, ChartError> {
        let rated = |chart: &Self| (likeness(&chart.pixels.means(frame)), chart.corners);
        let orders = corners.orders().filter_map(|order| Self::placed(order, frame.size()).ok());
        let best = orders.map(|chart| rated(&chart)).max_by(|a, b| a.0.total_cmp(&b.0));
        let best = best.filter(|(most, _)| *most >= LEAST_LIKENESS);
        let chart = match (Self::placed(corners, frame.size()), best) {
            // Read row by row, perhaps.
            (Err(ChartError::Crossed { .. }), Some((_, better))) => {
                return Err(ChartError::Turned { better });
            }
            (placed, _) => placed?,
        };
        let (likeness, _) = rated(&chart);
        match best {
            None => {
                let least = LEAST_LIKENESS;
                return Err(ChartError::Unlike { corners, likeness, least });
            }
            Some((most, better)) if most > likeness => return Err(ChartError::Turned { better }),
            Some(_) => {}
        }
        chart.not_clipped(frame)?;
        Ok(chart)
    }

    /// Looks for a chart in a picture.
    ///
    /// # Errors
    /// [`ChartError::NotFound`], and what [`Self::at`] says of the one that was found.
    pub fn find(frame: &Frame) -> Result<Self, ChartError> {
        Self::at(find::corners(frame).ok_or(ChartError::NotFound)?, frame)
    }

    /// # Errors
    /// As [`PatchPixels::of`].
    fn placed(corners: Corners, size: [usize; 2]) -> Result<Self, ChartError> {
        Ok(Self { corners, size, pixels: PatchPixels::of(&corners, size)? })
    }

    /// Where it is.
    #[must_use]
    pub const fn corners(&self) -> Corners {
        self.corners
    }

    /// Width and height of the pictures.
    #[must_use]
    pub const fn size(&self) -> [usize; 2] {
        self.size
    }

    /// The mean display value of the middle of each patch in a picture; `None` where that has
    /// another size.
    #[must_use]
    pub fn colours(&self, frame: &Frame) -> Option<PatchColours> {
        (frame.size() == self.size).then(|| self.pixels.means(frame))
    }

    fn not_clipped(&self, frame: &Frame) -> Result<(), ChartError> {
        let shares = self.pixels.clipped(frame);
        for ((number, clipped), reference) in shares.iter().enumerate().zip(&REFERENCE) {
            let ends = [
                (clipped.white, "as bright as a sample can be", "expose less"),
                (clipped.black, "black", "expose more"),
            ];
            for (share, end, way_out) in ends {
                if share > CLIPPED_SHARE {
                    let (patch, name, percent) = (number + 1, reference.name, 100.0 * share);
                    return Err(ChartError::Clipped { patch, name, percent, end, way_out });
                }
            }
        }
        Ok(())
    }
}

/// ΔE00 of each patch between two pictures.
#[must_use]
pub fn patch_differences(first: &PatchColours, second: &PatchColours) -> [f64; PATCHES] {
    let mut differences = [0.0; PATCHES];
    for (difference, (first, second)) in differences.iter_mut().zip(first.iter().zip(second)) {
        *difference = ciede2000(lab_of_srgb(*first), lab_of_srgb(*second));
    }
    differences
}

/// ΔE00 of each patch from the published colours ([`REFERENCE`]).
///
/// The exposure is matched before: linear light is multiplied by the one factor that brings the
/// luminances of the six greys nearest to the published ones (least squares). White balance, contrast
/// and saturation are left as they are.
#[must_use]
pub fn differences_from_reference(colours: &PatchColours) -> [f64; PATCHES] {
    let published = REFERENCE.map(|patch| patch.colour());
    let greys = colours.iter().zip(&published).skip(PATCHES - COLUMNS);
    let (product, square) = greys.fold((0.0, 0.0), |(product, square), (found, published)| {
        let (found, published) = (luminance(*found), luminance(*published));
        (product + found * published, square + found * found)
    });
    let factor = if square > 0.0 { product / square } else { 1.0 };
    let exposed = |value| linear_to_srgb(factor * srgb_to_linear(value));
    patch_differences(&colours.map(|colour| colour.map(exposed)), &published)
}

/// Luminance of a display-referred sRGB colour (ITU-R BT.709-6, section 3).
fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] = colour.map(srgb_to_linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
