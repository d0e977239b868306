//! How a picture is judged in a tune to a style.

use serde::Serialize;

use super::{ContentGuard, StyleFeatures, StyleHistograms, Violation};
use crate::Planes;

/// Added to the squared distance of a picture that violates the guard: above every distance.
const VIOLATED: f64 = 1.0;

/// How near a picture came to the style of a goal, and what became of its content.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StyleRecord {
    /// [`StyleFeatures::distance`]; 0 for the goal's own tones and colours.
    pub distance: f64,
    /// [`StyleHistograms::distance`], in [0, 213].
    pub histogram_distance: f64,
    /// How much structure of the picture as found is lost; see [`super::content_term`].
    pub content: f64,
    /// Share of the samples at black or white.
    pub clipped: f64,
    /// What the content guard objects to; nothing for a picture that may be chosen.
    pub violations: Vec<Violation>,
}

impl StyleRecord {
    /// What a search makes small: the squared distance, and 1 more for a picture that may not be
    /// chosen, so that it never is better than one that may.
    #[must_use]
    pub fn loss(&self) -> f64 {
        let square = self.distance * self.distance;
        if self.violations.is_empty() { square } else { square + VIOLATED }
    }
}

/// Judges pictures of one episode.
#[derive(Debug, Clone)]
pub struct StyleJudge {
    features: StyleFeatures,
    histograms: StyleHistograms,
    guard: ContentGuard,
    mask: Vec<bool>,
}

impl StyleJudge {
    pub(super) const fn new(
        features: StyleFeatures,
        histograms: StyleHistograms,
        guard: ContentGuard,
        mask: Vec<bool>,
    ) -> Self {
        Self { features, histograms, guard, mask }
    }

    /// Judges a picture of the size of the picture as found.
    #[must_use]
    pub fn judge(&self, picture: &Planes) -> StyleRecord {
        let measure = self.guard.measure(picture);
        let features = StyleFeatures::of_masked(picture, &self.mask);
        let distance = features.map_or(1.0, |features| features.distance(&self.features));
        StyleRecord {
            distance,
            histogram_distance: StyleHistograms::of(picture).distance(&self.histograms),
            content: measure.content,
            clipped: measure.clipped,
            violations: self.guard.violations(&measure),
        }
    }
}
