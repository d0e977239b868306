//! A chip's registers as the place where the parameters of a camera go to.

use std::fmt;

use tuner::{Params, PipelineError};

use super::{FoundRegistersStore, RegisterIsp, RegisterIspConfig};
use crate::camera::{CameraOpenError, Effect, MappedControl, ParameterSink, device_failed};

/// The registers of one chip that carry parameters.
pub(crate) struct RegisterSink {
    isp: RegisterIsp,
    mapped: Vec<MappedControl>,
    found: Params,
    store: FoundRegistersStore,
}

impl RegisterSink {
    /// Opens the chip, puts back what an earlier run left changed (`notices` tells of it), and
    /// stores what is found.
    ///
    /// # Errors
    /// [`CameraOpenError::Register`], [`CameraOpenError::FoundRegisters`].
    pub(crate) fn open(
        config: RegisterIspConfig,
        store: FoundRegistersStore,
        notices: &mut Vec<String>,
    ) -> Result<Self, CameraOpenError> {
        Self::on_chip(
            RegisterIsp::open(config.clone())?,
            || RegisterIsp::open(config),
            store,
            notices,
        )
    }

    /// As [`Self::open`], on a chip that is open; `reopen` opens it once more.
    pub(super) fn on_chip(
        mut isp: RegisterIsp,
        reopen: impl FnOnce() -> Result<RegisterIsp, super::RegisterError>,
        store: FoundRegistersStore,
        notices: &mut Vec<String>,
    ) -> Result<Self, CameraOpenError> {
        let place = isp.config().place;
        if let Some(earlier) = store.of(place)? {
            isp.restore(&earlier)?;
            store.clear(place)?;
            notices.push(format!(
                "{place}: an earlier run ended without putting the registers back; they hold again \
                 what that run found"
            ));
            // What is found now is what was put back.
            isp = reopen()?;
        }
        store.keep(place, isp.snapshot())?;
        let mapped = isp.parameters().iter().map(|info| {
            let extent = [info.range[0].min(info.range[1]), info.range[0].max(info.range[1])];
            MappedControl { info: info.clone(), effect: Effect::Canonical, extent }
        });
        let mapped: Vec<MappedControl> = mapped.collect();
        let native = isp.native_values()?;
        let found = mapped.iter().zip(native).fold(Params::NEUTRAL, |found, (control, native)| {
            found.with(control.info.parameter, control.info.to_canonical(native))
        });
        Ok(Self { isp, mapped, found, store })
    }

    fn failed(&self, error: &dyn fmt::Display) -> PipelineError {
        device_failed(self.isp.config().place.to_string(), error)
    }
}

impl ParameterSink for RegisterSink {
    fn controls(&self) -> &[MappedControl] {
        &self.mapped
    }

    fn found(&self) -> Params {
        self.found
    }

    fn apply(&mut self, params: &Params) -> Result<(), PipelineError> {
        let applied = self.isp.apply(params).map_err(|error| self.failed(&error))?;
        applied.into_complete().map(drop).map_err(|error| self.failed(&error))
    }

    fn keep(&mut self) -> Result<(), PipelineError> {
        self.store.clear(self.isp.config().place).map_err(|error| self.failed(&error))
    }

    fn restore(&mut self) -> Result<(), PipelineError> {
        let found = self.isp.snapshot().clone();
        self.isp.restore(&found).map_err(|error| self.failed(&error))?;
        self.keep()
    }
}
