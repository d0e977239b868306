//! Where frames come from: a camera, or a recording of one.

use std::sync::Arc;
use std::time::Duration;

use tuner::Frame;

use crate::camera::{MonotonicTime, RecordingError};
use crate::pixel_format::{DecodeError, FrameFormat};

/// One frame as a camera delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedFrame {
    /// The buffer, as long as the driver filled it.
    pub bytes: Arc<[u8]>,
    /// What the bytes mean.
    pub format: FrameFormat,
    /// Number that the driver gave the frame; gaps are lost frames.
    pub sequence: u32,
    /// When the frame was taken, as exactly as `timestamp` says.
    pub captured_at: MonotonicTime,
    /// What `captured_at` is.
    pub timestamp: Timestamp,
}

impl CapturedFrame {
    /// The picture.
    ///
    /// # Errors
    /// The bytes are no picture of the format.
    pub fn decode(&self) -> Result<Frame, DecodeError> {
        self.format.decode(&self.bytes)
    }
}

/// What the time of a frame stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timestamp {
    /// The driver's, at the start of exposure.
    StartOfExposure,
    /// The driver's, when the last pixel had arrived: exposure began about a frame earlier.
    EndOfFrame,
    /// The driver keeps no usable time; this is when the frame was fetched, and it may have waited
    /// in a buffer before.
    Arrival,
}

/// Something that delivers frames in the order of their times.
pub trait FrameSource {
    /// The newest frame whose time is later than `moment`; waits at most `timeout` for it.
    ///
    /// # Errors
    /// No such frame came in time, or the source is at its end.
    fn frame_after(
        &mut self,
        moment: MonotonicTime,
        timeout: Duration,
    ) -> Result<CapturedFrame, FrameSourceError>;

    /// Frames that may be on their way, already exposed, when a control is written.
    fn buffers(&self) -> u32;

    /// The present on the clock of the frames.
    fn now(&self) -> MonotonicTime;
}

/// A source that has no frame to give.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameSourceError {
    /// The camera's fault.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Camera(#[from] crate::v4l2::CameraError),
    /// The recording's fault.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// Frames came, and none of them could be decoded.
    #[error("frame {sequence}: {source}")]
    Decode {
        /// Number of the last frame.
        sequence: u32,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The wait was ended from outside.
    #[error("interrupted")]
    Interrupted,
    /// A recording has no frame at that time.
    #[error("no frame within {waited_ms} ms of the recording")]
    NoFrame {
        /// How long was waited, milliseconds of the recording.
        waited_ms: u64,
    },
}
