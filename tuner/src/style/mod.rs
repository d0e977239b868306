//! Style: what a picture's tones and colours are like, whatever it shows.
//!
//! A goal of other content cannot be compared pixel by pixel. What is compared instead is how its
//! tones and colours are *distributed*, by sliced optimal transport ([`StyleFeatures`]), which is
//! smooth in the parameters of a pipeline; histograms ([`StyleHistograms`]) serve as a second
//! opinion only. A result must keep what the picture shows: [`ContentGuard`] says whether it does.

mod content;
mod features;
mod goal;
mod guard;
mod histograms;
mod judge;
mod quantile_means;
#[cfg(test)]
mod tests;
mod tone_colours;
mod ycbcr;

pub use content::content_term;
pub use features::StyleFeatures;
pub use goal::{StyleGoal, StyleGoalError};
pub use guard::{ContentGuard, ContentMeasure, Violation};
pub(crate) use guard::{MORE_CLIPPED, clipped_share, clipped_shares};
pub use histograms::StyleHistograms;
pub use judge::{StyleJudge, StyleRecord};
pub(crate) use tone_colours::{TONE_COLOURS, tone_colours};
