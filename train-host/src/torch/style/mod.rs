//! The paper's score of style: what it rewards where no pixel of the goal is to be matched.

mod paper_reward;
mod style_score;
mod vgg;

pub use paper_reward::PaperReward;
pub use style_score::{StyleReference, StyleScore};
pub use vgg::{Vgg, VggError, VggFeatures};
