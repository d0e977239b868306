//! How the status light shows a state: by rhythm, so that it needs no colour.

use std::time::Duration;

/// What the status light shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LightState {
    /// Nothing to do: one short flash every three seconds.
    Idle,
    /// A tune is running: on and off twice a second.
    Tuning,
    /// The look is kept: steadily on.
    Held,
    /// Something is wrong: three flashes, then a pause.
    Fault,
}

/// A light at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Light {
    /// Whether it is on.
    pub on: bool,
    /// How long it stays so; `None` for ever.
    pub lasts: Option<Duration>,
}

/// Durations in milliseconds, on and off by turns, beginning with on.
const IDLE: [u64; 2] = [60, 2_940];
const TUNING: [u64; 2] = [250, 250];
const FAULT: [u64; 6] = [120, 180, 120, 180, 120, 880];

impl LightState {
    /// The light `since` the state began.
    #[must_use]
    pub fn light(self, since: Duration) -> Light {
        let turns: &[u64] = match self {
            Self::Held => return Light { on: true, lasts: None },
            Self::Idle => &IDLE,
            Self::Tuning => &TUNING,
            Self::Fault => &FAULT,
        };
        let turns = turns.iter().map(|&turn| Duration::from_millis(turn));
        let round: Duration = turns.clone().sum();
        let rounds = since.as_nanos() / round.as_nanos();
        let mut left = since.as_nanos() - rounds * round.as_nanos();
        let mut on = true;
        for turn in turns {
            if let Some(rest) = turn.as_nanos().checked_sub(left).filter(|rest| *rest > 0) {
                let lasts = Duration::from_nanos(u64::try_from(rest).unwrap_or(u64::MAX));
                return Light { on, lasts: Some(lasts) };
            }
            left -= turn.as_nanos();
            on = !on;
        }
        Light { on, lasts: None }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BLINKING: [LightState; 3] = [LightState::Idle, LightState::Tuning, LightState::Fault];

    fn flashes(state: LightState, seconds: u64) -> usize {
        let mut now = Duration::ZERO;
        let mut count = 0;
        while now < Duration::from_secs(seconds) {
            let light = state.light(now);
            count += usize::from(light.on);
            now += light.lasts.unwrap();
        }
        count
    }

    #[test]
    fn states_differ_by_their_flashes() {
        let counts = [LightState::Idle, LightState::Tuning, LightState::Fault];
        assert_eq!(counts.map(|state| flashes(state, 48)), [16, 96, 90]);
        assert_eq!(LightState::Held.light(Duration::from_secs(9)), Light { on: true, lasts: None });
    }

    #[test]
    fn a_fault_is_three_flashes_and_a_pause() {
        let at = |ms| LightState::Fault.light(Duration::from_millis(ms)).on;
        let seen: Vec<bool> = (0..16).map(|tenth| at(50 + tenth * 100)).collect();
        let flash = [true, false, false];
        assert_eq!(seen[..9], [flash, flash, flash].concat());
        assert!(!seen[9..].contains(&true));
    }

    proptest! {
        #[test]
        fn the_light_changes_when_it_said_and_not_before(
            state in prop::sample::select(&BLINKING[..]), at in 0u64..100_000_000_000
        ) {
            let at = Duration::from_nanos(at);
            let light = state.light(at);
            let lasts = light.lasts.unwrap();
            prop_assert!(!lasts.is_zero());
            prop_assert_eq!(state.light(at + lasts - Duration::from_nanos(1)).on, light.on);
            prop_assert_eq!(state.light(at + lasts).on, !light.on);
        }
    }
}
