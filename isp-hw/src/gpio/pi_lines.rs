//! The lines of a Raspberry Pi.

use std::time::Duration;

use rppal::gpio::{Error, Gpio, InputPin, OutputPin, Trigger};

use super::{InputLine, LineError, Lines, OutputLine, Pull};

pub(super) struct PiLines {
    gpio: Gpio,
}

impl PiLines {
    pub(super) fn open() -> Result<Self, LineError> {
        Gpio::new().map(|gpio| Self { gpio }).map_err(into_line_error)
    }
}

impl Lines for PiLines {
    fn input(&mut self, bcm: u8, pull: Pull) -> Result<Box<dyn InputLine>, LineError> {
        let pin = self.gpio.get(bcm).map_err(into_line_error)?;
        let mut pin = match pull {
            Pull::Up => pin.into_input_pullup(),
            Pull::Down => pin.into_input_pulldown(),
            Pull::Off => pin.into_input(),
        };
        pin.set_interrupt(Trigger::Both, None).map_err(into_line_error)?;
        Ok(Box::new(PiInput { pin }))
    }

    fn output(&mut self, bcm: u8, high: bool) -> Result<Box<dyn OutputLine>, LineError> {
        let pin = self.gpio.get(bcm).map_err(into_line_error)?;
        let pin = if high { pin.into_output_high() } else { pin.into_output_low() };
        Ok(Box::new(PiOutput { pin }))
    }
}

struct PiInput {
    pin: InputPin,
}

impl InputLine for PiInput {
    fn wait(&mut self, longest: Duration) -> Result<bool, LineError> {
        self.pin.poll_interrupt(false, Some(longest)).map_err(into_line_error)?;
        Ok(self.pin.is_high())
    }
}

struct PiOutput {
    pin: OutputPin,
}

impl OutputLine for PiOutput {
    fn set(&mut self, high: bool) {
        self.pin.write(high.into());
    }
}

fn into_line_error(error: Error) -> LineError {
    LineError(match error {
        Error::UnknownModel => "this is no Raspberry Pi".to_owned(),
        // What is tried where there is no /dev/gpiomem, as on Debian.
        Error::PermissionDenied(path) if path == "/dev/mem" => {
            format!("{path}: permission denied; be root, on a kernel started with iomem=relaxed")
        }
        Error::PermissionDenied(path) => {
            format!("{path}: permission denied; join the group \"gpio\"")
        }
        Error::PinUsed(bcm) => format!("line {bcm} is in use; choose another"),
        Error::PinNotAvailable(bcm) => format!("this board has no line {bcm}; choose another"),
        other => other.to_string(),
    })
}
