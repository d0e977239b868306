//! The fake sensor as the tests handle it: faults through sysfs, registers past isptune.

use std::fs;
use std::path::Path;

use isp_hw::register_isp::{RegisterIsp, RegisterIspConfig};
use isp_hw::{Kind, PipelineFile};
use rppal::i2c::I2c;
use tuner::{Parameter, Params};

const PARAMETERS: &str = "/sys/module/fake_sensor/parameters";
const MAP: &str = include_str!("../../../pipelines/register-isp.toml");

/// Sets a parameter of the kernel module.
pub fn set(name: &str, value: impl ToString) {
    let path = Path::new(PARAMETERS).join(name);
    fs::write(&path, value.to_string()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
}

/// The chip as at power-up, without faults.
pub fn reset() {
    set("reset", 1);
}

/// Every byte that the chip took since the reset: `address=value`.
pub fn trace() -> Vec<String> {
    let text = fs::read_to_string(Path::new(PARAMETERS).join("trace")).unwrap();
    text.split_whitespace().map(str::to_owned).collect()
}

/// The shipped map.
pub fn config() -> RegisterIspConfig {
    let file = PipelineFile::parse(MAP, "register-isp.toml").unwrap();
    match file.kind() {
        Kind::I2c(config) => config.clone(),
        other => panic!("{other:?}"),
    }
}

pub fn open() -> RegisterIsp {
    RegisterIsp::open(config()).unwrap()
}

/// A 16-bit register, read by other means than isptune's.
pub fn word(register: u16) -> u16 {
    let mut i2c = I2c::with_bus(10).unwrap();
    i2c.set_slave_address(0x36).unwrap();
    let mut bytes = [0; 2];
    i2c.write_read(&register.to_be_bytes(), &mut bytes).unwrap();
    u16::from_be_bytes(bytes)
}

/// Parameters whose native values are codes of the chip: gain 16, red gain 0.6.
pub fn brighter() -> Params {
    Params::NEUTRAL.with(Parameter::Exposure, 1.0).with(Parameter::RedGain, -1.0)
}
