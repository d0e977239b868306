//! How good a policy is.

mod episode_trace;
pub mod markdown;
mod policy_run;
mod style_trace;
mod summary;
mod taste_run;

pub use episode_trace::{CAP_DB, EpisodeTrace, TrueGoal, trace};
pub use policy_run::{CHECKPOINTS, EvaluationError, PolicyRun, run_policy};
pub use style_trace::{StyleReached, StyleTrace, style_trace};
pub use summary::Summary;
pub use taste_run::{BestOfNine, TasteRun, best_of_nine, run_taste_policy};
