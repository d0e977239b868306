//! The lines of an index.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::camera::{CapturedFrame, MonotonicTime, Timestamp};
use crate::pixel_format::{Colorimetry, FrameFormat, PixelFormat};

/// The only version there is.
pub(super) const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    Recording(Header),
    Format(Format),
    Frame(FrameLine),
    Write(ControlWrite),
    End(Totals),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) buffers: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    /// Four-character code of V4L2.
    pixel: String,
    width: u32,
    height: u32,
    bytes_per_line: u32,
    colorimetry: Colorimetry,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrameLine {
    pub(super) sequence: u32,
    pub(super) captured_at_ns: u64,
    pub(super) timestamp: Timestamp,
    pub(super) bytes: u64,
}

/// A control that was written while frames were recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlWrite {
    /// When, in nanoseconds on the clock of the frames.
    pub at_ns: u64,
    /// Name of the control.
    pub control: String,
    /// Value in the control's own units.
    pub value: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Totals {
    pub(super) frames: usize,
    pub(super) writes: usize,
}

impl From<&FrameFormat> for Format {
    fn from(format: &FrameFormat) -> Self {
        Self {
            pixel: String::from_utf8_lossy(&format.pixel.fourcc()).into_owned(),
            width: format.width,
            height: format.height,
            bytes_per_line: format.bytes_per_line,
            colorimetry: format.colorimetry,
        }
    }
}

impl Format {
    /// The format, or why there is no such format.
    pub(super) fn frame_format(&self) -> Result<FrameFormat, String> {
        let code: Option<[u8; 4]> = self.pixel.as_bytes().try_into().ok();
        let pixel = code
            .and_then(PixelFormat::from_fourcc)
            .ok_or_else(|| format!("the pixel format \"{}\" is not known", self.pixel))?;
        let Self { width, height, bytes_per_line, colorimetry, .. } = *self;
        Ok(FrameFormat { pixel, width, height, bytes_per_line, colorimetry })
    }
}

impl From<&CapturedFrame> for FrameLine {
    fn from(frame: &CapturedFrame) -> Self {
        Self {
            sequence: frame.sequence,
            captured_at_ns: frame.captured_at.nanoseconds(),
            timestamp: frame.timestamp,
            bytes: frame.bytes.len() as u64,
        }
    }
}

impl FrameLine {
    pub(super) const fn captured_at(&self) -> MonotonicTime {
        MonotonicTime::since_start(Duration::from_nanos(self.captured_at_ns))
    }
}
