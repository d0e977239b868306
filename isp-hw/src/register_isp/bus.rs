//! What a chip on a bus can be asked, and what can go wrong on the way.

use std::fmt;
use std::io;

/// A chip on a two-wire bus, as the register logic sees it. The slave address is settled when the
/// bus is opened.
pub trait RegisterBus {
    /// One write transfer: register address, then data.
    ///
    /// # Errors
    /// [`BusFault`] when the chip did not take all bytes.
    fn write(&mut self, bytes: &[u8]) -> Result<(), BusFault>;

    /// A write and, after a repeated start, a read that fills `input`.
    ///
    /// # Errors
    /// [`BusFault`] when the transfer was not completed.
    fn write_read(&mut self, output: &[u8], input: &mut [u8]) -> Result<(), BusFault>;
}

/// A transfer that failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum BusFault {
    /// The chip did not acknowledge (`ENXIO`, or `EREMOTEIO` from some adapters).
    NoAnswer,
    /// The adapter gave up waiting (`ETIMEDOUT`).
    Timeout,
    /// Another master won the bus (`EAGAIN`).
    ArbitrationLost,
    /// Anything else that the kernel reported.
    Other(io::Error),
}

impl BusFault {
    /// Whether the same transfer may well succeed when it is tried again.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::NoAnswer | Self::Timeout | Self::ArbitrationLost)
    }
}

impl fmt::Display for BusFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer => formatter.write_str("the chip does not answer (NAK)"),
            Self::Timeout => formatter.write_str("the bus timed out"),
            Self::ArbitrationLost => formatter.write_str("another master has the bus"),
            Self::Other(error) => error.fmt(formatter),
        }
    }
}
