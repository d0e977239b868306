//! The one place where the newest frame waits, between the capture thread and its readers.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::FrameCounts;
use super::fault::Fault;
use crate::camera::{CapturedFrame, MonotonicTime};

/// How a capture ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It was asked to.
    Stopped,
    /// It could not go on.
    Fault(Fault),
}

/// Why there is no frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoFrame {
    /// None came in time.
    Late,
    /// None came in time, for the input has no signal.
    NoSignal,
    /// None will come.
    Ended(End),
}

/// A place for one frame: the newest wins.
#[derive(Debug, Default)]
pub(super) struct Slot {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    newest: Option<CapturedFrame>,
    is_fetched: bool,
    counts: FrameCounts,
    lacks_signal: bool,
    is_stopping: bool,
    end: Option<End>,
}

impl Slot {
    /// No code panics while it holds the lock, and the state is whole between any two statements.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a frame in.
    pub(super) fn put(&self, frame: CapturedFrame) {
        let mut state = self.state();
        let was_fetched = state.is_fetched;
        if state.newest.replace(frame).is_some() && !was_fetched {
            state.counts.replaced += 1;
        }
        state.is_fetched = false;
        drop(state);
        self.changed.notify_all();
    }

    /// Says whether the input has a signal.
    pub(super) fn set_signal(&self, has_signal: bool) {
        self.state().lacks_signal = !has_signal;
    }

    /// Changes the counts.
    pub(super) fn count(&self, change: impl FnOnce(&mut FrameCounts)) {
        change(&mut self.state().counts);
    }

    /// The counts so far.
    pub(super) fn counts(&self) -> FrameCounts {
        self.state().counts
    }

    /// Asks the capture thread to end.
    pub(super) fn stop(&self) {
        self.state().is_stopping = true;
        self.changed.notify_all();
    }

    /// Waits at most `pause` for being asked to end; says whether that is so.
    pub(super) fn is_stopping_within(&self, pause: Duration) -> bool {
        let (state, _) = self
            .changed
            .wait_timeout_while(self.state(), pause, |state| !state.is_stopping)
            .unwrap_or_else(PoisonError::into_inner);
        state.is_stopping
    }

    /// Says that no frame will come any more; the first end counts.
    pub(super) fn end(&self, end: End) {
        self.state().end.get_or_insert(end);
        self.changed.notify_all();
    }

    /// Waits at most `wait` for the end; says whether it came.
    pub(super) fn has_ended_within(&self, wait: Duration) -> bool {
        let (state, _) = self
            .changed
            .wait_timeout_while(self.state(), wait, |state| state.end.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        state.end.is_some()
    }

    /// The newest frame taken after `moment`; waits at most `wait` for it.
    pub(super) fn after(
        &self,
        moment: MonotonicTime,
        wait: Duration,
    ) -> Result<CapturedFrame, NoFrame> {
        let deadline = Instant::now() + wait;
        let mut state = self.state();
        loop {
            if let Some(end) = &state.end {
                return Err(NoFrame::Ended(end.clone()));
            }
            let frame = state.newest.clone().filter(|frame| frame.captured_at > moment);
            if let Some(frame) = frame {
                if !state.is_fetched {
                    state.is_fetched = true;
                    state.counts.delivered += 1;
                }
                return Ok(frame);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(if state.lacks_signal { NoFrame::NoSignal } else { NoFrame::Late });
            }
            (state, _) =
                self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustix::io::Errno;

    use super::*;
    use crate::camera::Timestamp;
    use crate::pixel_format::{Colorimetry, FrameFormat, PixelFormat, ReportedColorimetry};
    use crate::v4l2::Step;

    fn at(milliseconds: u64) -> MonotonicTime {
        MonotonicTime::since_start(Duration::from_millis(milliseconds))
    }

    fn frame(sequence: u32) -> CapturedFrame {
        let reported = ReportedColorimetry::default();
        let colorimetry = Colorimetry::reported(PixelFormat::Grey, reported);
        CapturedFrame {
            bytes: Arc::from([0; 1]),
            format: FrameFormat {
                pixel: PixelFormat::Grey,
                width: 1,
                height: 1,
                bytes_per_line: 1,
                colorimetry,
            },
            sequence,
            captured_at: at(sequence.into()),
            timestamp: Timestamp::EndOfFrame,
        }
    }

    #[test]
    fn the_newest_frame_wins_and_each_is_counted_once() {
        let slot = Slot::default();
        (1..=3).for_each(|sequence| slot.put(frame(sequence)));
        let fetch = |moment| slot.after(at(moment), Duration::ZERO).map(|frame| frame.sequence);
        assert_eq!(fetch(0), Ok(3));
        assert_eq!(fetch(2), Ok(3), "a second reader sees it too");
        assert_eq!(fetch(3), Err(NoFrame::Late), "later than, not at");
        slot.put(frame(4));
        let counts = slot.counts();
        assert_eq!((counts.delivered, counts.replaced), (1, 2));
    }

    #[test]
    fn without_a_signal_that_is_the_reason_until_it_comes_back() {
        let slot = Slot::default();
        let fetch = || slot.after(at(0), Duration::ZERO).map(|frame| frame.sequence);
        slot.set_signal(false);
        assert_eq!(fetch(), Err(NoFrame::NoSignal));
        slot.set_signal(true);
        assert_eq!(fetch(), Err(NoFrame::Late));
    }

    #[test]
    fn readers_wake_when_the_capture_ends_and_are_told_why() {
        let slot = Arc::new(Slot::default());
        let reader = Arc::clone(&slot);
        let reader = std::thread::spawn(move || reader.after(at(0), Duration::from_secs(60)));
        let gone = End::Fault(Fault::Kernel(Step::DequeueBuffer, Errno::NODEV));
        slot.end(gone.clone());
        slot.end(End::Stopped);
        assert_eq!(reader.join().unwrap(), Err(NoFrame::Ended(gone)));
    }

    #[test]
    fn a_pause_ends_when_the_capture_is_stopped() {
        let slot = Arc::new(Slot::default());
        let waiting = Arc::clone(&slot);
        let waiting =
            std::thread::spawn(move || waiting.is_stopping_within(Duration::from_secs(60)));
        slot.stop();
        assert!(waiting.join().unwrap());
        assert!(!slot.has_ended_within(Duration::ZERO));
    }
}
