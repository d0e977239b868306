//! A camera as a pipeline: parameters go to its controls, pictures come from its frames.

use tuner::{Frame, Parameter, ParameterInfo, Params, Pipeline, PipelineError};

use super::Latency;
use super::config::SoftwareStage;
use super::control_model::ControlModel;
use super::parameter_sink::{ParameterSink, PictureSource};
use crate::gpio::{Gpio, LightState, Lit};
use crate::{Input, Renderer, SoftwareIsp};

/// Change of a parameter, in canonical units, that shows in any picture: three quarters of a stop.
const CLEAR_CHANGE: f64 = 0.4;

/// A camera that can be tuned. Whatever ends its use, it is put back as it was found, unless
/// [`Self::keep`] was called.
pub struct CameraPipeline {
    name: String,
    identity: String,
    notices: Vec<String>,
    sink: Box<dyn ParameterSink>,
    pictures: Box<dyn PictureSource>,
    /// Parameters that the software ISP supplies behind the camera.
    supplied: Vec<Parameter>,
    software: SoftwareIsp,
    parameters: Vec<ParameterInfo>,
    found: Option<Frame>,
    latency: Option<Latency>,
    knows_latency: bool,
    gpio: Gpio,
    /// The lamp, from the first picture to the end: light that comes and goes would be measured.
    lit: Option<Lit>,
    /// Whether it still has to be put back.
    is_borrowed: bool,
}

impl CameraPipeline {
    /// A camera of these parts; `name` is how people know it, `notices` what they should hear of.
    #[must_use]
    pub fn new(
        name: String,
        notices: Vec<String>,
        sink: Box<dyn ParameterSink>,
        pictures: Box<dyn PictureSource>,
        software: &SoftwareStage,
    ) -> Self {
        let mapped: Vec<ParameterInfo> =
            sink.controls().iter().map(|control| control.info.clone()).collect();
        let carried: Vec<Parameter> = mapped.iter().map(|info| info.parameter).collect();
        Self {
            identity: name.clone(),
            name,
            notices,
            supplied: software.parameters(&carried),
            parameters: software.with_software(mapped),
            sink,
            pictures,
            software: SoftwareIsp::default(),
            found: None,
            latency: None,
            knows_latency: false,
            gpio: Gpio::default(),
            lit: None,
            is_borrowed: true,
        }
    }

    /// The same with a status light and a lamp, which is on while it is measured.
    #[must_use]
    pub fn with_gpio(mut self, gpio: Gpio) -> Self {
        gpio.show(LightState::Idle);
        self.gpio = gpio;
        self
    }

    /// The same, known again by this identity; without one the name serves.
    #[must_use]
    pub fn with_identity(mut self, identity: String) -> Self {
        self.identity = identity;
        self
    }

    /// By what the camera is known again.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The camera's name and identity, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was noticed while the camera was opened, one sentence each.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// How late the camera shows a change, measured before the first query; `None` before that, and
    /// where it cannot be told from noise.
    #[must_use]
    pub const fn latency(&self) -> Option<Latency> {
        self.latency
    }

    /// Measures once how late a change shows, with the first parameter that a control carries.
    fn learn_latency(&mut self) -> Result<(), PipelineError> {
        self.knows_latency = true;
        let found = self.sink.found();
        let Some(control) = self.sink.controls().first() else { return Ok(()) };
        let parameter = control.info.parameter;
        let value = found.get(parameter);
        let other = found.with(parameter, value - CLEAR_CHANGE.copysign(value));
        let sink = &mut self.sink;
        let mut write = |is_first| sink.apply(if is_first { &found } else { &other });
        self.latency = self.pictures.learn_latency(&mut write)?;
        Ok(())
    }

    /// How many pictures did not hold still, and may show more than the parameters.
    #[must_use]
    pub fn unsettled(&self) -> u32 {
        self.pictures.unsettled()
    }

    /// What the picture as found becomes, as far as the names of the controls tell.
    #[must_use]
    pub fn model(&self) -> ControlModel {
        let controls = self.sink.controls().to_vec();
        ControlModel::new(self.parameters.clone(), controls, self.sink.found())
    }

    /// Sets the controls to `params` for good. What the software ISP supplies is not a camera's to
    /// keep.
    ///
    /// # Errors
    /// [`PipelineError::Device`] as for a query; the camera is then put back when it is dropped.
    pub fn keep(&mut self, params: &Params) -> Result<(), PipelineError> {
        self.sink.apply(params)?;
        self.sink.keep()?;
        self.is_borrowed = false;
        self.lit = None;
        self.gpio.show(LightState::Held);
        Ok(())
    }

    /// Puts the camera back as it was found.
    ///
    /// # Errors
    /// [`PipelineError::Device`] naming what could not be put back.
    pub fn restore(&mut self) -> Result<(), PipelineError> {
        // Tried once: a device that is gone does not come back within a retry.
        self.is_borrowed = false;
        self.lit = None;
        let restored = self.sink.restore();
        self.gpio.show(if restored.is_ok() { LightState::Idle } else { LightState::Fault });
        restored
    }

    fn picture(&mut self) -> Result<Frame, PipelineError> {
        if self.lit.is_none() {
            self.lit = Some(self.gpio.lamp().light());
            self.gpio.show(LightState::Tuning);
        }
        let picture = self.pictures.picture();
        if matches!(picture, Err(PipelineError::Device { .. })) {
            self.gpio.show(LightState::Fault);
        }
        picture
    }

    /// The picture of a frame of the camera: with what the software ISP supplies.
    fn picture_of(&self, frame: Frame, params: &Params) -> Frame {
        if self.supplied.is_empty() {
            return frame;
        }
        let supplied = self.supplied.iter().fold(Params::NEUTRAL, |supplied, &parameter| {
            supplied.with(parameter, params.get(parameter))
        });
        self.software.render_picture(&Input::srgb(frame), &supplied, 0)
    }
}

impl Pipeline for CameraPipeline {
    fn parameters(&self) -> &[ParameterInfo] {
        &self.parameters
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        if let Some(found) = &self.found {
            return Ok(found.clone());
        }
        let found = self.picture()?;
        self.found = Some(found.clone());
        Ok(found)
    }

    fn found_params(&self) -> Params {
        self.sink.found()
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        // What was found can only be seen before anything is written.
        self.as_found()?;
        if !self.knows_latency {
            self.learn_latency()?;
        }
        self.sink.apply(params)?;
        let frame = self.picture()?;
        Ok(self.picture_of(frame, params))
    }
}

impl Drop for CameraPipeline {
    fn drop(&mut self) {
        if self.is_borrowed {
            // Nobody is left to tell; what was found stays stored for the next start.
            let _ = self.restore();
        }
    }
}

#[cfg(test)]
mod tests;
