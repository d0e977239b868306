//! The chip as it was found, after an orderly end and after a kill.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use isp_hw::register_isp::Snapshot;

use crate::sensor;

/// Tells the process that is to be killed where to save what it found.
const STATE_FILE: &str = "FAKE_SENSOR_STATE_FILE";

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn restore_leaves_the_chip_as_it_was_found() {
    sensor::reset();
    let registers = [0x3503, 0x350a, 0x5001, 0x5180, 0x5186, 0x5188, 0x518a];
    let found = registers.map(sensor::word);
    let mut isp = sensor::open();
    assert!(isp.apply(&sensor::brighter()).unwrap().is_complete());
    assert_ne!(registers.map(sensor::word), found);
    let snapshot = isp.snapshot().clone();
    isp.restore(&snapshot).unwrap();
    assert_eq!(registers.map(sensor::word), found);
}

/// What the killed process does: saves what it found, changes the chip, says so, and hangs.
fn die(state_file: &str) -> ! {
    let mut isp = sensor::open();
    std::fs::write(state_file, serde_json::to_vec(isp.snapshot()).unwrap()).unwrap();
    assert!(isp.apply(&sensor::brighter()).unwrap().is_complete());
    println!("changed");
    loop {
        std::thread::park();
    }
}

#[test]
#[ignore = "needs the kernel module fake_sensor; cargo xtask test runs it in a virtual machine"]
fn what_a_killed_process_left_is_put_right_by_the_next() {
    if let Ok(state_file) = std::env::var(STATE_FILE) {
        die(&state_file);
    }
    sensor::reset();
    let folder = tempfile::tempdir().unwrap();
    let state_file = folder.path().join("registers.json");
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("restoring::what_a_killed_process_left_is_put_right_by_the_next")
        .env(STATE_FILE, &state_file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let changed = lines.map_while(Result::ok).any(|line| line.ends_with("changed"));
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(changed, "the process ended before it had changed anything");
    assert_eq!(sensor::word(0x5186), 614);

    let saved: Snapshot = serde_json::from_slice(&std::fs::read(&state_file).unwrap()).unwrap();
    sensor::open().restore(&saved).unwrap();
    assert_eq!([sensor::word(0x350a), sensor::word(0x5186)], [0xa820, 0x0400]);
    assert_eq!(sensor::word(0x3503) >> 8, 0x80, "automatic exposure is on again");
}
