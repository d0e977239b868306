//! A camera as a pipeline: parameters go to its controls, pictures come from its frames.

use tuner::{
    Frame, Limits, Parameter, ParameterInfo, Params, Pipeline, PipelineError, Simulator, View,
};

use super::Latency;
use super::config::SoftwareStage;
use super::control_model::ControlModel;
use super::parameter_sink::{ParameterSink, PictureSource};
use crate::gpio::{Gpio, LightState, Lit};
use crate::{Input, Renderer, SoftwareIsp, ViewSimulator};

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
    /// What stands in the camera now.
    standing: Params,
    /// Where the next tune begins.
    start: Params,
    /// The picture of `start`.
    found: Option<Frame>,
    limits: Limits,
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
            standing: sink.found(),
            start: sink.found(),
            sink,
            pictures,
            software: SoftwareIsp::default(),
            found: None,
            limits: Limits::default(),
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

    /// Measures once how late a change shows, with the first parameter that a control carries and
    /// that is free.
    fn learn_latency(&mut self) -> Result<(), PipelineError> {
        self.knows_latency = true;
        let found = self.start;
        let mut carried = self.sink.controls().iter().map(|control| control.info.parameter);
        let Some(other) = carried.find_map(|parameter| self.clearly_changed(parameter)) else {
            return Ok(());
        };
        let sink = &mut self.sink;
        let mut write = |is_first| sink.apply(if is_first { &found } else { &other });
        match self.pictures.learn_latency(&mut write) {
            Ok(latency) => self.latency = latency,
            Err(error) => {
                // It may stand at the other setting; the error is what must be heard of.
                self.knows_latency = false;
                let _ = self.sink.apply(&found);
                return Err(error);
            }
        }
        Ok(())
    }

    /// The setting where the next tune begins with one parameter changed so that it shows; `None`
    /// where its limits do not let it.
    fn clearly_changed(&self, parameter: Parameter) -> Option<Params> {
        let value = self.start.get(parameter);
        let other = self.start.with(parameter, value - CLEAR_CHANGE.copysign(value));
        let other = self.limits.clamp(other).get(parameter);
        let is_clear = (other - value).abs() > CLEAR_CHANGE / 2.0;
        is_clear.then(|| self.start.with(parameter, other))
    }

    /// What may be changed, also by what the pipeline does on its own account: finding out how late
    /// a change shows.
    pub const fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
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
        ControlModel::new(self.parameters.clone(), controls, self.start)
    }

    /// A simulator of the camera that begins at `found`, the picture as found.
    ///
    /// # Errors
    /// [`PipelineError::Size`] when the view was made for pictures of another size.
    pub fn simulator(
        &self,
        found: &Frame,
        view: &View,
    ) -> Result<Box<dyn Simulator>, PipelineError> {
        let input = Input::srgb(found.clone());
        Ok(Box::new(ViewSimulator::new(self.model(), &input, view)?))
    }

    /// What stands in the camera now: what was found, until something else was written.
    #[must_use]
    pub const fn standing(&self) -> Params {
        self.standing
    }

    /// Lets the next tune begin at what stands now, instead of what was found when the camera was
    /// opened.
    pub fn start_here(&mut self) {
        self.start = self.standing;
        self.found = None;
    }

    /// Writes `params`; nothing is measured, and what was found is still put back in the end.
    ///
    /// # Errors
    /// [`PipelineError::Device`] when a value is refused or not kept, or the device is gone.
    pub fn set(&mut self, params: &Params) -> Result<(), PipelineError> {
        self.sink.apply(params)?;
        self.standing = *params;
        Ok(())
    }

    /// A settled picture of what stands now.
    ///
    /// # Errors
    /// As for a query.
    pub fn look(&mut self) -> Result<Frame, PipelineError> {
        let frame = self.picture()?;
        Ok(self.picture_of(frame, &self.standing))
    }

    /// The newest frame as it is, not averaged and without waiting for two that agree: enough to
    /// see whether anything has changed, at the cost of one frame.
    ///
    /// # Errors
    /// As for a query.
    pub fn glance(&mut self) -> Result<Frame, PipelineError> {
        if self.gpio.lamp().is_there() {
            // In another light nothing could be compared.
            return self.look();
        }
        let frame = self.pictures.newest()?;
        Ok(self.picture_of(frame, &self.standing))
    }

    /// Switches the lamp off until the next picture, and shows on the status light that the camera
    /// is on its look.
    pub fn rest(&mut self) {
        self.lit = None;
        self.gpio.show(LightState::Held);
    }

    /// Sets the controls to `params` for good. What the software ISP supplies is not a camera's to
    /// keep.
    ///
    /// # Errors
    /// [`PipelineError::Device`] as for a query; the camera is then put back when it is dropped.
    pub fn keep(&mut self, params: &Params) -> Result<(), PipelineError> {
        self.set(params)?;
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
        let supplied = self.supplied.iter().fold(Params::NEUTRAL, |supplied, &parameter| {
            supplied.with(parameter, params.get(parameter))
        });
        if supplied == Params::NEUTRAL {
            return frame;
        }
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
        let found = self.look()?;
        self.found = Some(found.clone());
        Ok(found)
    }

    fn found_params(&self) -> Params {
        self.start
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        // What was found can only be seen before anything is written.
        self.as_found()?;
        if !self.knows_latency {
            self.learn_latency()?;
        }
        self.set(params)?;
        self.look()
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
