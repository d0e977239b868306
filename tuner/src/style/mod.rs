//! Style: what a picture's tones and colours are like, whatever it shows.
//!
//! A goal of other content cannot be compared pixel by pixel. What is compared instead is how its
//! tones and colours are *distributed*, by sliced optimal transport ([`StyleFeatures`]), which is
//! smooth in the parameters of a pipeline; histograms ([`StyleHistograms`]) serve as a second
//! opinion only.

mod features;
mod histograms;
mod quantile_means;
#[cfg(test)]
mod tests;
mod ycbcr;

pub use features::StyleFeatures;
pub use histograms::StyleHistograms;
