//! What keeping needs of a camera.

use std::time::Duration;

use tuner::{Frame, Params, Pipeline, PipelineError, Simulator, View};

/// A camera that is open, was stored as it was found, and can be watched between two tunes.
///
/// As a [`Pipeline`] its picture as found is that of the place where the next tune begins
/// ([`Self::start_here`]).
pub trait HeldCamera: Pipeline {
    /// Time on a clock that does not go back.
    fn now(&self) -> Duration;

    /// What stands in the camera now.
    fn standing(&self) -> Params;

    /// Lets the next tune begin at what stands now.
    fn start_here(&mut self);

    /// What may be changed, also by what the camera does on its own account.
    fn set_limits(&mut self, _: tuner::Limits) {}

    /// Writes parameters and reads them back.
    ///
    /// # Errors
    /// [`PipelineError::Device`] when a value is refused or not kept, or the device is gone.
    fn set(&mut self, params: &Params) -> Result<(), PipelineError>;

    /// A picture that shows what stands, settled and averaged.
    ///
    /// # Errors
    /// [`PipelineError::Device`] when no picture can be had; [`PipelineError::Interrupted`].
    fn look(&mut self) -> Result<Frame, PipelineError>;

    /// The newest frame as it is: enough to see whether anything has changed.
    ///
    /// # Errors
    /// As [`Self::look`].
    fn glance(&mut self) -> Result<Frame, PipelineError>;

    /// Nothing will be measured for a while: lamps may go off.
    fn rest(&mut self);

    /// A model of the camera that begins at the picture as found.
    ///
    /// # Errors
    /// [`PipelineError::Size`] when the view was made for pictures of another size.
    fn simulator(&self, found: &Frame, view: &View) -> Result<Box<dyn Simulator>, PipelineError>;

    /// Puts the camera back as it was found, for good.
    ///
    /// # Errors
    /// [`PipelineError::Device`] naming what could not be put back; it stays stored.
    fn restore(&mut self) -> Result<(), PipelineError>;

    /// Leaves what stands in the camera, for good.
    ///
    /// # Errors
    /// [`PipelineError::Device`] when it cannot be written or the stored values not be forgotten.
    fn keep(&mut self) -> Result<(), PipelineError>;
}
