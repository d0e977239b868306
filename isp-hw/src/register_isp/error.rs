//! What can go wrong with an ISP whose parameters are registers.

use std::fmt;
use std::io;

use super::{BusFault, Register};

/// Where a chip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChipPlace {
    /// Number of the bus: N of `/dev/i2c-N`.
    pub bus: u8,
    /// Slave address, 7 bits.
    pub address: u8,
}

impl fmt::Display for ChipPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/dev/i2c-{} chip 0x{:02x}", self.bus, self.address)
    }
}

/// A chip that does not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// This is no Linux.
    #[error("{place}: I2C needs Linux; run isptune on the computer that the chip is wired to")]
    NotLinux {
        /// The chip that was asked for.
        place: ChipPlace,
    },
    /// There is no such bus.
    #[error(
        "/dev/i2c-{bus}: no such I2C bus; `modprobe i2c-dev`, switch the bus on (on a Raspberry Pi \
         `dtparam=i2c_arm=on`), or choose one of `ls /dev/i2c-*`"
    )]
    NoBus {
        /// Number of the bus.
        bus: u8,
    },
    /// This process may not use the bus.
    #[error("/dev/i2c-{bus}: permission denied; join the group \"i2c\"")]
    NoPermission {
        /// Number of the bus.
        bus: u8,
    },
    /// A driver of the kernel owns the chip.
    #[error(
        "{place}: the kernel's driver \"{driver}\" owns this chip; use its V4L2 controls \
         (kind = \"v4l2\"), or unbind the driver"
    )]
    Busy {
        /// The chip.
        place: ChipPlace,
        /// The driver.
        driver: String,
    },
    /// The bus cannot be opened for another reason.
    #[error("{place}: {source}")]
    Open {
        /// The chip.
        place: ChipPlace,
        /// The kernel's error.
        source: io::Error,
    },
    /// Another chip than expected answers.
    #[error(
        "{place}: the chip calls itself 0x{found:x} (register {register}), not 0x{expected:x}; \
         nothing was written; check \"bus\" and \"address\", or [chip_id]"
    )]
    ForeignChip {
        /// The chip.
        place: ChipPlace,
        /// The identity register.
        register: Register,
        /// Its value according to the map.
        expected: u32,
        /// Its value on the chip.
        found: u32,
    },
    /// A transfer failed for good.
    #[error("{place}: {step} failed ({tries} tries): {fault}; check wiring, power and clock")]
    Transfer {
        /// The chip.
        place: ChipPlace,
        /// What was being done.
        step: Step,
        /// How often it was tried.
        tries: u32,
        /// The last fault.
        fault: BusFault,
    },
    /// A register does not hold what was written.
    #[error(
        "{place}: {what}: register {register} holds 0x{found:x} after 0x{written:x} was written; \
         narrow the range if the chip limits the value, or set \"readback_mask\" for bits that do \
         not read back"
    )]
    NotKept {
        /// The chip.
        place: ChipPlace,
        /// Which parameter or which other entry of the map.
        what: String,
        /// The register.
        register: Register,
        /// The bits that were written.
        written: u32,
        /// The same bits read back.
        found: u32,
    },
    /// A saved state that was not taken from this chip, or is damaged.
    #[error("{place}: the saved register values cannot be restored: {reason}")]
    Snapshot {
        /// The chip.
        place: ChipPlace,
        /// Why not.
        reason: String,
    },
}

/// A step of the work with a chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Reading a register.
    Read(Register),
    /// Writing a register.
    Write(Register),
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(register) => write!(formatter, "reading register {register}"),
            Self::Write(register) => write!(formatter, "writing register {register}"),
        }
    }
}
