//! A press is what lasts.

use std::time::Duration;

/// Finds presses in a bouncing signal. Time is given to it, so that it depends on nothing else.
#[derive(Debug)]
pub(super) struct Debounce {
    lasting: Duration,
    settled: bool,
    last: bool,
    since: Duration,
}

impl Debounce {
    /// A level counts once it lasts so long. What is pressed at the start is no press.
    pub(super) const fn new(lasting: Duration, pressed: bool) -> Self {
        Self { lasting, settled: pressed, last: pressed, since: Duration::ZERO }
    }

    /// Takes the level seen at `now` (time since the start, never going back); true once for every
    /// press.
    pub(super) fn tell(&mut self, now: Duration, pressed: bool) -> bool {
        // A level lasts until another one is seen.
        let settles = self.last != self.settled && now.saturating_sub(self.since) >= self.lasting;
        let mut press = false;
        if settles {
            self.settled = self.last;
            press = self.settled;
        }
        if pressed != self.last {
            self.last = pressed;
            self.since = now;
        }
        press
    }

    /// When to look again although nothing changes: time that the last level still has to last.
    pub(super) fn undecided(&self, now: Duration) -> Option<Duration> {
        (self.last != self.settled)
            .then(|| self.lasting.saturating_sub(now.saturating_sub(self.since)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presses(start: bool, levels: &[(u64, bool)]) -> Vec<u64> {
        let mut debounce = Debounce::new(Duration::from_millis(30), start);
        let told =
            levels.iter().filter(|(at, level)| debounce.tell(Duration::from_millis(*at), *level));
        told.map(|(at, _)| *at).collect()
    }

    #[test]
    fn a_bouncing_press_counts_once() {
        let levels = [
            (100, true),
            (101, false),
            (103, true),
            (104, false),
            (105, true),
            (120, true),
            (135, true),
            (400, false),
            (401, true),
            (402, false),
            (500, false),
        ];
        assert_eq!(presses(false, &levels), [135]);
    }

    #[test]
    fn a_spike_is_no_press_and_a_short_gap_no_release() {
        assert!(presses(false, &[(10, true), (20, false), (100, false)]).is_empty());
        let gap = [(10, true), (50, true), (60, false), (65, true), (200, true)];
        assert_eq!(presses(false, &gap), [50]);
    }

    #[test]
    fn a_press_that_nobody_looked_at_in_time_counts() {
        assert_eq!(presses(false, &[(10, true), (300, false), (400, false)]), [300]);
    }

    #[test]
    fn what_was_held_down_at_the_start_is_no_press() {
        assert!(presses(true, &[(10, true), (100, true)]).is_empty());
        assert_eq!(presses(true, &[(10, false), (50, false), (60, true), (90, true)]), [90]);
    }

    #[test]
    fn only_an_undecided_level_needs_another_look() {
        let mut debounce = Debounce::new(Duration::from_millis(30), false);
        assert_eq!(debounce.undecided(Duration::from_millis(5)), None);
        debounce.tell(Duration::from_millis(10), true);
        let left = debounce.undecided(Duration::from_millis(25));
        assert_eq!(left, Some(Duration::from_millis(15)));
    }
}
