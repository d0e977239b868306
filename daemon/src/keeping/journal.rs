//! What a keeper tells of what it does.

use std::fmt;
use std::time::Duration;

use tuner::{Frame, GoalError, Params, QueryRecord, Score};

use super::{Event, State};

/// Something worth telling: for the log, for those who watch, for the metrics.
#[derive(Debug, Clone)]
pub enum KeeperEvent<'a> {
    /// The state has changed.
    Moved {
        /// The state before.
        from: State,
        /// Why.
        event: Event,
        /// The state now.
        to: State,
    },
    /// A picture of what stands, as it came.
    Glanced {
        /// The picture.
        picture: &'a Frame,
    },
    /// What stands was measured.
    Measured {
        /// The picture.
        picture: &'a Frame,
        /// How near it is to the look.
        score: Score,
    },
    /// A tune begins at a picture with this score.
    TuneBegins {
        /// Its score.
        before: Score,
    },
    /// A query was made.
    Query(&'a QueryRecord),
    /// A trial has ended: this setting stands from now on.
    Settled {
        /// The setting.
        params: Params,
        /// The score of what stood before, measured in the trial.
        before: Score,
        /// Its own score, measured in the trial.
        after: Score,
        /// The picture of it.
        picture: &'a Frame,
        /// Whether it is another setting than before.
        adopted: bool,
        /// What limited the result, in plain words.
        limited_by: &'a [String],
    },
    /// The pipeline failed within a tune, and the tune ended early.
    TuneFailed {
        /// What it said.
        error: &'a str,
    },
    /// The look is lost, and no tune may begin yet.
    HeldBack {
        /// How long it must wait.
        wait: Duration,
    },
    /// The picture cannot be compared with the look.
    Blind(&'a Unusable),
    /// It can be compared again.
    SeesAgain,
}

/// Why a picture cannot be compared with the look.
#[derive(Debug, Clone, PartialEq)]
pub enum Unusable {
    /// Too dark to tell anything.
    Dark,
    /// Frames of a noisy camera that are equal to the last bit: it repeats an old one.
    Frozen,
    /// The look's picture cannot be compared with it.
    Refused(GoalError),
}

impl Unusable {
    /// Whether both are the same reason, whatever the figures.
    #[must_use]
    pub fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Refused(one @ (GoalError::Proportions { .. } | GoalError::Region { .. })),
                Self::Refused(other),
            ) => one == other,
            (Self::Refused(one), Self::Refused(other)) => {
                std::mem::discriminant(one) == std::mem::discriminant(other)
            }
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dark => formatter.write_str("the picture is dark; nothing is changed meanwhile"),
            Self::Frozen => formatter.write_str(
                "the camera repeats one frame; nothing is changed until it sends new ones",
            ),
            Self::Refused(error) => write!(formatter, "{error}"),
        }
    }
}

/// Who listens to a keeper.
pub trait Journal {
    /// Something has happened.
    fn record(&mut self, event: KeeperEvent<'_>);
}

impl<F: FnMut(KeeperEvent<'_>)> Journal for F {
    fn record(&mut self, event: KeeperEvent<'_>) {
        self(event);
    }
}
