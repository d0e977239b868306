//! Where the parameters of a camera go to.

use std::fmt;

use tuner::{Frame, Params, PipelineError};

use super::Latency;
use super::control_model::MappedControl;

/// What sets the parameters of a camera: its own controls, or the registers of an ISP.
///
/// Before the first [`Self::apply`] it has stored what it found where a crash cannot take it.
pub trait ParameterSink: Send {
    /// The parameters that it sets, in canonical order.
    fn controls(&self) -> &[MappedControl];

    /// The parameters as they were found; neutral where it sets none.
    fn found(&self) -> Params;

    /// Writes the values and reads them back. A parameter at its found value gets the very value
    /// that was found, also one that no canonical value stands for.
    ///
    /// # Errors
    /// [`PipelineError::Device`] when a value is refused or not kept, or the device is gone.
    fn apply(&mut self, params: &Params) -> Result<(), PipelineError>;

    /// What stands now is to stay: forgets what was found.
    ///
    /// # Errors
    /// [`PipelineError::Device`] when the stored values cannot be removed, and would be restored at
    /// the next start.
    fn keep(&mut self) -> Result<(), PipelineError>;

    /// Puts everything back as it was found.
    ///
    /// # Errors
    /// [`PipelineError::Device`] naming what could not be put back; it stays stored.
    fn restore(&mut self) -> Result<(), PipelineError>;
}

/// Where the pictures of a camera come from.
pub trait PictureSource: Send {
    /// A picture that shows all that was written before this call.
    ///
    /// # Errors
    /// [`PipelineError::Device`] when the camera gives no frame, or one that cannot be decoded;
    /// [`PipelineError::Interrupted`] when the user asked for it.
    fn picture(&mut self) -> Result<Frame, PipelineError>;

    /// The newest picture as it is, though it may still change or be noisy.
    ///
    /// # Errors
    /// As [`Self::picture`].
    fn newest(&mut self) -> Result<Frame, PipelineError> {
        self.picture()
    }

    /// Finds out how late a change shows, so that no picture is taken too early: `write(false)` sets
    /// something that looks clearly different, `write(true)` what stood before. `None` where the
    /// change cannot be told from noise, or the source knows no lateness; then more frames are let
    /// pass.
    ///
    /// # Errors
    /// As [`Self::picture`], and what `write` returns.
    fn learn_latency(
        &mut self,
        _write: &mut dyn FnMut(bool) -> Result<(), PipelineError>,
    ) -> Result<Option<Latency>, PipelineError> {
        Ok(None)
    }

    /// How many pictures were taken before the frames agreed, because they never did in time.
    fn unsettled(&self) -> u32 {
        0
    }
}

/// The failure of a device in the tuner's terms; messages of cameras and chips begin with the name
/// of the device, which is not told twice.
pub(crate) fn device_failed(device: String, error: &dyn fmt::Display) -> PipelineError {
    let text = error.to_string();
    let reason = text.strip_prefix(&format!("{device}: ")).unwrap_or(&text).to_owned();
    PipelineError::Device { device, reason }
}
