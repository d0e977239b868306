//! The goal of a tune: a picture, where it lies against the picture as found, and which of its pixels
//! count.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::mismatch::BlockMap;
use crate::registration::{Content, compare};
use crate::resample::{KERNEL_RADIUS, shifted_frame, shifted_patch};
use crate::{Frame, FrameError, Planes, Region, Registration, View};

/// Sides whose ratio differs by more than this share are not the same picture in another size.
const ASPECT_TOLERANCE: f64 = 0.02;

/// A goal picture made comparable with the picture as found.
#[derive(Debug, Clone)]
pub struct Goal {
    /// Of the size of the picture as found, not yet shifted.
    frame: Frame,
    registration: Registration,
    resized_from: Option<[usize; 2]>,
    region: Option<Region>,
    content: BlockMap,
}

/// How a goal is to be prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoalOptions {
    /// Only these pixels of the picture as found count; all when `None`.
    pub region_of_interest: Option<Region>,
    /// Whether to look for a shift and to refuse other content. `false` holds the goal for aligned.
    pub register: bool,
}

impl Default for GoalOptions {
    fn default() -> Self {
        Self { region_of_interest: None, register: true }
    }
}

/// Why a picture cannot be a goal.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GoalError {
    /// Nothing of the goal is found again in the picture.
    #[error(
        "the goal shows other content than the picture: their detail correlates by {correlation:.3}, \
         and {needed} is needed; give a goal of the same scene, shifted by less than about 5 % of \
         its size"
    )]
    OtherContent {
        /// Best correlation over all shifts, in [−1, 1].
        correlation: f64,
        /// What would have been enough.
        needed: f64,
    },
    /// The goal is of another shape.
    #[error(
        "the goal is {}x{} and the picture {}x{}: their proportions differ by more than 2 %; \
         crop the goal to the picture's proportions",
        goal[0], goal[1], found[0], found[1]
    )]
    Proportions {
        /// Width and height of the goal.
        goal: [usize; 2],
        /// Width and height of the picture as found.
        found: [usize; 2],
    },
    /// The region of interest is no part of the picture.
    #[error(
        "region of interest {region} is empty or leaves the {}x{} picture", size[0], size[1]
    )]
    Region {
        /// The region given.
        region: Region,
        /// Width and height of the picture.
        size: [usize; 2],
    },
    /// The region of interest and the goal have nothing in common that could be compared.
    #[error(
        "no pixel of the goal can be compared with the picture{}",
        region.map(|region| format!(" within region of interest {region}")).unwrap_or_default()
    )]
    NothingLeft {
        /// The region given.
        region: Option<Region>,
    },
    /// The goal could not be resized.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

impl Goal {
    /// Makes `goal` comparable with `found`: resizes it where its size differs, finds its shift, and
    /// decides which pixels count.
    ///
    /// # Errors
    /// [`GoalError::OtherContent`] when the pictures show different things (only with
    /// `options.register`), [`GoalError::Proportions`] when they differ in shape,
    /// [`GoalError::Region`] for a region outside the picture, [`GoalError::NothingLeft`] when no
    /// pixel counts.
    pub fn prepare(found: &Frame, goal: Frame, options: &GoalOptions) -> Result<Self, GoalError> {
        let size = found.size();
        let region = options.region_of_interest;
        if let Some(region) = region.filter(|region| !region.fits(size)) {
            return Err(GoalError::Region { region, size });
        }
        let (frame, resized_from) = if goal.size() == size {
            (goal, None)
        } else {
            let [width, height] = size.map(|side| side as f64);
            let [goal_width, goal_height] = goal.size().map(|side| side as f64);
            let stretch = (goal_width * height) / (goal_height * width);
            if (stretch - 1.0).abs() > ASPECT_TOLERANCE {
                return Err(GoalError::Proportions { goal: goal.size(), found: size });
            }
            (goal.resized(found.width(), found.height())?, Some(goal.size()))
        };
        let comparison = compare(found, &frame, options.register);
        let registration = comparison.registration;
        if options.register && registration.content == Content::Other {
            return Err(GoalError::OtherContent {
                correlation: registration.correlation,
                needed: crate::SAME_CONTENT_CORRELATION,
            });
        }
        let content = BlockMap::of(&comparison);
        let goal = Self { frame, registration, resized_from, region, content };
        if !goal.mask(&View::of_size(found.width(), found.height())).contains(&true) {
            return Err(GoalError::NothingLeft { region });
        }
        Ok(goal)
    }

    /// Width and height: those of the picture as found.
    #[must_use]
    pub const fn size(&self) -> [usize; 2] {
        self.frame.size()
    }

    /// Where the goal lies against the picture as found.
    #[must_use]
    pub const fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Width and height of the goal as given, where it had to be resized.
    #[must_use]
    pub const fn resized_from(&self) -> Option<[usize; 2]> {
        self.resized_from
    }

    /// The whole goal, shifted onto the picture as found. Borrowed when it is not shifted; resampled
    /// at each call otherwise, so that a large goal is not held twice.
    #[must_use]
    pub fn aligned(&self) -> Cow<'_, Frame> {
        match self.shift() {
            [0.0, 0.0] => Cow::Borrowed(&self.frame),
            shift => Cow::Owned(shifted_frame(&self.frame, shift)),
        }
    }

    /// The goal at the pixels of `view`, shifted onto the picture as found, in [0, 1]. The view is one
    /// of the picture as found.
    #[must_use]
    pub fn planes(&self, view: &View) -> Planes {
        let [width, height] = view.mosaic_size();
        let [side_x, side_y] = view.tile_size();
        let shift = self.shift();
        let mut planes = [(); 3].map(|()| Vec::with_capacity(width * height));
        for tiles in view.tiles().chunks(view.columns()) {
            let patches: Vec<_> = tiles
                .iter()
                .map(|tile| shifted_patch(&self.frame, [tile.x, tile.y], [side_x, side_y], shift))
                .collect();
            for row in 0..side_y {
                for patch in &patches {
                    for (plane, out) in patch.iter().zip(&mut planes) {
                        out.extend(plane.span(0, row, side_x).iter().map(|v| v / 255.0));
                    }
                }
            }
        }
        // Every tile has its full extent, so the count is that of the mosaic.
        Planes::new(width, height, planes).unwrap_or_else(|| Planes::from(self.aligned().as_ref()))
    }

    /// Which pixels of `view` count, one for each pixel of its mosaic: those inside the shifted
    /// goal and the region of interest whose content is the same in both pictures.
    ///
    /// Clipped goal pixels count: `docs/decisions/0004-clipped-goal-pixels.md`.
    #[must_use]
    pub fn mask(&self, view: &View) -> Vec<bool> {
        view.mask(|x, y| self.counts(x, y))
    }

    /// Whether one pixel of the picture as found counts.
    #[must_use]
    pub fn counts(&self, x: usize, y: usize) -> bool {
        let [dx, dy] = self.shift();
        let covered = |position: usize, shift: f64, extent: usize| {
            // What a fractional shift reads across the border is made up.
            let margin = if shift.fract() == 0.0 { 0.0 } else { KERNEL_RADIUS as f64 };
            let at = position as f64 + shift;
            at >= margin && at <= extent as f64 - 1.0 - margin
        };
        covered(x, dx, self.frame.width())
            && covered(y, dy, self.frame.height())
            && self.region.is_none_or(|region| region.contains(x, y))
            && self.content.matches(x, y)
    }

    fn shift(&self) -> [f64; 2] {
        [self.registration.dx, self.registration.dy]
    }
}
