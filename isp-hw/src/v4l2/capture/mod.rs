//! Capturing frames on a thread of their own.

mod counts;
mod fault;
mod mapping;
mod sieve;
mod slot;
mod stream;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use self::slot::{End, NoFrame, Slot};
use self::worker::{Worker, start_stream};
use super::{CameraError, Node, Step};
use crate::camera::{CapturedFrame, FrameSource, FrameSourceError, MonotonicTime};
use crate::pixel_format::FrameFormat;

pub use counts::FrameCounts;

/// Nobody waits longer for a frame, whatever they asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long an ending capture waits for its thread, which may be held in the kernel by a driver.
const LONGEST_FAREWELL: Duration = Duration::from_secs(2);

/// How to capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureOptions {
    /// Buffers to ask the driver for; it may choose more or fewer.
    pub buffers: u32,
    /// Without a good frame for so long the stream is built anew, then after twice the time and so
    /// on, up to 32 s.
    pub silence: Duration,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        // Fewer than three buffers make some drivers drop frames; more only hold old ones.
        Self { buffers: 4, silence: Duration::from_secs(2) }
    }
}

/// A running capture. Its thread copies every frame out of the driver's buffer and gives the buffer
/// back at once, so that the driver never waits for a reader; of the good frames the newest is kept.
#[derive(Debug)]
pub struct Capture {
    slot: Arc<Slot>,
    thread: Option<JoinHandle<()>>,
    path: PathBuf,
    format: FrameFormat,
    buffers: u32,
}

impl Capture {
    /// Starts capturing frames of the format that [`negotiate`](super::negotiate) returned.
    ///
    /// # Errors
    /// [`CameraError::Busy`] when another program has buffers of the camera,
    /// [`CameraError::Unsuitable`] when the format is no longer set, and any fault of the stream
    /// that several tries did not overcome.
    pub fn start(
        node: Arc<Node>,
        format: FrameFormat,
        options: CaptureOptions,
    ) -> Result<Self, CameraError> {
        let path = node.path().to_owned();
        let slot = Arc::new(Slot::default());
        let stream = start_stream(&node, &format, options.buffers, &slot)
            .map_err(|end| error(&end, &path))?;
        let buffers = u32::try_from(stream.buffers()).unwrap_or(options.buffers);
        let worker = Worker::new(node, format, options, Arc::clone(&slot));
        let name = path.file_name().map_or("camera".into(), |name| name.to_string_lossy());
        let thread = thread::Builder::new()
            .name(format!("capture-{name}"))
            .spawn(move || worker.run(stream))
            .map_err(|source| CameraError::from_io(&path, Step::StreamOn, source))?;
        Ok(Self { slot, thread: Some(thread), path, format, buffers })
    }

    /// The newest good frame taken after `moment`; waits at most `timeout` for it, and never longer
    /// than 5 s. A frame can be fetched more than once.
    ///
    /// # Errors
    /// [`CameraError::Stalled`] when none came in time, [`CameraError::NoSignal`] when that is the
    /// source's fault: the capture goes on and may recover.
    /// [`CameraError::Gone`] or another fault when it has ended: the node is closed then, unless the
    /// caller keeps it open.
    pub fn frame_after(
        &self,
        moment: MonotonicTime,
        timeout: Duration,
    ) -> Result<CapturedFrame, CameraError> {
        let wait = timeout.min(LONGEST_WAIT);
        let node = self.path.clone();
        let waited_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.slot.after(moment, wait).map_err(|reason| match reason {
            NoFrame::Late => CameraError::Stalled { node, waited_ms },
            NoFrame::NoSignal => CameraError::NoSignal { node, waited_ms },
            NoFrame::Ended(end) => error(&end, &node),
        })
    }

    /// What became of the frames so far.
    #[must_use]
    pub fn counts(&self) -> FrameCounts {
        self.slot.counts()
    }

    /// Format of the frames.
    #[must_use]
    pub const fn format(&self) -> &FrameFormat {
        &self.format
    }

    /// Stops and returns the final counts.
    #[must_use]
    pub fn stop(mut self) -> FrameCounts {
        self.end();
        self.slot.counts()
    }

    fn end(&mut self) {
        self.slot.stop();
        if let Some(thread) = self.thread.take()
            && self.slot.has_ended_within(LONGEST_FAREWELL)
        {
            // It has nothing left to do but to return.
            let _ = thread.join();
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.end();
    }
}

fn error(end: &End, path: &std::path::Path) -> CameraError {
    match end {
        End::Fault(fault) => fault.error(path),
        End::Stopped => CameraError::Unsuitable {
            node: path.to_owned(),
            reason: "its capture was stopped; start another".to_owned(),
        },
    }
}

impl FrameSource for Capture {
    fn frame_after(
        &mut self,
        moment: MonotonicTime,
        timeout: Duration,
    ) -> Result<CapturedFrame, FrameSourceError> {
        Ok(Self::frame_after(self, moment, timeout)?)
    }

    fn buffers(&self) -> u32 {
        self.buffers
    }

    fn now(&self) -> MonotonicTime {
        MonotonicTime::now()
    }
}
