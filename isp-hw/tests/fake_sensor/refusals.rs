//! What is refused before anything is written.

use isp_hw::register_isp::{RegisterError, RegisterIsp};

use crate::sensor;

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn another_chip_at_the_same_address() {
    sensor::set("chip_id", 0x5640);
    sensor::reset();
    let error = RegisterIsp::open(sensor::config()).err().unwrap();
    let written = sensor::trace();
    sensor::set("chip_id", 0x5647);
    sensor::reset();
    assert!(
        matches!(error, RegisterError::ForeignChip { expected: 0x5647, found: 0x5640, .. }),
        "{error}"
    );
    assert!(written.is_empty(), "{written:?}");
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn a_bus_that_does_not_exist() {
    let mut config = sensor::config();
    config.place.bus = 99;
    let error = RegisterIsp::open(config).err().unwrap();
    assert!(matches!(error, RegisterError::NoBus { bus: 99 }), "{error}");
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn a_chip_that_a_driver_of_the_kernel_owns() {
    sensor::reset();
    let bus = std::path::Path::new("/sys/bus/i2c/devices/i2c-10");
    // The dummy driver of the I2C core binds to any device of this name.
    std::fs::write(bus.join("new_device"), "dummy 0x36").unwrap();
    let opened = RegisterIsp::open(sensor::config());
    std::fs::write(bus.join("delete_device"), "0x36").unwrap();
    let error = opened.err().unwrap();
    assert!(matches!(error, RegisterError::Busy { .. }), "{error}");
    assert!(error.to_string().contains("the kernel's driver \"dummy\" owns this chip"), "{error}");
}
