//! The states of a supervised camera, and the one table that says how they follow each other.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a supervisor is doing with its camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is no such camera now.
    Waiting,
    /// The camera's picture is being compared with the look.
    Measuring,
    /// Queries are being made.
    Tuning,
    /// The camera stands at its good setting, and is watched.
    Holding,
    /// The picture has moved away from the look; whether it stays there is being found out.
    Drifting,
    /// Another program uses the camera.
    Busy,
    /// Something is wrong that does not pass by itself, or has not passed yet.
    Faulted,
    /// A person has asked for no changes.
    Paused,
}

/// What makes a supervisor change its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The camera is open.
    Opened,
    /// There is no such camera, or it is gone.
    Absent,
    /// Another program uses it.
    InUse,
    /// It failed, or its configuration cannot be used.
    Failed,
    /// The picture is as near to the look as it was when it was last tuned, or no look is set.
    OnLook,
    /// The picture is not on the look.
    OffLook,
    /// A tune and its trial have ended.
    Tuned,
    /// The picture has moved away.
    Moved,
    /// It came back by itself, or what was changed from outside was put back.
    CameBack,
    /// The look, the limits or the policy have changed, or a tune was asked for.
    Again,
    /// A person asked for no changes.
    Pause,
    /// A person asked for changes again.
    Resume,
}

use Event::{
    Absent, Again, CameBack, Failed, InUse, Moved, OffLook, OnLook, Opened, Pause, Resume, Tuned,
};
use State::{Busy, Drifting, Faulted, Holding, Measuring, Paused, Tuning, Waiting};

/// Every transition there is: from, event, to.
pub const TRANSITIONS: [(State, Event, State); 50] = [
    (Waiting, Opened, Measuring),
    (Waiting, Absent, Waiting),
    (Waiting, InUse, Busy),
    (Waiting, Failed, Faulted),
    (Waiting, Pause, Paused),
    (Waiting, Again, Waiting),
    (Busy, Opened, Measuring),
    (Busy, Absent, Waiting),
    (Busy, InUse, Busy),
    (Busy, Failed, Faulted),
    (Busy, Pause, Paused),
    (Busy, Again, Waiting),
    (Faulted, Opened, Measuring),
    (Faulted, Absent, Waiting),
    (Faulted, InUse, Busy),
    (Faulted, Failed, Faulted),
    (Faulted, Pause, Paused),
    (Faulted, Again, Waiting),
    (Measuring, OnLook, Holding),
    (Measuring, OffLook, Tuning),
    (Measuring, Absent, Waiting),
    (Measuring, InUse, Busy),
    (Measuring, Failed, Faulted),
    (Measuring, Pause, Paused),
    (Measuring, Again, Measuring),
    (Tuning, Tuned, Holding),
    (Tuning, OnLook, Holding),
    (Tuning, Absent, Waiting),
    (Tuning, InUse, Busy),
    (Tuning, Failed, Faulted),
    (Tuning, Pause, Paused),
    (Tuning, Again, Measuring),
    (Holding, Moved, Drifting),
    (Holding, Absent, Waiting),
    (Holding, InUse, Busy),
    (Holding, Failed, Faulted),
    (Holding, Pause, Paused),
    (Holding, Again, Measuring),
    (Drifting, CameBack, Holding),
    (Drifting, OffLook, Tuning),
    (Drifting, Absent, Waiting),
    (Drifting, InUse, Busy),
    (Drifting, Failed, Faulted),
    (Drifting, Pause, Paused),
    (Drifting, Again, Measuring),
    (Paused, Resume, Waiting),
    (Paused, Absent, Paused),
    (Paused, Failed, Paused),
    (Paused, InUse, Paused),
    (Paused, Pause, Paused),
];

/// The state that follows, or `None` where the event means nothing in this state.
#[must_use]
pub fn next(state: State, event: Event) -> Option<State> {
    let found = TRANSITIONS.iter().find(|(from, on, _)| (*from, *on) == (state, event));
    found.map(|(_, _, to)| *to)
}

impl State {
    /// All states.
    pub const ALL: [Self; 8] =
        [Waiting, Measuring, Tuning, Holding, Drifting, Busy, Faulted, Paused];

    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Waiting => "waiting",
            Measuring => "measuring",
            Tuning => "tuning",
            Holding => "holding",
            Drifting => "drifting",
            Busy => "busy",
            Faulted => "faulted",
            Paused => "paused",
        }
    }

    /// Whether the camera is open and its look is being looked after.
    #[must_use]
    pub const fn is_keeping(self) -> bool {
        matches!(self, Measuring | Tuning | Holding | Drifting)
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_transition_is_listed_twice() {
        for (index, (from, event, _)) in TRANSITIONS.iter().enumerate() {
            let again = TRANSITIONS.iter().skip(index + 1);
            assert!(!again.clone().any(|other| (other.0, other.1) == (*from, *event)));
        }
    }

    #[test]
    fn a_lost_camera_a_fault_and_a_person_are_heard_in_every_state() {
        for state in State::ALL {
            for event in [Absent, InUse, Failed, Pause] {
                assert!(next(state, event).is_some(), "{state} {event:?}");
            }
        }
    }

    #[test]
    fn a_paused_camera_leaves_that_state_only_when_a_person_says_so() {
        for (from, event, to) in TRANSITIONS {
            if from == Paused && to != Paused {
                assert_eq!(event, Resume);
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_from_the_first() {
        let mut reached = vec![Waiting];
        let mut index = 0;
        while let Some(state) = reached.get(index).copied() {
            for (from, _, to) in TRANSITIONS {
                if from == state && !reached.contains(&to) {
                    reached.push(to);
                }
            }
            index += 1;
        }
        assert_eq!(reached.len(), State::ALL.len());
    }
}
