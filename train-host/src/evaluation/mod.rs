//! How good a policy is.

mod episode_trace;
mod filter_score;
pub mod markdown;
mod policy_run;
mod style_run;
mod style_trace;
mod summary;
mod taste_run;

pub use episode_trace::{CAP_DB, EpisodeTrace, TrueGoal, trace};
pub use filter_score::{FilterBank, FilterSight};
pub use policy_run::{CHECKPOINTS, EvaluationError, PolicyRun, run_policy};
pub use style_run::{StyleRun, run_style_policy};
pub use style_trace::{StyleReached, StyleTrace, style_trace};
pub use summary::Summary;
pub use taste_run::{BestOfNine, TasteRun, best_of_nine, run_taste_policy};
