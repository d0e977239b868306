//! What a supervisor can be asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::status::ScoreStatus;

/// One thing that a person or a program wants of a camera. Each of them sets a state that is wanted,
/// so that asking twice does the same as asking once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Tune now, whatever the limits per hour say.
    Retune,
    /// Leave the camera as it is, until [`Self::Resume`].
    Hold,
    /// Keep it on its look again.
    Resume,
    /// Put it back as it was found, and let go of it until [`Self::Resume`].
    Restore,
    /// Set these canonical values (those that are not named stay) and hold them.
    Apply {
        /// Canonical name → value in [−1, 1].
        params: BTreeMap<String, f64>,
    },
    /// Say what a tune would do, without writing anything.
    Plan,
    /// Another look, or none.
    Look {
        /// Its name.
        name: Option<String>,
        /// Strength, 0 to 1; 1 where nobody says.
        strength: Option<f64>,
    },
    /// Which parameters are left alone; those of the configuration are in any case.
    Lock {
        /// Canonical names.
        parameters: Vec<String>,
    },
}

impl Command {
    /// Whether it ends a tune that is running.
    #[must_use]
    pub const fn interrupts(&self) -> bool {
        !matches!(self, Self::Plan)
    }

    /// The name in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Retune => "retune",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::Restore => "restore",
            Self::Apply { .. } => "apply",
            Self::Plan => "plan",
            Self::Look { .. } => "look",
            Self::Lock { .. } => "lock",
        }
    }
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// It is being done, or was done already; the status tells how it goes.
    Accepted,
    /// What a tune would do.
    Planned {
        /// Canonical name → value that would be tried first.
        params: BTreeMap<String, f64>,
        /// The pipeline's own name → value in its units.
        native: BTreeMap<String, f64>,
        /// The picture now.
        now: ScoreStatus,
        /// What the model of the camera predicts.
        predicted: ScoreStatus,
    },
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refused", content = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// There is no camera of this name in the configuration.
    #[error("there is no camera \"{0}\" in the configuration; `isptune status` lists them")]
    NoSuchCamera(String),
    /// There is no look of this name.
    #[error("there is no look \"{0}\"; `isptune look list` lists them")]
    NoSuchLook(String),
    /// The camera is not open now.
    #[error("the camera is not there now: {0}")]
    NotOpen(String),
    /// A value in the command cannot be used.
    #[error("{0}")]
    BadValue(String),
    /// The camera failed while it was done.
    #[error("{0}")]
    Failed(String),
    /// The supervisor is too busy to answer, or is stopping.
    #[error("the camera's supervisor does not answer now; try again")]
    Unanswered,
}

/// A command with the place where its answer is waited for.
#[derive(Debug)]
pub struct Request {
    /// What is wanted.
    pub command: Command,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Result<Answer, Refusal>>,
}
