//! Which frames of a driver are good.

use std::time::Duration;

use crate::camera::{MonotonicTime, Timestamp};
use crate::pixel_format::FrameFormat;
use crate::v4l2::stream_ioctl::Filled;

/// Larger jumps of the sequence are restarts, not lost frames.
const LARGEST_GAP: u32 = 1 << 16;
/// Times may lie ahead: vivid computes the end of a frame that it delivers at the start, and uvcvideo
/// estimates the camera's clock.
const LONGEST_AHEAD: Duration = Duration::from_secs(1);

/// What is wrong with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defect {
    ErrorFlag,
    Short,
    Stale,
}

/// What was found out about a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Its time, if it is good.
    pub(super) good: Option<(MonotonicTime, Timestamp)>,
    pub(super) defect: Option<Defect>,
    /// Frames missing before it.
    pub(super) lost: u64,
}

/// Sorts good frames from others.
#[derive(Debug)]
pub(super) struct Sieve {
    /// Bytes of a complete frame, at least.
    least_bytes: usize,
    last_sequence: Option<u32>,
    last_time: Option<MonotonicTime>,
}

impl Sieve {
    pub(super) fn new(format: &FrameFormat) -> Self {
        // An empty frame is short in every format; how long JPEG is, nobody knows.
        let least_bytes = format.buffer_len().unwrap_or(0).max(1);
        Self { least_bytes, last_sequence: None, last_time: None }
    }

    /// A new stream counts from zero again.
    pub(super) const fn restart(&mut self) {
        self.last_sequence = None;
    }

    pub(super) fn examine(
        &mut self,
        filled: &Filled,
        bytes: usize,
        started_at: MonotonicTime,
        now: MonotonicTime,
    ) -> Verdict {
        let gap = self
            .last_sequence
            .replace(filled.sequence)
            .map_or(0, |last| filled.sequence.wrapping_sub(last.wrapping_add(1)));
        let lost = if gap < LARGEST_GAP { u64::from(gap) } else { 0 };
        let defect = |defect| Verdict { good: None, defect: Some(defect), lost };
        if filled.has_error {
            return defect(Defect::ErrorFlag);
        }
        if bytes < self.least_bytes {
            return defect(Defect::Short);
        }
        // A time before the stream or far ahead is from another clock, whatever the flag says. No frame
        // was taken later than it arrived.
        let plausible = started_at..=now + LONGEST_AHEAD;
        let time = filled.time.map(MonotonicTime::since_start);
        let time = time.filter(|time| plausible.contains(time)).map(|time| time.min(now));
        let (time, timestamp) = match time {
            Some(time) if filled.is_start_of_exposure => (time, Timestamp::StartOfExposure),
            Some(time) => (time, Timestamp::EndOfFrame),
            None => (now, Timestamp::Arrival),
        };
        if self.last_time.is_some_and(|last| time <= last) {
            return defect(Defect::Stale);
        }
        self.last_time = Some(time);
        Verdict { good: Some((time, timestamp)), defect: None, lost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> MonotonicTime {
        MonotonicTime::since_start(Duration::from_millis(milliseconds))
    }

    fn sieve() -> Sieve {
        Sieve { least_bytes: 8, last_sequence: None, last_time: None }
    }

    fn filled(sequence: u32, time: Option<u64>) -> Filled {
        Filled {
            index: 0,
            bytes_used: 8,
            sequence,
            has_error: false,
            time: time.map(Duration::from_millis),
            is_start_of_exposure: false,
        }
    }

    fn examine(sieve: &mut Sieve, filled: Filled, now: u64) -> Verdict {
        sieve.examine(&filled, filled.bytes_used, at(1000), at(now))
    }

    #[test]
    fn flagged_short_and_repeated_frames_are_told_apart() {
        let mut sieve = sieve();
        let flagged = Filled { has_error: true, ..filled(0, Some(1001)) };
        assert_eq!(examine(&mut sieve, flagged, 1002).defect, Some(Defect::ErrorFlag));
        let short = Filled { bytes_used: 7, ..filled(1, Some(1010)) };
        assert_eq!(examine(&mut sieve, short, 1011).defect, Some(Defect::Short));
        let good = examine(&mut sieve, filled(2, Some(1020)), 1021);
        assert_eq!(good.good, Some((at(1020), Timestamp::EndOfFrame)));
        assert_eq!(examine(&mut sieve, filled(2, Some(1020)), 1030).defect, Some(Defect::Stale));
    }

    #[test]
    fn gaps_in_the_sequence_are_lost_frames_and_restarts_are_not() {
        let mut sieve = sieve();
        let mut lost = |sequence, now| examine(&mut sieve, filled(sequence, None), now).lost;
        assert_eq!(lost(u32::MAX, 1001), 0);
        assert_eq!(lost(0, 1002), 0, "the number wraps");
        assert_eq!(lost(3, 1003), 2);
        assert_eq!(lost(0, 1004), 0, "the driver began again");
    }

    #[test]
    fn a_time_a_little_ahead_is_that_of_the_arrival() {
        let mut sieve = sieve();
        let verdict = examine(&mut sieve, filled(0, Some(1040)), 1010);
        assert_eq!(verdict.good, Some((at(1010), Timestamp::EndOfFrame)));
        let verdict = examine(&mut sieve, filled(1, Some(1080)), 1050);
        assert_eq!(verdict.good, Some((at(1050), Timestamp::EndOfFrame)));
    }

    #[test]
    fn a_time_of_another_clock_is_not_believed() {
        let mut sieve = sieve();
        for (sequence, time) in [None, Some(4), Some(9_999_999)].into_iter().enumerate() {
            let now = 1001 + sequence as u64;
            let verdict = examine(&mut sieve, filled(sequence as u32, time), now);
            assert_eq!(verdict.good, Some((at(now), Timestamp::Arrival)), "{time:?}");
        }
    }
}
