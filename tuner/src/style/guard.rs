//! What no tune to a style may do to a picture.

use std::fmt;

use serde::Serialize;

use super::content::content_term;
use crate::Planes;

/// Clipped samples beyond those of the picture as found, as a share of all.
pub(crate) const MORE_CLIPPED: f64 = 0.02;
/// Samples on lonely levels beyond those of the picture as found, as a share of all. What was clipped
/// there (a white background) may come to stand on a level of its own.
const MORE_LONELY: f64 = 0.1;
/// The most of the content term.
const MOST_CONTENT: f64 = 0.35;
/// A level is lonely when the levels as near as this on both sides …
const LONELY_WITHIN: usize = 3;
/// … together have less than this part of its samples, …
const LONELY_SHARE: f64 = 0.25;
/// … and it has at least this share of the channel's.
const LONELY_LEAST: f64 = 0.002;
/// Levels of an 8-bit sample.
const LEVELS: usize = 256;

/// What was measured of a picture's content, beside the picture as found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContentMeasure {
    /// Share of the samples at black or white, in [0, 1].
    pub clipped: f64,
    /// Share of the samples on levels that stand alone, four and more 8-bit steps from the next.
    pub lonely: f64,
    /// What [`content_term`] gives.
    pub content: f64,
}

/// Something that a picture may not be, with what was measured and what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Violation {
    /// More is clipped than in the picture as found.
    Clipping {
        /// Share of the samples at black or white.
        share: f64,
        /// What is allowed.
        allowed: f64,
    },
    /// Tones are torn into steps.
    Posterisation {
        /// Share of the samples on levels four and more steps from the next.
        share: f64,
        /// What is allowed.
        allowed: f64,
    },
    /// Structure is lost.
    Content {
        /// The content term.
        term: f64,
        /// What is allowed.
        allowed: f64,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clipping { share, allowed } => write!(
                formatter,
                "{:.1} % of it is clipped, {:.1} % may be",
                100.0 * share,
                100.0 * allowed
            ),
            Self::Posterisation { share, allowed } => write!(
                formatter,
                "{:.1} % of its tones stand in steps, {:.1} % may",
                100.0 * share,
                100.0 * allowed
            ),
            Self::Content { term, allowed } => {
                write!(formatter, "its content differs by {term:.2}, {allowed:.2} may be lost")
            }
        }
    }
}

/// Guards what a picture shows, measured against the picture as found.
#[derive(Debug, Clone)]
pub struct ContentGuard {
    found: Planes,
    clipped: f64,
    lonely: f64,
}

impl ContentGuard {
    /// Guards the content of the picture as found.
    #[must_use]
    pub fn new(found: Planes) -> Self {
        let (clipped, lonely) = (clipped_share(&found), lonely_share(&found));
        Self { found, clipped, lonely }
    }

    /// Measures a picture of the same size; one of another size has lost its content.
    #[must_use]
    pub fn measure(&self, picture: &Planes) -> ContentMeasure {
        ContentMeasure {
            clipped: clipped_share(picture),
            lonely: lonely_share(picture),
            content: content_term(&self.found, picture).unwrap_or(1.0),
        }
    }

    /// The largest share of clipped samples that is allowed.
    #[must_use]
    pub const fn most_clipped(&self) -> f64 {
        self.clipped + MORE_CLIPPED
    }

    /// The largest content term that is allowed.
    pub const MOST_CONTENT: f64 = MOST_CONTENT;

    /// What a picture that measures so violates; nothing when it may be chosen.
    #[must_use]
    pub fn violations(&self, measure: &ContentMeasure) -> Vec<Violation> {
        let ContentMeasure { clipped, lonely, content } = *measure;
        let mut found = Vec::new();
        let allowed = self.most_clipped();
        if clipped > allowed {
            found.push(Violation::Clipping { share: clipped, allowed });
        }
        let allowed = self.lonely + self.clipped + MORE_LONELY;
        if lonely > allowed {
            found.push(Violation::Posterisation { share: lonely, allowed });
        }
        if content > MOST_CONTENT {
            found.push(Violation::Content { term: content, allowed: MOST_CONTENT });
        }
        found
    }
}

/// Share of the samples within half an 8-bit step of black or white.
pub(crate) fn clipped_share(picture: &Planes) -> f64 {
    let [black, white] = clipped_counts(picture);
    (black + white) as f64 / sample_count(picture)
}

/// Shares of the samples within half an 8-bit step of black, and of white.
pub(crate) fn clipped_shares(picture: &Planes) -> [f64; 2] {
    clipped_counts(picture).map(|count| count as f64 / sample_count(picture))
}

fn clipped_counts(picture: &Planes) -> [usize; 2] {
    let half_step = 0.5 / 255.0;
    let mut counts = [0; 2];
    for value in picture.channels().into_iter().flatten() {
        let [black, white] = &mut counts;
        *black += usize::from(*value <= half_step);
        *white += usize::from(*value >= 1.0 - half_step);
    }
    counts
}

fn sample_count(picture: &Planes) -> f64 {
    (3 * picture.pixel_count()).max(1) as f64
}

/// Share of the samples on levels, counted in 8-bit steps, that stand alone; neither end counts,
/// that is clipping.
fn lonely_share(picture: &Planes) -> f64 {
    let of_channel = |channel: &[f32]| {
        let mut levels = [0.0_f64; LEVELS];
        for value in channel {
            // A float beyond the range, or NaN, is brought into it.
            let level = (value * 255.0).round() as u8;
            if let Some(count) = levels.get_mut(usize::from(level)) {
                *count += 1.0;
            }
        }
        let total = channel.len().max(1) as f64;
        let lonely = levels.windows(2 * LONELY_WITHIN + 1).filter_map(|window| {
            let own = window.get(LONELY_WITHIN).copied()?;
            let others = window.iter().sum::<f64>() - own;
            (own >= LONELY_LEAST * total && others < LONELY_SHARE * own).then_some(own)
        });
        lonely.sum::<f64>() / total
    };
    picture.channels().map(of_channel).iter().sum::<f64>() / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ramp with a pattern, `value` applied to it.
    fn picture(value: impl Fn(f32) -> f32) -> Planes {
        let pixel = |at: usize| {
            let (x, y) = ((at % 64) as f32, (at / 64) as f32);
            0.2 + 0.008 * x + 0.03 * (0.9 * x).sin() * (0.7 * y).cos()
        };
        let plane: Vec<f32> = (0..64 * 64).map(pixel).map(value).collect();
        Planes::new(64, 64, [plane.clone(), plane.clone(), plane]).unwrap()
    }

    fn violations(value: impl Fn(f32) -> f32) -> Vec<Violation> {
        let guard = ContentGuard::new(picture(|v| v));
        guard.violations(&guard.measure(&picture(value)))
    }

    #[test]
    fn other_tones_keep_the_content() {
        assert_eq!(violations(|v| v), []);
        assert_eq!(violations(|v| v.powf(1.6)), []);
        assert_eq!(violations(|v| 0.3 + 0.5 * v), []);
    }

    #[test]
    fn clipping_beyond_what_was_found_is_a_violation() {
        let found = violations(|v| (2.0 * v).min(1.0));
        assert!(matches!(found.first(), Some(Violation::Clipping { .. })), "{found:?}");
        // What is clipped already may stay so.
        let guard = ContentGuard::new(picture(|v| (2.0 * v).min(1.0)));
        let measure = guard.measure(&picture(|v| (2.0 * v).min(1.0)));
        assert_eq!(guard.violations(&measure), []);
    }

    #[test]
    fn steps_are_a_violation_and_so_is_lost_or_inverted_structure() {
        let found = violations(|v| (v * 8.0).round() / 8.0);
        assert!(found.iter().any(|v| matches!(v, Violation::Posterisation { .. })), "{found:?}");
        for lost in [violations(|_| 0.5), violations(|v| 1.0 - v)] {
            assert!(lost.iter().any(|v| matches!(v, Violation::Content { .. })), "{lost:?}");
        }
        let inverted = content_term(&picture(|v| v), &picture(|v| 1.0 - v)).unwrap();
        assert!(inverted > 1.5, "{inverted}");
    }

    #[test]
    fn a_white_background_may_become_grey() {
        let on_white = |white: f32| {
            let mut picture = picture(|v| v);
            for channel in picture.channels_mut() {
                channel.iter_mut().take(2048).for_each(|value| *value = white);
            }
            picture
        };
        let guard = ContentGuard::new(on_white(1.0));
        assert_eq!(guard.violations(&guard.measure(&on_white(0.8))), []);
    }

    #[test]
    fn a_flat_picture_has_no_content_to_lose() {
        assert_eq!(content_term(&picture(|_| 0.4), &picture(|v| v)), Some(0.0));
        assert_eq!(content_term(&picture(|v| v), &Planes::black(3, 3)), None);
        assert_eq!(content_term(&Planes::black(0, 0), &Planes::black(0, 0)), Some(0.0));
    }
}
