//! An ISP or a sensor whose parameters are registers on an I2C bus.
//!
//! A map (`kind = "i2c"` of a pipeline file, `docs/register-isp.md`) says which bits of which
//! register hold a parameter. [`RegisterIsp`] writes parameters through it, all in one frame where
//! the chip has a group hold, and reads back what it wrote. What it finds at opening is the
//! [`Snapshot`] that puts the chip back.
//!
//! The logic stands on [`RegisterBus`]; the bus of Linux is one of them, simulated chips of the
//! tests are others.

mod applied;
mod bus;
mod chip;
mod config;
mod error;
mod field;
mod found_registers;
mod isp;
#[cfg(target_os = "linux")]
mod linux_bus;
mod register;
mod retry;
#[cfg(test)]
mod simulated_chip;
#[cfg(any(target_os = "linux", test))]
mod sink;
mod snapshot;

pub use applied::{Applied, AppliedValue};
pub use bus::{BusFault, RegisterBus};
pub use config::{
    ChipId, FixedField, GroupHold, RegisterIspConfig, RegisterParameter, RegisterWrite,
};
pub use error::{ChipPlace, RegisterError, Step};
pub use field::{Field, FieldError};
pub use found_registers::{FoundRegistersError, FoundRegistersStore};
pub use isp::RegisterIsp;
pub use register::{ByteOrder, Register, WireFormat};
pub use retry::Retry;
#[cfg(target_os = "linux")]
pub(crate) use sink::RegisterSink;
pub use snapshot::Snapshot;

#[cfg(test)]
mod tests;
