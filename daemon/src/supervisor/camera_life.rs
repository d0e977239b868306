//! A supervisor's camera from its opening to its end.

use std::time::{Duration, Instant};

use tracing::{info, warn};
use tuner::PipelineError;

use super::handle::Pictures;
use super::opening::{Opened, open};
use super::run::{ABSENT_WAIT, FAULT_WAITS, Supervisor};
use crate::keeping::Event;
use crate::service_config::OnStop;

impl Supervisor {
    /// The camera has failed: it is let go of, which puts it back if it still can be, and opened
    /// anew. What was found stays stored if it could not be put back.
    pub(super) fn lose_camera(&mut self, error: &PipelineError) {
        self.camera = None;
        self.keeper.on(Event::Failed, &mut self.scribe);
        self.scribe.fault("device", &error.to_string());
        self.next_attempt = Instant::now() + self.fault_wait;
        self.fault_wait = (self.fault_wait * 2).min(FAULT_WAITS[1]);
    }

    pub(super) fn open_camera(&mut self) -> Duration {
        if self.camera.is_some() {
            // It was only paused.
            self.keeper.on(Event::Opened, &mut self.scribe);
            return Duration::ZERO;
        }
        let wait = self.next_attempt.saturating_duration_since(Instant::now());
        if wait > Duration::ZERO {
            return wait;
        }
        match open(&self.entry, &self.workshop.state, &self.ties) {
            Ok(opened) => {
                self.opened(opened);
                Duration::ZERO
            }
            Err(failure) => {
                self.keeper.on(failure.event, &mut self.scribe);
                self.scribe.fault(failure.kind, &failure.message);
                let wait = if failure.event == Event::Absent {
                    ABSENT_WAIT
                } else {
                    let wait = self.fault_wait;
                    self.fault_wait = (wait * 2).min(FAULT_WAITS[1]);
                    wait
                };
                self.next_attempt = Instant::now() + wait;
                wait
            }
        }
    }

    fn opened(&mut self, opened: Opened) {
        let Opened { camera, name, notices } = opened;
        for notice in &notices {
            info!(camera = self.entry.name, "{notice}");
        }
        info!(camera = self.entry.name, device = name, "opened");
        self.scribe.set_table(camera.parameters());
        self.scribe.pictures(|pictures| *pictures = Pictures::default());
        let found = camera.standing();
        self.scribe.update(|status| {
            status.camera = Some(name);
            status.found = None;
            status.now = None;
        });
        self.camera = Some(camera);
        self.use_limits();
        self.keeper.opened(found, &mut self.scribe);
    }

    /// Takes the limits of configuration, pipeline file and locks for the camera that is open.
    pub(super) fn use_limits(&mut self) {
        let Some(camera) = self.camera.as_deref_mut() else { return };
        let standing = camera.standing();
        let limits = self.entry.limits_on(camera, &self.scribe.memory.locked(), &standing);
        camera.set_limits(limits);
        self.keeper.set_limits(limits);
        self.scribe.standing(&standing, &limits);
    }

    /// Puts the camera back and closes it.
    ///
    /// # Errors
    /// What could not be put back; it stays stored.
    pub(super) fn let_go(&mut self) -> Result<(), PipelineError> {
        let restored = self.camera.take().map_or(Ok(()), |mut camera| camera.restore());
        if let Err(error) = &restored {
            self.scribe.fault("device", &format!("{error}; it stays stored for the next start"));
        }
        self.scribe.update(|status| {
            status.parameters.clear();
            status.now = None;
            status.reached = None;
        });
        restored
    }

    /// The end: the camera is left as the configuration says.
    pub(super) fn leave(mut self) {
        let Some(mut camera) = self.camera.take() else { return };
        let left = match self.entry.on_stop {
            OnStop::Restore => camera.restore(),
            OnStop::Keep => camera.keep(),
        };
        match left {
            Ok(()) => info!(camera = self.entry.name, "left: {:?}", self.entry.on_stop),
            Err(error) => warn!(camera = self.entry.name, "{error}"),
        }
    }
}
