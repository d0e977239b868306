//! Button, status light and lamp on a GPIO header (`docs/gpio.md`). All of it is optional: where
//! there is no header, or no right to use it, a [`Gpio`] does nothing and says so once.

mod button;
mod config;
mod debounce;
mod lamp;
mod lines;
mod pattern;
#[cfg(target_os = "linux")]
mod pi_lines;
mod status_light;

use std::io;

use button::Button;
use status_light::StatusLight;

pub use config::{Active, ButtonConfig, GpioConfig, OutputConfig, Pull};
pub use lamp::{Lamp, Lit};
pub use lines::{InputLine, LineError, Lines, OutputLine};
pub use pattern::{Light, LightState};

/// The lines in use. Dropping it ends their threads, and switches light and lamp off.
#[derive(Default)]
pub struct Gpio {
    button: Option<Button>,
    light: Option<StatusLight>,
    lamp: Lamp,
}

impl Gpio {
    /// Takes the lines of the configuration; `on_press` is called, on a thread of its own, for
    /// every press of the button.
    ///
    /// What cannot be had is left out. The second value says what and why, for the log; it is
    /// `None` when all lines are there, or none was asked for.
    #[must_use]
    pub fn open(
        config: &GpioConfig,
        on_press: impl FnMut() + Send + 'static,
    ) -> (Self, Option<String>) {
        if *config == GpioConfig::default() {
            return (Self::default(), None);
        }
        match header() {
            Ok(mut lines) => Self::on_lines(config, lines.as_mut(), on_press),
            Err(error) => {
                let notice = format!("no button, status light or lamp: {error}");
                (Self::default(), Some(notice))
            }
        }
    }

    /// As [`Self::open`], on lines of another kind.
    #[must_use]
    pub fn on_lines(
        config: &GpioConfig,
        lines: &mut dyn Lines,
        on_press: impl FnMut() + Send + 'static,
    ) -> (Self, Option<String>) {
        let mut notices = Vec::new();
        let mut gpio = Self::default();
        if let Some(button) = config.button {
            let watched = lines.input(button.bcm, button.pull).and_then(|line| {
                Button::watch(button, line, Box::new(on_press)).map_err(no_thread)
            });
            gpio.button = keep(watched, "button", &mut notices);
        }
        if let Some(led) = config.led {
            let started = lines
                .output(led.bcm, led.active.level(false))
                .and_then(|line| StatusLight::start(led.active, line).map_err(no_thread));
            gpio.light = keep(started, "status light", &mut notices);
        }
        if let Some(lamp) = config.lamp {
            let taken = lines.output(lamp.bcm, lamp.active.level(false));
            let taken = taken.map(|line| Lamp::new(lamp.active, line));
            gpio.lamp = keep(taken, "lamp", &mut notices).unwrap_or_default();
        }
        let notice = (!notices.is_empty()).then(|| notices.join("; "));
        (gpio, notice)
    }

    /// Shows a state, if there is a light.
    pub fn show(&self, state: LightState) {
        if let Some(light) = &self.light {
            light.show(state);
        }
    }

    /// The lamp, for all who measure; one that does nothing where there is none.
    #[must_use]
    pub fn lamp(&self) -> Lamp {
        self.lamp.clone()
    }

    /// Whether there is a button.
    #[must_use]
    pub const fn has_button(&self) -> bool {
        self.button.is_some()
    }

    /// Why the button is watched no longer, told once; for the log. `None` as long as all is well.
    pub fn take_fault(&mut self) -> Option<String> {
        let error = self.button.as_mut()?.take_fault()?;
        self.button = None;
        Some(format!("no button any more: {error}"))
    }
}

#[cfg(target_os = "linux")]
fn header() -> Result<Box<dyn Lines>, LineError> {
    Ok(Box::new(pi_lines::PiLines::open()?))
}

#[cfg(not(target_os = "linux"))]
fn header() -> Result<Box<dyn Lines>, LineError> {
    Err(LineError("GPIO lines need Linux on a Raspberry Pi".to_owned()))
}

fn keep<T>(taken: Result<T, LineError>, what: &str, notices: &mut Vec<String>) -> Option<T> {
    taken.map_err(|error| notices.push(format!("no {what}: {error}"))).ok()
}

fn no_thread(error: io::Error) -> LineError {
    LineError(format!("no thread: {error}"))
}

#[cfg(test)]
mod tests;
