//! A frame source whose waits can be ended from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{CapturedFrame, FrameSource, FrameSourceError, MonotonicTime};

/// How long a wait goes on without looking whether it is still wanted.
const SLICE: Duration = Duration::from_millis(50);

/// Gives the frames of `source` until `cancel` becomes true.
pub(super) struct Interruptible<S> {
    source: S,
    cancel: Arc<AtomicBool>,
}

impl<S: FrameSource> Interruptible<S> {
    pub(super) const fn new(source: S, cancel: Arc<AtomicBool>) -> Self {
        Self { source, cancel }
    }
}

impl<S: FrameSource> FrameSource for Interruptible<S> {
    fn frame_after(
        &mut self,
        moment: MonotonicTime,
        timeout: Duration,
    ) -> Result<CapturedFrame, FrameSourceError> {
        let deadline = self.source.now() + timeout;
        loop {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(FrameSourceError::Interrupted);
            }
            let left = deadline.since(self.source.now());
            match self.source.frame_after(moment, left.min(SLICE)) {
                Err(error) if is_late(&error) && left > SLICE => {}
                frame => return frame.map_err(|error| after_all(error, timeout)),
            }
        }
    }

    fn buffers(&self) -> u32 {
        self.source.buffers()
    }

    fn now(&self) -> MonotonicTime {
        self.source.now()
    }
}

const fn is_late(error: &FrameSourceError) -> bool {
    match error {
        #[cfg(target_os = "linux")]
        FrameSourceError::Camera(crate::v4l2::CameraError::Stalled { .. }) => true,
        FrameSourceError::NoFrame { .. } => true,
        _ => false,
    }
}

/// The error of the last slice, told of the whole wait.
fn after_all(error: FrameSourceError, timeout: Duration) -> FrameSourceError {
    let waited_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
    match error {
        #[cfg(target_os = "linux")]
        FrameSourceError::Camera(crate::v4l2::CameraError::Stalled { node, .. }) => {
            crate::v4l2::CameraError::Stalled { node, waited_ms }.into()
        }
        FrameSourceError::NoFrame { .. } => FrameSourceError::NoFrame { waited_ms },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::scripted_source::{Script, ScriptedSource};

    fn source(dies_at: u32, cancelled: bool) -> Interruptible<ScriptedSource> {
        let script = Script { dies_at, ..Script::default() };
        Interruptible::new(ScriptedSource::new(script), Arc::new(AtomicBool::new(cancelled)))
    }

    #[test]
    fn frames_come_as_from_the_source_itself() {
        let mut source = source(u32::MAX, false);
        let first = source.frame_after(MonotonicTime::default(), Duration::from_secs(3)).unwrap();
        let next = source.frame_after(first.captured_at, Duration::from_secs(3)).unwrap();
        assert_eq!(next.sequence, first.sequence + 1);
    }

    #[test]
    fn a_wait_that_is_not_wanted_any_more_ends_at_once() {
        let mut source = source(0, true);
        let ended = source.frame_after(MonotonicTime::default(), Duration::from_secs(3));
        assert!(matches!(ended, Err(FrameSourceError::Interrupted)));
        assert_eq!(source.now(), MonotonicTime::default(), "nothing was waited for");
    }

    #[test]
    fn a_source_that_is_silent_is_waited_for_as_long_as_was_said() {
        let mut source = source(0, false);
        let ended = source.frame_after(MonotonicTime::default(), Duration::from_millis(330));
        let Err(FrameSourceError::NoFrame { waited_ms: 330 }) = ended else { panic!("{ended:?}") };
        assert_eq!(source.now(), MonotonicTime::since_start(Duration::from_millis(330)));
    }
}
