//! Lines of a GPIO header, as the button, the status light and the lamp see them.

use std::time::Duration;

use super::Pull;

/// A line that is read.
pub trait InputLine: Send {
    /// Waits until the level changes, at most `longest`, and returns whether it is high then.
    ///
    /// # Errors
    /// [`LineError`] when the line cannot be read any more.
    fn wait(&mut self, longest: Duration) -> Result<bool, LineError>;
}

/// A line that is driven.
pub trait OutputLine: Send {
    /// Drives it high, or low.
    fn set(&mut self, high: bool);
}

/// Something that has lines.
pub trait Lines {
    /// Takes a line (BCM number) as input.
    ///
    /// # Errors
    /// [`LineError`] when there is no such line, or somebody has it.
    fn input(&mut self, bcm: u8, pull: Pull) -> Result<Box<dyn InputLine>, LineError>;

    /// Takes a line (BCM number) as output and drives it to `high` from the start.
    ///
    /// # Errors
    /// As [`Self::input`].
    fn output(&mut self, bcm: u8, high: bool) -> Result<Box<dyn OutputLine>, LineError>;
}

/// A line that cannot be had or used, with the reason and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LineError(pub String);
