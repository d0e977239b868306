//! How near a picture is to its look, in the terms of the look's kind.

use std::fmt;

use tuner::{Score, StyleRecord, Violation};

/// A picture that is worse than an earlier one of the same setting by this much does not show that
/// setting: dB where pixels are compared, …
const OTHER_SETTING_DB: f64 = 0.5;
/// … and where style is, its distance: one 8-bit step.
const OTHER_SETTING_DISTANCE: f64 = 0.004;
/// Two readings that differ by less than this may be of one picture: dB, …
const ALIKE_DB: f64 = 0.05;
/// … and distance of style.
const ALIKE_DISTANCE: f64 = 2e-4;

/// How near a picture is to its look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// Compared pixel by pixel.
    Pixels(Score),
    /// Compared by the distribution of its tones and colours.
    Style(StyleReading),
}

/// A distance of style.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StyleReading {
    /// [`tuner::StyleFeatures::distance`] from the goal; from the picture as it was adopted, where
    /// the look is a taste.
    pub distance: f64,
    /// What the content guard objects to, where it was asked.
    pub violation: Option<Violation>,
}

impl Reading {
    /// A distance of style that nobody was to guard.
    #[must_use]
    pub const fn distance(distance: f64) -> Self {
        Self::Style(StyleReading { distance, violation: None })
    }

    /// How far the picture is away: mean ΔE00, or the distance of style.
    #[must_use]
    pub const fn away(&self) -> f64 {
        match self {
            Self::Pixels(score) => score.delta_e00.mean,
            Self::Style(style) => style.distance,
        }
    }

    /// PSNR in dB, where pixels are compared.
    #[must_use]
    pub const fn psnr_db(&self) -> Option<f64> {
        match self {
            Self::Pixels(score) => Some(score.psnr_db),
            Self::Style(_) => None,
        }
    }

    /// Whether this is better than `other` by more than `margin`: dB, or distance of style. What the
    /// content guard objects to is better than nothing, and what it does not object to is better
    /// than that.
    #[must_use]
    pub fn beats(&self, other: &Self, margin: f64) -> bool {
        match (self, other) {
            (Self::Pixels(ours), Self::Pixels(others)) => ours.psnr_db > others.psnr_db + margin,
            (Self::Style(ours), Self::Style(others)) => {
                ours.violation.is_none()
                    && (others.violation.is_some() || ours.distance < others.distance - margin)
            }
            // Of two kinds neither is better.
            _ => false,
        }
    }

    /// Whether a picture with this reading may be of the setting that had `earlier`.
    #[must_use]
    pub fn is_of_setting(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Pixels(now), Self::Pixels(then)) => {
                now.psnr_db > then.psnr_db - OTHER_SETTING_DB
            }
            (Self::Style(now), Self::Style(then)) => {
                now.distance < then.distance + OTHER_SETTING_DISTANCE
            }
            _ => false,
        }
    }

    /// Whether both may be of one picture.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pixels(one), Self::Pixels(other)) => {
                (one.psnr_db - other.psnr_db).abs() < ALIKE_DB
            }
            (Self::Style(one), Self::Style(other)) => {
                (one.distance - other.distance).abs() < ALIKE_DISTANCE
            }
            _ => false,
        }
    }

    /// The better one of the two.
    #[must_use]
    pub fn better(self, other: Self) -> Self {
        if other.is_ahead_of(&self) { other } else { self }
    }

    /// The worse one of the two.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if other.is_ahead_of(&self) { self } else { other }
    }

    fn is_ahead_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Style(ours), Self::Style(others)) => {
                let rank = |style: &StyleReading| (style.violation.is_some(), style.distance);
                rank(ours) < rank(others)
            }
            _ => self.beats(other, 0.0),
        }
    }
}

impl From<Score> for Reading {
    fn from(score: Score) -> Self {
        Self::Pixels(score)
    }
}

impl From<&StyleRecord> for Reading {
    fn from(record: &StyleRecord) -> Self {
        let violation = record.violations.first().copied();
        Self::Style(StyleReading { distance: record.distance, violation })
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(score) => {
                write!(formatter, "{:.2} dB, ΔE00 {:.2}", score.psnr_db, score.delta_e00.mean)
            }
            Self::Style(style) => write!(formatter, "style distance {:.4}", style.distance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded(distance: f64) -> Reading {
        let violation = Some(Violation::Clipping { share: 0.3, allowed: 0.1 });
        Reading::Style(StyleReading { distance, violation })
    }

    #[test]
    fn what_the_guard_refuses_never_beats_what_it_lets_pass() {
        let (near, far) = (Reading::distance(0.02), Reading::distance(0.05));
        assert!(near.beats(&far, 0.01) && !near.beats(&far, 0.04));
        assert!(!guarded(0.001).beats(&far, 0.0) && far.beats(&guarded(0.001), 0.01));
        assert!(!guarded(0.001).beats(&guarded(0.2), 0.0));
        assert_eq!(near.worse(guarded(0.001)), guarded(0.001));
        assert_eq!(near.better(guarded(0.001)), near);
        assert_eq!((near.worse(far), near.better(far)), (far, near));
    }

    #[test]
    fn a_lost_write_shows_by_a_step() {
        let earlier = Reading::distance(0.02);
        assert!(Reading::distance(0.021).is_of_setting(&earlier));
        assert!(!Reading::distance(0.03).is_of_setting(&earlier));
    }
}
