//! A chip on an I2C bus of Linux (`/dev/i2c-N`).

use std::io;
use std::path::{Path, PathBuf};

use rppal::i2c::{Error, I2c};
use rustix::io::Errno;

use super::{BusFault, ChipPlace, RegisterBus, RegisterError};

pub(super) struct LinuxBus {
    i2c: I2c,
}

impl LinuxBus {
    pub(super) fn open(place: ChipPlace) -> Result<Self, RegisterError> {
        let mut i2c = I2c::with_bus(place.bus).map_err(|error| opening(place, error))?;
        // rppal sets the address by force (I2C_SLAVE_FORCE), so the kernel does not refuse a chip
        // that one of its drivers owns.
        if let Some(driver) = driver(Path::new("/sys"), place) {
            return Err(RegisterError::Busy { place, driver });
        }
        i2c.set_slave_address(u16::from(place.address)).map_err(|error| opening(place, error))?;
        Ok(Self { i2c })
    }
}

/// The driver of the kernel that owns the chip.
fn driver(sysfs: &Path, place: ChipPlace) -> Option<String> {
    let device = PathBuf::from(format!("{}-{:04x}", place.bus, place.address));
    let link = sysfs.join("bus/i2c/devices").join(device).join("driver");
    let driver = std::fs::read_link(link).ok()?;
    Some(driver.file_name()?.to_string_lossy().into_owned())
}

impl RegisterBus for LinuxBus {
    fn write(&mut self, bytes: &[u8]) -> Result<(), BusFault> {
        let written = self.i2c.write(bytes).map_err(fault)?;
        if written == bytes.len() {
            return Ok(());
        }
        let what = format!("{written} of {} bytes were written", bytes.len());
        Err(BusFault::Other(io::Error::new(io::ErrorKind::WriteZero, what)))
    }

    fn write_read(&mut self, output: &[u8], input: &mut [u8]) -> Result<(), BusFault> {
        self.i2c.write_read(output, input).map_err(fault)
    }
}

fn into_io(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other),
    }
}

fn opening(place: ChipPlace, error: Error) -> RegisterError {
    let source = into_io(error);
    match Errno::from_io_error(&source) {
        Some(Errno::NOENT | Errno::NODEV | Errno::NXIO) => RegisterError::NoBus { bus: place.bus },
        Some(Errno::ACCESS | Errno::PERM) => RegisterError::NoPermission { bus: place.bus },
        _ => RegisterError::Open { place, source },
    }
}

// The kernel's list of what adapters report: Documentation/i2c/fault-codes.rst.
fn fault(error: Error) -> BusFault {
    let error = into_io(error);
    match Errno::from_io_error(&error) {
        Some(Errno::NXIO | Errno::REMOTEIO) => BusFault::NoAnswer,
        Some(Errno::TIMEDOUT) => BusFault::Timeout,
        Some(Errno::AGAIN) => BusFault::ArbitrationLost,
        _ => BusFault::Other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adapters_say_no_answer_in_two_ways() {
        for errno in [Errno::NXIO, Errno::REMOTEIO] {
            assert!(matches!(fault(Error::Io(errno.into())), BusFault::NoAnswer), "{errno}");
        }
        assert!(matches!(fault(Error::Io(Errno::TIMEDOUT.into())), BusFault::Timeout));
        assert!(!fault(Error::Io(Errno::IO.into())).may_pass());
    }

    #[test]
    fn a_chip_with_a_driver_of_the_kernel_is_known_by_it() {
        let sysfs = tempfile::tempdir().unwrap();
        let device = sysfs.path().join("bus/i2c/devices/10-0036");
        std::fs::create_dir_all(&device).unwrap();
        let place = ChipPlace { bus: 10, address: 0x36 };
        assert_eq!(driver(sysfs.path(), place), None, "known to the kernel, but nobody's");
        let link = "../../../bus/i2c/drivers/ov5647";
        std::os::unix::fs::symlink(link, device.join("driver")).unwrap();
        assert_eq!(driver(sysfs.path(), place).as_deref(), Some("ov5647"));
        assert_eq!(driver(sysfs.path(), ChipPlace { bus: 1, ..place }), None);
    }

    #[test]
    fn a_bus_that_is_not_there_says_how_to_get_one() {
        // Bus 255 exists nowhere: adapters are numbered from 0.
        let place = ChipPlace { bus: 255, address: 0x36 };
        let error = LinuxBus::open(place).err().unwrap().to_string();
        assert!(error.starts_with("/dev/i2c-255: no such I2C bus; "), "{error}");
    }
}
