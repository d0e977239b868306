//! How often a camera may be tuned without being asked.

use std::collections::VecDeque;
use std::time::Duration;

use super::KeepPolicy;

const HOUR: Duration = Duration::from_secs(3600);

/// Remembers when tunes began, and holds back those that come too often. Times are those of any
/// clock that does not go back.
#[derive(Debug, Clone, Default)]
pub struct Governor {
    /// Tunes that began by themselves within the last hour.
    begun: VecDeque<Duration>,
    ended: Option<Duration>,
}

impl Governor {
    /// How long to wait before a tune may begin by itself; zero when it may now.
    #[must_use]
    pub fn wait(&self, now: Duration, policy: &KeepPolicy) -> Duration {
        let cool = self.ended.map_or(Duration::ZERO, |ended| ended + policy.cool_down);
        let most = policy.retunes_per_hour as usize;
        let full = match self.begun.len().checked_sub(most) {
            Some(_) if most == 0 => return Duration::MAX,
            // The oldest that must be out of the hour.
            Some(extra) => self.begun.get(extra).map_or(Duration::ZERO, |begun| *begun + HOUR),
            None => Duration::ZERO,
        };
        cool.max(full).saturating_sub(now)
    }

    /// A tune that nobody asked for has begun.
    pub fn begin(&mut self, now: Duration) {
        self.forget(now);
        self.begun.push_back(now);
    }

    /// Any tune has ended.
    pub const fn end(&mut self, now: Duration) {
        self.ended = Some(now);
    }

    /// How many tunes began by themselves within the last hour.
    #[must_use]
    pub fn last_hour(&self, now: Duration) -> u32 {
        let recent = self.begun.iter().filter(|begun| **begun + HOUR > now).count();
        u32::try_from(recent).unwrap_or(u32::MAX)
    }

    fn forget(&mut self, now: Duration) {
        while self.begun.front().is_some_and(|begun| *begun + HOUR <= now) {
            self.begun.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_tune_waits_for_the_cool_down_of_the_last() {
        let policy = KeepPolicy::default();
        let mut governor = Governor::default();
        assert_eq!(governor.wait(seconds(5), &policy), Duration::ZERO);
        governor.begin(seconds(5));
        governor.end(seconds(10));
        assert_eq!(governor.wait(seconds(30), &policy), seconds(40));
        assert_eq!(governor.wait(seconds(70), &policy), Duration::ZERO);
    }

    #[test]
    fn whatever_the_light_does_there_are_no_more_than_six_in_any_hour() {
        let policy = KeepPolicy { cool_down: seconds(1), ..KeepPolicy::default() };
        let mut governor = Governor::default();
        let mut begun: Vec<u64> = Vec::new();
        for second in 0..20_000 {
            let now = seconds(second);
            if governor.wait(now, &policy) == Duration::ZERO {
                governor.begin(now);
                governor.end(now);
                begun.push(second);
            }
            assert!(governor.last_hour(now) <= 6);
        }
        for window in begun.windows(7) {
            assert!(window[6] - window[0] >= 3600, "{window:?}");
        }
        assert!(begun.len() > 30, "it goes on after each hour: {begun:?}");
    }

    #[test]
    fn none_may_mean_none() {
        let policy = KeepPolicy { retunes_per_hour: 0, ..KeepPolicy::default() };
        assert_eq!(Governor::default().wait(seconds(9), &policy), Duration::MAX);
    }
}
