//! The button of a camera: a press asks for a tune.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use isp_hw::Kind;
use isp_hw::gpio::{Gpio, GpioConfig};
use tracing::info;

use super::run::Supervisor;

impl Supervisor {
    /// Opens the line of the button that the pipeline file names.
    pub(super) fn open_button(&mut self) {
        let gpio = match self.entry.pipeline.kind() {
            Kind::Camera(config) => config.gpio,
            Kind::I2c(config) => config.camera.gpio,
            _ => GpioConfig::default(),
        };
        // Light and lamp are the camera's.
        let lines = GpioConfig { led: None, lamp: None, ..gpio };
        let shared = Arc::clone(&self.shared);
        // The line is let go of before it is taken anew.
        self.button = Gpio::default();
        let (button, notice) = Gpio::open(&lines, move || {
            shared.pressed.store(true, Ordering::Relaxed);
        });
        self.button = button;
        if let Some(notice) = notice {
            info!(camera = self.entry.name, "{notice}");
        }
    }

    /// A press asks for a tune, of a camera that is being kept.
    pub(super) fn hear_button(&mut self) {
        if !self.shared.pressed.swap(false, Ordering::Relaxed) || !self.keeper.state().is_keeping()
        {
            return;
        }
        if let Err(refusal) = self.must_have_look() {
            info!(camera = self.entry.name, "the button asks for a tune: {refusal}");
        } else {
            info!(camera = self.entry.name, "the button asks for a tune");
            self.keeper.retune(&mut self.scribe);
        }
    }
}
