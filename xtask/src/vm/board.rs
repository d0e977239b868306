//! The computers that guests are.

use anyhow::Result;

use super::apt::Apt;
use crate::cross::{AARCH64, Target};

/// A computer that QEMU has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Board {
    /// A PC; it runs the host's own programs and shares a folder with the host.
    Pc,
    /// A Raspberry Pi 3 B. It has no bus that a folder could be shared over: what it runs is in its
    /// root file system, and its answer comes by the serial line.
    RaspberryPi,
}

impl Board {
    /// QEMU's program.
    pub const fn emulator(self) -> &'static str {
        match self {
            Self::Pc => "qemu-system-x86_64",
            Self::RaspberryPi => "qemu-system-aarch64",
        }
    }

    /// Name of the folder of its kernel.
    pub(super) const fn kernel_folder(self) -> &'static str {
        match self {
            Self::Pc => "kernel",
            Self::RaspberryPi => "kernel-arm64",
        }
    }

    /// Package that always depends on Debian's newest kernel.
    pub(super) const fn kernel_package(self) -> &'static str {
        match self {
            Self::Pc => "linux-image-amd64",
            Self::RaspberryPi => "linux-image-arm64",
        }
    }

    /// Packages of programs that the host has not.
    pub(super) const fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Pc => &[],
            Self::RaspberryPi => &["busybox-static"],
        }
    }

    /// The lists of its packages.
    pub(super) fn apt(self) -> Result<Apt> {
        match self {
            Self::Pc => Ok(Apt::native()),
            Self::RaspberryPi => Apt::foreign("arm64"),
        }
    }

    /// Modules of every guest: the folder shared with the host, a disk, cameras, and an I2C bus
    /// without chips.
    pub(super) const fn modules(self) -> &'static [&'static str] {
        match self {
            Self::Pc => &[
                "virtio_pci",
                "9pnet_virtio",
                "9p",
                "virtio_blk",
                "ext4",
                "crc32c_generic",
                "vivid",
                "v4l2-tpg",
                "i2c-stub",
                "i2c-dev",
            ],
            Self::RaspberryPi => &["vivid"],
        }
    }

    /// What programs are built for, where it is not the host's own processor.
    pub const fn target(self) -> Option<Target> {
        match self {
            Self::Pc => None,
            Self::RaspberryPi => Some(AARCH64),
        }
    }
}
