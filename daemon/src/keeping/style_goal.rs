//! The goal of a camera of whose picture only tones and colours count.

use std::sync::Arc;

use tuner::{ContentGuard, Frame, Planes, Region, StyleFeatures, StyleGoal, StyleGoalError, View};

use super::journal::Unusable;
use super::pixel_goal::{DARK_STEPS, mean_steps};
use super::reading::{Reading, StyleReading};

/// The goal of one camera: a look of the kind style made fit for it.
#[derive(Debug, Clone)]
pub struct HeldStyle {
    goal: Arc<StyleGoal>,
    picture: Arc<Frame>,
}

/// A picture seen against a style.
#[derive(Debug, Clone)]
pub struct StyleSight {
    /// The goal.
    pub goal: Arc<StyleGoal>,
    /// The distribution of the picture's tones and colours.
    pub features: StyleFeatures,
    /// How near it is.
    pub reading: StyleReading,
    /// Guards the content of the picture as found, once that is known.
    guard: Option<ContentGuard>,
}

impl HeldStyle {
    /// The goal of a camera that gave the picture `found` before anything was written to it: the
    /// style of the look at 1; below, a part of the way from that of `found`.
    ///
    /// # Errors
    /// [`StyleGoalError`] when the look has no style, or the region is no part of the picture.
    pub fn new(
        look: &Arc<Frame>,
        strength: f64,
        found: &Frame,
        region: Option<Region>,
    ) -> Result<Self, StyleGoalError> {
        let mut goal = StyleGoal::new((**look).clone(), region)?;
        let of_found = features_of(&goal, found)?;
        if strength < 1.0 {
            goal = goal.at_strength(&of_found, strength.clamp(0.0, 1.0));
        }
        Ok(Self { goal: Arc::new(goal), picture: Arc::clone(look) })
    }

    /// The picture of the look.
    #[must_use]
    pub const fn picture(&self) -> &Arc<Frame> {
        &self.picture
    }

    /// Compares a picture with the goal.
    ///
    /// # Errors
    /// [`Unusable`] when that cannot be done.
    pub fn sight(&self, picture: &Frame) -> Result<StyleSight, Unusable> {
        if mean_steps(picture) < DARK_STEPS {
            return Err(Unusable::Dark);
        }
        let features = features_of(&self.goal, picture).map_err(Unusable::NoStyle)?;
        let distance = features.distance(self.goal.features());
        let reading = StyleReading { distance, violation: None };
        Ok(StyleSight { goal: Arc::clone(&self.goal), features, reading, guard: None })
    }
}

impl StyleSight {
    /// Readings from now on say what the content guard objects to, beside the picture as `found`
    /// under this light.
    #[must_use]
    pub fn guarding(self, found: &Frame) -> Self {
        Self { guard: Some(ContentGuard::new(planes_of(found))), ..self }
    }

    /// The reading of another picture of the same camera.
    #[must_use]
    pub fn reading_of(&self, picture: &Frame) -> Option<Reading> {
        let features = features_of(&self.goal, picture).ok()?;
        let objection = |guard: &ContentGuard| {
            guard.violations(&guard.measure(&planes_of(picture))).first().copied()
        };
        Some(Reading::Style(StyleReading {
            distance: features.distance(self.goal.features()),
            violation: self.guard.as_ref().and_then(objection),
        }))
    }

    /// How far two pictures of one setting are apart: noise, and what the light did meanwhile.
    #[must_use]
    pub fn noise(&self, one: &Frame, other: &Frame) -> f64 {
        match (features_of(&self.goal, one), features_of(&self.goal, other)) {
            (Ok(one), Ok(other)) => one.distance(&other),
            _ => 0.0,
        }
    }
}

/// What the picture shows of the goal's region.
fn features_of(goal: &StyleGoal, picture: &Frame) -> Result<StyleFeatures, StyleGoalError> {
    let mask = goal.mask(&View::of_size(picture.width(), picture.height()))?;
    let planes = planes_of(picture);
    Ok(StyleFeatures::of_masked(&planes, &mask).unwrap_or_else(|| StyleFeatures::of(&planes)))
}

/// The pixels of a picture that are looked at.
pub(super) fn planes_of(picture: &Frame) -> Planes {
    let [width, height] = picture.size();
    let mosaic = View::of_size(width, height).gather(picture);
    mosaic.map_or_else(|| Planes::from(picture), |mosaic| Planes::from(&mosaic))
}

#[cfg(test)]
mod tests {
    use tuner::Samples;

    use super::*;

    fn ramp(low: u8, high: u8) -> Arc<Frame> {
        let value = |at: usize| low + ((at / 3 % 64) * usize::from(high - low) / 63) as u8;
        let samples = (0..64 * 48 * 3).map(value).collect();
        Arc::new(Frame::new(64, 48, Samples::U8(samples)).unwrap())
    }

    #[test]
    fn strength_goes_a_part_of_the_way_whatever_is_shown() {
        let (look, found) = (ramp(100, 220), ramp(20, 120));
        let distance = |strength, picture: &Frame| {
            let goal = HeldStyle::new(&look, strength, &found, None).unwrap();
            goal.sight(picture).unwrap().reading.distance
        };
        let whole = distance(1.0, &found);
        assert!((distance(0.25, &found) / whole - 0.25).abs() < 1e-9);
        assert!(distance(0.0, &found) < 1e-12 && distance(1.0, &look) < 1e-12);
        assert!((distance(0.25, &look) / whole - 0.75).abs() < 1e-9);
    }

    #[test]
    fn the_guard_is_asked_once_it_knows_what_was_found() {
        let found = ramp(20, 120);
        let goal = HeldStyle::new(&ramp(100, 220), 1.0, &found, None).unwrap();
        let sight = goal.sight(&found).unwrap();
        let white = Frame::new(64, 48, Samples::U8(vec![255; 64 * 48 * 3])).unwrap();
        let violation = |sight: &StyleSight| match sight.reading_of(&white).unwrap() {
            Reading::Style(style) => style.violation,
            Reading::Pixels(_) => panic!("of a style"),
        };
        assert_eq!(violation(&sight), None);
        assert!(violation(&sight.guarding(&found)).is_some());
    }

    #[test]
    fn the_dark_and_a_region_outside_are_not_compared() {
        let goal = HeldStyle::new(&ramp(100, 220), 1.0, &ramp(20, 120), None).unwrap();
        let black = Frame::new(64, 48, Samples::U8(vec![1; 64 * 48 * 3])).unwrap();
        assert_eq!(goal.sight(&black).unwrap_err(), Unusable::Dark);
        let region = Some(Region { x: 60, y: 0, width: 9, height: 9 });
        assert!(HeldStyle::new(&ramp(100, 220), 1.0, &ramp(20, 120), region).is_err());
    }
}
