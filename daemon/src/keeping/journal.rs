//! What a keeper tells of what it does.

use std::fmt;
use std::time::Duration;

use tuner::{Frame, GoalError, Params, StyleGoalError};

use super::keeper::TakenPicture;
use super::reading::Reading;
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
        reading: Reading,
    },
    /// A tune begins.
    TuneBegins {
        /// How near the picture is that it begins at; `None` where a taste decides, which has no
        /// goal to be near to.
        before: Option<Reading>,
    },
    /// A query was made.
    Query(KeptQuery),
    /// A trial has ended, or a policy was asked: this setting stands from now on.
    Settled(Settlement<'a>),
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

/// A setting that stands from now on.
#[derive(Debug, Clone, Copy)]
pub struct Settlement<'a> {
    /// The setting.
    pub params: Params,
    /// How near what stood before was, measured in the trial; `None` where a taste decided.
    pub before: Option<Reading>,
    /// How near the setting is, measured in the trial; with a taste, what two pictures of it differ
    /// by.
    pub after: Reading,
    /// The picture of it.
    pub picture: &'a Frame,
    /// Whether it is another setting than before.
    pub adopted: bool,
    /// What limited the result, in plain words.
    pub limited_by: &'a [String],
    /// What is to be remembered of its picture, where a policy of taste has named it.
    pub taken: Option<&'a TakenPicture>,
}

/// One query of a tune.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeptQuery {
    /// 1 for the first.
    pub index: usize,
    /// What was asked.
    pub params: Params,
    /// How near the picture came; `None` where a taste decides.
    pub reading: Option<Reading>,
    /// Time that the camera took, milliseconds.
    pub elapsed_ms: f64,
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
    /// The look's picture has no style, or the region of interest is no part of the camera's.
    NoStyle(StyleGoalError),
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
            Self::NoStyle(error) => write!(formatter, "{error}"),
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
