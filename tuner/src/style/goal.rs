//! A goal that shows something else: only its style counts.

use super::{ContentGuard, StyleFeatures, StyleHistograms, StyleJudge};
use crate::{Frame, Planes, Region, View};

/// Shortest side of a goal in pixels: a look made of fewer pixels is chance.
const SHORTEST_SIDE: usize = 16;
/// The brightest sixteenth of a goal must be brighter than this, in 8-bit steps.
const BLACK_STEPS: f64 = 4.0;
/// A goal whose tones, and whose colours along every direction, differ by less than so many
/// 8-bit steps is of one colour.
const FLAT_STEPS: f64 = 8.0;

/// Why a picture has no style to be matched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StyleGoalError {
    /// Too few pixels in a row or in a column.
    #[error(
        "the goal of {}x{} pixels is too small to have a style; give one of {SHORTEST_SIDE} \
         pixels a side and more",
        size[0], size[1]
    )]
    TooSmall {
        /// Width and height.
        size: [usize; 2],
    },
    /// Nothing but black.
    #[error(
        "the goal is black: its brightest parts reach {brightest_steps:.1} of 255 steps; \
         give a goal that shows something"
    )]
    Black {
        /// Mean of the brightest sixteenth, in 8-bit steps.
        brightest_steps: f64,
    },
    /// One colour all over.
    #[error(
        "the goal is of one colour: its tones and colours differ by {spread_steps:.1} of 255 \
         steps, {FLAT_STEPS:.0} are needed; give a goal that shows something"
    )]
    Flat {
        /// Largest range of luma or of chroma along a direction, in 8-bit steps.
        spread_steps: f64,
    },
    /// The region of interest is no part of the picture.
    #[error("region of interest {region} is empty or leaves the {}x{} picture", size[0], size[1])]
    Region {
        /// The region given.
        region: Region,
        /// Width and height of the picture as found.
        size: [usize; 2],
    },
}

/// A goal picture of any size and content whose style is to be matched.
#[derive(Debug, Clone)]
pub struct StyleGoal {
    picture: Frame,
    region: Option<Region>,
    features: StyleFeatures,
    histograms: StyleHistograms,
}

impl StyleGoal {
    /// Takes the style of a picture, of all its pixels up to 65,536 and of 64 tiles of a larger one
    /// ([`View::of_size`]). Of the picture as found only `region` counts, all of it when `None`.
    ///
    /// # Errors
    /// [`StyleGoalError::TooSmall`], [`StyleGoalError::Black`] and [`StyleGoalError::Flat`] for a
    /// picture that no sensible result could be like.
    pub fn new(picture: Frame, region: Option<Region>) -> Result<Self, StyleGoalError> {
        let size = picture.size();
        let [width, height] = size;
        if width.min(height) < SHORTEST_SIDE {
            return Err(StyleGoalError::TooSmall { size });
        }
        let seen = planes_of(&picture);
        let (features, histograms) = (StyleFeatures::of(&seen), StyleHistograms::of(&seen));
        let brightest_steps = 255.0 * features.luma().last().copied().unwrap_or(0.0);
        if brightest_steps < BLACK_STEPS {
            return Err(StyleGoalError::Black { brightest_steps });
        }
        let range = |parts: &[f64]| match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => 255.0 * (last - first),
            _ => 0.0,
        };
        let spread_steps = features.chroma().map(range).fold(range(features.luma()), f64::max);
        if spread_steps < FLAT_STEPS {
            return Err(StyleGoalError::Flat { spread_steps });
        }
        Ok(Self { picture, region, features, histograms })
    }

    /// The same goal, wanted a part of the way only: its features lie between those of the picture
    /// as `found` (`strength` 0) and its own (1). The histograms, a second opinion, stay those of
    /// the goal.
    #[must_use]
    pub fn at_strength(self, found: &StyleFeatures, strength: f64) -> Self {
        Self { features: found.towards(&self.features, strength), ..self }
    }

    /// The goal as it was given.
    #[must_use]
    pub const fn picture(&self) -> &Frame {
        &self.picture
    }

    /// The pixels that its style was taken of.
    #[must_use]
    pub fn planes(&self) -> Planes {
        planes_of(&self.picture)
    }

    /// The distribution of its tones and colours.
    #[must_use]
    pub const fn features(&self) -> &StyleFeatures {
        &self.features
    }

    /// Which pixels of `view`, one of the picture as found, count.
    ///
    /// # Errors
    /// [`StyleGoalError::Region`] when the region of interest is no part of that picture.
    pub fn mask(&self, view: &View) -> Result<Vec<bool>, StyleGoalError> {
        let size = view.picture_size();
        match self.region {
            Some(region) if !region.fits(size) => Err(StyleGoalError::Region { region, size }),
            region => Ok(view.mask(|x, y| region.is_none_or(|region| region.contains(x, y)))),
        }
    }

    /// A judge of pictures that were made of `found`; `mask` says which of their pixels count.
    #[must_use]
    pub fn judge(&self, found: Planes, mask: Vec<bool>) -> StyleJudge {
        let guard = ContentGuard::new(found);
        StyleJudge::new(self.features.clone(), self.histograms.clone(), guard, mask)
    }
}

fn planes_of(picture: &Frame) -> Planes {
    let [width, height] = picture.size();
    let view = View::of_size(width, height);
    view.gather(picture).map_or_else(|| Planes::from(picture), |mosaic| Planes::from(&mosaic))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Samples;

    fn frame(width: usize, height: usize, value: impl Fn(usize) -> u8) -> Frame {
        let samples = (0..width * height * 3).map(value).collect();
        Frame::new(width, height, Samples::U8(samples)).unwrap()
    }

    #[test]
    fn a_picture_without_a_style_is_refused_in_words() {
        let cases = [
            (frame(1, 1, |_| 90), "1x1"),
            (frame(30_000, 2, |i| (i * 7 % 251) as u8), "30000x2"),
            (frame(64, 64, |_| 2), "black"),
            (frame(64, 64, |i| [200, 90, 30][i % 3]), "one colour"),
        ];
        for (goal, word) in cases {
            let refused = StyleGoal::new(goal, None).unwrap_err().to_string();
            assert!(refused.contains(word), "{refused}");
        }
        assert!(StyleGoal::new(frame(64, 64, |i| (i % 251) as u8), None).is_ok());
    }

    #[test]
    fn a_region_counts_alone_and_must_lie_inside() {
        let goal = |region| StyleGoal::new(frame(20, 20, |i| (i % 251) as u8), Some(region));
        let region: Region = Region { x: 2, y: 3, width: 4, height: 5 };
        let view = View::whole(10, 10);
        let mask = goal(region).unwrap().mask(&view).unwrap();
        assert_eq!(mask.iter().filter(|counts| **counts).count(), 20);
        let outside = Region { x: 8, ..region };
        let refused = goal(outside).unwrap().mask(&view).unwrap_err();
        assert!(matches!(refused, StyleGoalError::Region { .. }));
    }
}
