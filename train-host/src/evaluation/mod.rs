//! How good a policy is.

mod policy_run;
mod summary;

pub use policy_run::{CHECKPOINTS, EvaluationError, PolicyRun, run_policy};
pub use summary::Summary;
