//! The software ISP on a live stream.

use tuner::{Frame, Params};

use super::CapturedFrame;
use crate::pixel_format::DecodeError;
use crate::{Input, Renderer, SoftwareIsp};

/// Renders every frame with the same parameters.
#[derive(Debug, Clone)]
pub struct LiveIsp {
    isp: SoftwareIsp,
    params: Params,
}

impl LiveIsp {
    /// Renders with `isp` and `params`.
    #[must_use]
    pub const fn new(isp: SoftwareIsp, params: Params) -> Self {
        Self { isp, params }
    }

    /// The rendered picture of a frame.
    ///
    /// # Errors
    /// [`DecodeError`] when the frame cannot be decoded; the next one may be.
    pub fn picture(&self, frame: &CapturedFrame) -> Result<Frame, DecodeError> {
        let picture = frame.decode()?;
        if self.params == Params::NEUTRAL {
            return Ok(picture);
        }
        Ok(self.isp.render_picture(&Input::srgb(picture), &self.params, 0))
    }
}
