//! The software ISP on a live stream: frames of a camera in, frames of a format out.

use tuner::{Frame, Params};

use super::CapturedFrame;
use crate::pixel_format::{DecodeError, EncodeError, FrameFormat};
use crate::{Input, Renderer, SoftwareIsp};

/// Renders every frame with the same parameters.
#[derive(Debug, Clone)]
pub struct LiveIsp {
    isp: SoftwareIsp,
    params: Params,
    format: FrameFormat,
}

/// A frame that cannot be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// The frame cannot be decoded; the next one may be.
    #[error(transparent)]
    Frame(#[from] DecodeError),
    /// The picture does not fit the format.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl LiveIsp {
    /// Renders with `isp` and `params` into frames of `format`, which must have the size of the
    /// frames that come.
    #[must_use]
    pub const fn new(isp: SoftwareIsp, params: Params, format: FrameFormat) -> Self {
        Self { isp, params, format }
    }

    /// The format of the frames that come out.
    #[must_use]
    pub const fn format(&self) -> &FrameFormat {
        &self.format
    }

    /// The rendered picture of a frame.
    ///
    /// # Errors
    /// [`LiveError::Frame`] when it cannot be decoded.
    pub fn picture(&self, frame: &CapturedFrame) -> Result<Frame, LiveError> {
        let input = Input::srgb(frame.decode()?);
        if self.params == Params::NEUTRAL {
            return Ok(input.frame().clone());
        }
        Ok(self.isp.render_picture(&input, &self.params, 0))
    }

    /// The rendered frame, into a buffer of [`FrameFormat::buffer_len`] bytes.
    ///
    /// # Errors
    /// [`LiveError`].
    pub fn render(&self, frame: &CapturedFrame, buffer: &mut [u8]) -> Result<(), LiveError> {
        Ok(self.format.encode_into(&self.picture(frame)?, buffer)?)
    }
}
