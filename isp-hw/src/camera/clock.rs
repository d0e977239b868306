//! The clock that frames and control writes are compared on.

use std::ops::Add;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A moment on the system's monotonic clock (`CLOCK_MONOTONIC`), on which V4L2 drivers stamp
/// their frames. [`std::time::Instant`] hides its value, so it cannot be compared with theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MonotonicTime(Duration);

impl MonotonicTime {
    /// The present.
    #[must_use]
    pub fn now() -> Self {
        let time = clock_gettime(ClockId::Monotonic);
        // The clock starts at 0 and its parts are never negative.
        let (seconds, nanoseconds) = (time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs());
        Self(Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds))
    }

    /// The moment `duration` after the clock's start.
    #[must_use]
    pub const fn since_start(duration: Duration) -> Self {
        Self(duration)
    }

    /// Nanoseconds since the clock's start; it takes 584 years to overflow.
    #[must_use]
    pub fn nanoseconds(self) -> u64 {
        u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX)
    }

    /// How long after `earlier` this is; zero when it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for MonotonicTime {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(later))
    }
}
