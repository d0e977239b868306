//! Values written, latched and read back.

use std::time::Duration;

use isp_hw::register_isp::{RegisterIsp, RegisterIspConfig};
use tuner::{Parameter, Params};

use crate::sensor;

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn parameters_arrive_and_read_back() {
    sensor::reset();
    let mut isp = sensor::open();
    assert_eq!(isp.native_values().unwrap(), [2.0, 1.0, 1.0, 1.0]);
    let applied = isp.apply(&sensor::brighter()).unwrap();
    assert!(applied.is_complete(), "{applied:?}");
    assert_eq!(applied.values()[0].read_back, 16.0);
    assert_eq!(sensor::word(0x350a), 0xa900, "a gain of 16; the upper bits are not ours");
    assert_eq!(sensor::word(0x5186), 614, "0.6 in steps of 1/1024");
    assert_eq!(sensor::word(0x5188), 1024);
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn opening_writes_nothing() {
    sensor::reset();
    drop(sensor::open());
    assert_eq!(sensor::trace(), Vec::<String>::new());
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn a_group_hold_encloses_every_write() {
    sensor::reset();
    assert!(sensor::open().apply(&sensor::brighter()).unwrap().is_complete());
    assert_eq!(
        sensor::trace(),
        [
            "3208=00", "3503=83", "5001=01", "5180=08", "350a=a9", "350b=00", "5186=02", "5187=66",
            "5188=04", "5189=00", "518a=04", "518b=00", "3208=10", "3208=a0"
        ]
    );
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn values_that_latch_later_are_waited_for() {
    sensor::reset();
    sensor::set("latch_ms", 60);
    let config = RegisterIspConfig { latch: Duration::from_secs(20), ..sensor::config() };
    let mut isp = RegisterIsp::open(config).unwrap();
    assert!(isp.apply(&sensor::brighter()).unwrap().is_complete());
    let launches = sensor::trace().iter().filter(|byte| *byte == "3208=a0").count();
    assert_eq!(launches, 1, "waiting is no reason to write again");
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn a_value_that_the_chip_clips_is_told_apart() {
    sensor::reset();
    sensor::set("clip_to", 0xa880);
    sensor::set("clip_at", 0x350a);
    let config = RegisterIspConfig { latch: Duration::ZERO, ..sensor::config() };
    let applied = RegisterIsp::open(config).unwrap().apply(&sensor::brighter()).unwrap();
    let exposure = &applied.values()[0];
    assert_eq!(exposure.parameter, Parameter::Exposure);
    assert_eq!((exposure.asked, exposure.read_back, exposure.applied), (16.0, 8.0, false));
    assert!(applied.values()[1..].iter().all(|value| value.applied));
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn registers_with_short_addresses_are_reached_too() {
    sensor::reset();
    sensor::set("address_bytes", 1);
    let mut config = sensor::config();
    config.wire.address_bytes = 1;
    config.wire.auto_increment = false;
    (config.chip_id, config.group_hold) = (None, None);
    config.fixed.clear();
    config.parameters.truncate(1);
    // The upper byte of every address is cut: the gain stands at 0x0a.
    let mut isp = RegisterIsp::open(config).unwrap();
    assert!(isp.apply(&Params::NEUTRAL).unwrap().is_complete());
    assert_eq!(sensor::trace(), ["000a=00", "000b=40"]);
    sensor::reset();
}
