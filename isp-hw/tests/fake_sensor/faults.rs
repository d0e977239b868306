//! A bus that does not always work.

use isp_hw::register_isp::{BusFault, RegisterError, RegisterIsp};

use crate::sensor;

const EIO: u32 = 5;
const EREMOTEIO: u32 = 121;
const ETIMEDOUT: u32 = 110;

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn every_third_message_without_answer_changes_nothing_but_the_time() {
    for nak_every in [3, 4, 7] {
        sensor::reset();
        sensor::set("nak_every", nak_every);
        assert!(sensor::open().apply(&sensor::brighter()).unwrap().is_complete());
        sensor::set("nak_every", 0);
        assert_eq!(sensor::word(0x5186), 614, "every {nak_every}");
    }
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn a_few_timeouts_are_outlived() {
    for errno in [ETIMEDOUT, EREMOTEIO] {
        sensor::reset();
        let mut isp = sensor::open();
        sensor::set("fail_count", 3);
        sensor::set("fail_errno", errno);
        assert!(isp.apply(&sensor::brighter()).unwrap().is_complete());
    }
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn a_bus_that_only_times_out_is_an_error_after_bounded_tries() {
    sensor::reset();
    let mut isp = sensor::open();
    sensor::set("fail_errno", ETIMEDOUT);
    let error = isp.apply(&sensor::brighter()).unwrap_err();
    sensor::reset();
    let RegisterError::Transfer { tries, fault, .. } = &error else { panic!("{error}") };
    assert!(matches!(fault, BusFault::Timeout), "{error}");
    assert_eq!(*tries, 5);
    assert!(error.to_string().contains("the bus timed out"), "{error}");
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn an_error_of_another_kind_is_not_tried_again() {
    sensor::reset();
    let mut isp = sensor::open();
    sensor::set("fail_errno", EIO);
    let error = isp.apply(&sensor::brighter()).unwrap_err();
    sensor::reset();
    assert!(matches!(error, RegisterError::Transfer { tries: 1, .. }), "{error}");
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn a_slow_chip_is_as_good_as_a_fast_one() {
    sensor::reset();
    sensor::set("delay_ms", 20);
    assert!(sensor::open().apply(&sensor::brighter()).unwrap().is_complete());
    sensor::reset();
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn a_chip_that_is_not_there_is_told_as_one_that_does_not_answer() {
    sensor::reset();
    let mut config = sensor::config();
    config.place.address = 0x37;
    let error = RegisterIsp::open(config).err().unwrap().to_string();
    assert!(
        error.contains("chip 0x37: reading register 0x300a failed (5 tries): the chip does not"),
        "{error}"
    );
}
