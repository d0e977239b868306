//! Exit codes, in one place; scripts rely on them.

use std::process::ExitCode;

use tuner::{GoalError, StyleGoalError};

use crate::look::LookError;

/// Shown at the end of `--help`.
pub const HELP: &str = "Exit codes:
  0    done
  1    failed: no result
  2    wrong usage
  3    the pipeline failed on the way; the best query so far was returned
  4    the goal was refused (--task finish: other content, another shape;
       --task style: nothing to see; a bad reference)
  130  interrupted; the best query so far was returned

Results go to standard output, progress and messages to standard error.";

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Failed without a result.
    Failed,
    /// What was asked for makes no sense.
    WrongUsage,
    /// The pipeline failed on the way; there is a result.
    PipelineFailed,
    /// The goal cannot be tuned to.
    GoalRefused,
    /// Ctrl-C; what was found until then was returned.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::WrongUsage => 2,
            Exit::PipelineFailed => 3,
            Exit::GoalRefused => 4,
            Exit::Interrupted => 130,
        })
    }
}

/// A word of the command line that turns out to mean nothing once the pipeline is known.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// The exit that an error leads to.
#[must_use]
pub fn code_of(error: &anyhow::Error) -> Exit {
    if error.downcast_ref::<UsageError>().is_some() {
        return Exit::WrongUsage;
    }
    let refused = error.downcast_ref::<GoalError>().is_some()
        || error.downcast_ref::<StyleGoalError>().is_some()
        || matches!(error.downcast_ref(), Some(LookError::Refused { .. }));
    if refused { Exit::GoalRefused } else { Exit::Failed }
}

/// The message with its causes; those that it tells already are not told again.
#[must_use]
pub fn in_one_line(error: &anyhow::Error) -> String {
    let mut message = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    message
}
