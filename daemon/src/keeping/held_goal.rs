//! What a camera is held on, whatever the kind of its look, and pictures seen against it.

use std::sync::Arc;

use tuner::{Frame, GoalOptions, StyleFeatures};

use super::held_taste::{HeldTaste, TasteSight};
use super::journal::Unusable;
use super::kept_look::{KeptLook, LookWish};
use super::pixel_goal::{PixelGoal, PixelSight};
use super::reading::Reading;
use super::style_goal::{HeldStyle, StyleSight};

/// What one camera is held on: a look made fit for it.
#[derive(Debug, Clone)]
pub enum HeldGoal {
    /// A picture, pixel by pixel.
    Pixels(PixelGoal),
    /// A picture's tones and colours.
    Style(HeldStyle),
    /// The picture as it was when a policy's setting was adopted.
    Taste(HeldTaste),
}

/// A picture seen against it.
#[derive(Debug, Clone)]
pub enum Sight {
    /// Pixel by pixel.
    Pixels(PixelSight),
    /// Tones and colours beside those of a goal.
    Style(StyleSight),
    /// Tones and colours beside those of the adopted picture.
    Taste(TasteSight),
}

impl HeldGoal {
    /// What a camera is held on that gave the picture `found` before anything was written to it.
    /// `None` for a taste: what that asks for is not known before its policy was asked.
    ///
    /// # Errors
    /// [`Unusable`] when look and picture cannot be compared, and must be for its strength.
    pub fn new(
        look: &KeptLook,
        found: &Frame,
        options: GoalOptions,
    ) -> Result<Option<Self>, Unusable> {
        match &look.wish {
            LookWish::Finish(picture) => PixelGoal::new(picture, look.strength, found, options)
                .map(|goal| Some(Self::Pixels(goal)))
                .map_err(Unusable::Refused),
            LookWish::Style(picture) => {
                HeldStyle::new(picture, look.strength, found, options.region_of_interest)
                    .map(|goal| Some(Self::Style(goal)))
                    .map_err(Unusable::NoStyle)
            }
            LookWish::Taste(_) => Ok(None),
        }
    }

    /// Its picture.
    #[must_use]
    pub const fn picture(&self) -> &Arc<Frame> {
        match self {
            Self::Pixels(goal) => goal.picture(),
            Self::Style(goal) => goal.picture(),
            Self::Taste(goal) => goal.picture(),
        }
    }

    /// Compares a picture with it.
    ///
    /// # Errors
    /// [`Unusable`] when that cannot be done.
    pub fn sight(&self, picture: &Frame) -> Result<Sight, Unusable> {
        match self {
            Self::Pixels(goal) => goal.sight(picture).map(Sight::Pixels),
            Self::Style(goal) => goal.sight(picture).map(Sight::Style),
            Self::Taste(goal) => goal.sight(picture).map(Sight::Taste),
        }
    }
}

impl Sight {
    /// How near the picture is.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        match self {
            Self::Pixels(sight) => Reading::Pixels(sight.score),
            Self::Style(sight) => Reading::Style(sight.reading),
            Self::Taste(sight) => Reading::Style(sight.reading),
        }
    }

    /// How near another picture of the same scene is; `None` when it has another size, or nothing
    /// of it counts.
    #[must_use]
    pub fn reading_of(&self, picture: &Frame) -> Option<Reading> {
        match self {
            Self::Pixels(sight) => sight.score_of(picture).map(Reading::Pixels),
            Self::Style(sight) => sight.reading_of(picture),
            Self::Taste(_) => None,
        }
    }

    /// How far two pictures of one setting are apart, in the unit of the margin by which another
    /// must be better: distance of style. Of pixels the margin in dB covers it.
    #[must_use]
    pub fn noise(&self, one: &Frame, other: &Frame) -> f64 {
        match self {
            Self::Style(sight) => sight.noise(one, other),
            Self::Pixels(_) | Self::Taste(_) => 0.0,
        }
    }

    /// The distribution of the picture's tones and colours, where that is what counts.
    #[must_use]
    pub const fn features(&self) -> Option<&StyleFeatures> {
        match self {
            Self::Pixels(_) => None,
            Self::Style(sight) => Some(&sight.features),
            Self::Taste(sight) => Some(&sight.features),
        }
    }

    /// The same sight, guarding what the picture as `found` shows, where only style counts.
    #[must_use]
    pub fn guarding(self, found: &Frame) -> Self {
        match self {
            Self::Style(sight) => Self::Style(sight.guarding(found)),
            other => other,
        }
    }
}
