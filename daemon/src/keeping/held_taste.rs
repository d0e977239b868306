//! What a camera is held on where an editor's taste decides: the picture that the editor's setting
//! gave when it was adopted.

use std::sync::Arc;

use tuner::{ContentGuard, Frame, StyleFeatures, Violation};

use super::journal::Unusable;
use super::pixel_goal::{DARK_STEPS, mean_steps};
use super::reading::StyleReading;
use super::style_goal::planes_of;

/// The picture as it was adopted.
#[derive(Debug, Clone)]
pub struct HeldTaste {
    features: Box<StyleFeatures>,
    picture: Arc<Frame>,
}

/// A picture beside the one that was adopted.
#[derive(Debug, Clone)]
pub struct TasteSight {
    /// The distribution of the picture's tones and colours.
    pub features: StyleFeatures,
    /// How far it is from the adopted one's.
    pub reading: StyleReading,
}

impl HeldTaste {
    /// Holds on a picture.
    #[must_use]
    pub fn on(picture: &Frame) -> Self {
        Self::again(taste_features(picture), picture)
    }

    /// Holds on what was remembered of an earlier picture; `picture` is shown in its place.
    #[must_use]
    pub fn again(features: StyleFeatures, picture: &Frame) -> Self {
        Self { features: Box::new(features), picture: Arc::new(picture.clone()) }
    }

    /// The picture as it was adopted.
    #[must_use]
    pub const fn picture(&self) -> &Arc<Frame> {
        &self.picture
    }

    /// The distribution of its tones and colours.
    #[must_use]
    pub const fn features(&self) -> &StyleFeatures {
        &self.features
    }

    /// Compares a picture with it.
    ///
    /// # Errors
    /// [`Unusable::Dark`]
    pub fn sight(&self, picture: &Frame) -> Result<TasteSight, Unusable> {
        if mean_steps(picture) < DARK_STEPS {
            return Err(Unusable::Dark);
        }
        let features = taste_features(picture);
        let distance = features.distance(&self.features);
        Ok(TasteSight { features, reading: StyleReading { distance, violation: None } })
    }
}

/// The distribution of a whole picture's tones and colours.
pub(super) fn taste_features(picture: &Frame) -> StyleFeatures {
    StyleFeatures::of(&planes_of(picture))
}

/// What a policy of taste may not do: clip or posterise more than the picture as found does under
/// the same light. Structure is not compared, since people may walk through the scene meanwhile.
#[derive(Debug)]
pub(super) struct TasteGuard(ContentGuard);

impl TasteGuard {
    /// Guards the picture as found.
    pub(super) fn new(found: &Frame) -> Self {
        Self(ContentGuard::new(planes_of(found)))
    }

    /// What it objects to in a picture.
    pub(super) fn objection(&self, picture: &Frame) -> Option<Violation> {
        let Self(guard) = self;
        let violations = guard.violations(&guard.measure(&planes_of(picture)));
        violations.into_iter().find(|violation| !matches!(violation, Violation::Content { .. }))
    }
}
