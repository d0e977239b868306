//! What a picture's tones and colours are distributed like, as numbers that can be subtracted.

use std::f32::consts::FRAC_1_SQRT_2;

use super::quantile_means::quantile_means;
use super::ycbcr::colour_differences;
use crate::Planes;

/// Parts of the distribution of luma.
const LUMA_PARTS: usize = 16;
/// Parts of the distribution of chroma in each direction.
const CHROMA_PARTS: usize = 8;
/// Directions in the plane of colour differences, as unit vectors (C'B, C'R): 0°, 45°, 90°, 135°.
const DIRECTIONS: [[f32; 2]; 4] =
    [[1.0, 0.0], [FRAC_1_SQRT_2, FRAC_1_SQRT_2], [0.0, 1.0], [-FRAC_1_SQRT_2, FRAC_1_SQRT_2]];
/// No colour difference along any direction is longer: (½, ½) along 45°.
const LONGEST_CHROMA: f32 = FRAC_1_SQRT_2;

/// The distribution of a picture's tones and colours as [`Self::COUNT`] numbers.
///
/// These are the means of 16 equal parts of luma, in [0, 1], followed by those of 8 equal parts of
/// chroma along each of four directions of the plane of colour differences (0°, 45°, 90° and 135°
/// from C'B towards C'R), in [−0.71, 0.71]; Y'C'BC'R after ITU-R BT.709-6, of display-referred
/// values. The mean of a part is the quantile in its middle, steadied.
///
/// A difference of quantiles is what optimal transport moves a distribution on a line by, and
/// several lines through one of more dimensions make it *sliced* (Rabin, Peyré, Delon and Bernot,
/// "Wasserstein barycenter and its application to texture mixing", 2011). So the [distance] is a
/// sliced Wasserstein distance of order 2. Pictures of any size and content can be compared, where
/// a pixel lies plays no part, and the residual is smooth in the parameters of a pipeline, which
/// makes least squares applicable; histograms are not.
///
/// [distance]: Self::distance
#[derive(Debug, Clone, PartialEq)]
pub struct StyleFeatures {
    values: [f64; Self::COUNT],
}

impl StyleFeatures {
    /// Numbers in the features of a picture, and in a residual.
    pub const COUNT: usize = LUMA_PARTS + CHROMA_PARTS * DIRECTIONS.len();

    /// How many of them, the first ones, are of luma.
    pub const LUMA_COUNT: usize = LUMA_PARTS;

    /// How much a difference of each counts in a residual: all the same. The four directions see
    /// chroma twice, which makes up for its shorter range.
    pub const WEIGHTS: [f64; Self::COUNT] = [1.0; Self::COUNT];

    /// The features of a whole picture. One without pixels has those of black.
    #[must_use]
    pub fn of(picture: &Planes) -> Self {
        Self::of_values(picture, |_| true).unwrap_or(Self { values: [0.0; Self::COUNT] })
    }

    /// The features of those pixels that `mask` counts, one entry for each pixel. `None` when it
    /// has another length or counts none.
    #[must_use]
    pub fn of_masked(picture: &Planes, mask: &[bool]) -> Option<Self> {
        if mask.len() != picture.pixel_count() {
            return None;
        }
        Self::of_values(picture, |index| mask.get(index).copied().unwrap_or(false))
    }

    fn of_values(picture: &Planes, counts: impl Fn(usize) -> bool) -> Option<Self> {
        let luma = picture.luma();
        let [blue, red] = colour_differences(picture, &luma);
        let counted = luma.iter().copied().enumerate().filter(|&(index, _)| counts(index));
        let tones: [f64; LUMA_PARTS] = quantile_means(counted.map(|(_, value)| value), [0.0, 1.0])?;
        let mut values = [0.0; Self::COUNT];
        let (of_luma, of_chroma) = values.split_at_mut(LUMA_PARTS);
        of_luma.copy_from_slice(&tones);
        for (out, [x, y]) in of_chroma.chunks_exact_mut(CHROMA_PARTS).zip(DIRECTIONS) {
            let along = blue.iter().zip(&red).map(|(blue, red)| x * blue + y * red);
            let counted = along.enumerate().filter(|&(index, _)| counts(index));
            let range = [-LONGEST_CHROMA, LONGEST_CHROMA];
            let parts: [f64; CHROMA_PARTS] =
                quantile_means(counted.map(|(_, value)| value), range)?;
            out.copy_from_slice(&parts);
        }
        Some(Self { values })
    }

    /// Features that were stored as their [`Self::values`]; `None` for another count, or a number
    /// that no picture's features have.
    #[must_use]
    pub fn from_values(values: &[f64]) -> Option<Self> {
        let values: [f64; Self::COUNT] = values.try_into().ok()?;
        values.iter().all(|value| (-1.0..=1.0).contains(value)).then_some(Self { values })
    }

    /// Features a part of the way from these to `other`, 0 for these and 1 for `other`: along every
    /// direction the distribution that optimal transport passes through on its way (McCann,
    /// "A convexity principle for interacting gases", 1997).
    #[must_use]
    pub fn towards(&self, other: &Self, part: f64) -> Self {
        let mut values = self.values;
        values.iter_mut().zip(other.values).for_each(|(value, other)| {
            *value += part * (other - *value);
        });
        Self { values }
    }

    /// All numbers in order: 16 of luma, then 8 of chroma for each of the four directions.
    #[must_use]
    pub const fn values(&self) -> &[f64; Self::COUNT] {
        &self.values
    }

    /// The numbers of luma, from the darkest sixteenth of the pixels to the brightest, in [0, 1].
    #[must_use]
    pub fn luma(&self) -> &[f64] {
        self.values.split_at(LUMA_PARTS).0
    }

    /// The numbers of chroma along each direction.
    pub fn chroma(&self) -> impl Iterator<Item = &[f64]> {
        self.values.split_at(LUMA_PARTS).1.chunks_exact(CHROMA_PARTS)
    }

    /// What these features miss the goal's by, weighted: `(self − goal) · WEIGHTS`.
    #[must_use]
    pub fn residual(&self, goal: &Self) -> [f64; Self::COUNT] {
        let mut residual = self.values;
        let goals = goal.values.iter().zip(Self::WEIGHTS);
        residual.iter_mut().zip(goals).for_each(|(value, (goal, weight))| {
            *value = (*value - goal) * weight;
        });
        residual
    }

    /// How far these features are from the goal's: the root of the residual's mean square, in units
    /// of the range of luma; 0 for the same distributions, and at most about 1.
    #[must_use]
    pub fn distance(&self, goal: &Self) -> f64 {
        let squares: f64 = self.residual(goal).iter().map(|value| value * value).sum();
        (squares / Self::COUNT as f64).sqrt()
    }
}
