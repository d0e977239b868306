//! What can go wrong in a tune.

use crate::{
    FrameError, GoalError, LimitsError, ParamsError, PipelineError, ResponseError, StyleGoalError,
};

/// An error of the tuning crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TunerError {
    /// Values that are no parameters.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// A limit that allows nothing.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// A parameter table that maps nothing.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// Samples that make no picture.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A picture that cannot be a goal.
    #[error(transparent)]
    Goal(#[from] GoalError),
    /// A picture that has no style.
    #[error(transparent)]
    Style(#[from] StyleGoalError),
    /// The pipeline failed before the first query.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}
