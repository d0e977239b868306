//! Listing, reading and writing, against what `v4l2-ctl` reads independently.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use isp_hw::v4l2::{Automatics, CameraError, Controls, Kind, Topic};

use crate::virtual_camera::{AUTOGAIN, BRIGHTNESS, GAIN, VirtualCamera};

fn reason(error: CameraError) -> String {
    match error {
        CameraError::Control { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

fn id(controls: &Controls<'_>, key: &str) -> u32 {
    controls.by_key(key).unwrap().id
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn list_is_what_v4l2_ctl_lists() {
    let camera = VirtualCamera::open();
    let listed = camera.listed();
    let list = camera.controls().list().unwrap();
    let keys = list.iter().map(|control| control.key.clone());
    let mut keys: Vec<String> = keys.collect();
    keys.sort();
    assert_eq!(keys, listed.keys().cloned().collect::<Vec<_>>());
    let mut compared = 0;
    for control in &list {
        let other = &listed[&control.key];
        assert_eq!(control.id, other.id, "{}", control.key);
        let kind = match control.kind {
            Kind::Integer => "int",
            Kind::Boolean => "bool",
            Kind::Menu => "menu",
            Kind::Button => "button",
            Kind::Integer64 => "int64",
            Kind::Text => "str",
            Kind::Bitmask => "bitmask",
            Kind::IntegerMenu => "intmenu",
            // Arrays have the name of their elements there.
            _ => other.kind.as_str(),
        };
        assert_eq!(kind, other.kind, "{}", control.key);
        assert_eq!(control.flags.inactive(), other.has_flag("inactive"), "{}", control.key);
        assert_eq!(control.flags.volatile(), other.has_flag("volatile"), "{}", control.key);
        assert_eq!(control.flags.read_only(), other.has_flag("read-only"), "{}", control.key);
        if !control.is_lasting() {
            continue;
        }
        let numbers =
            [("min", control.minimum), ("max", control.maximum), ("default", control.default)];
        for (name, ours) in numbers {
            if let Some(theirs) = other.number(name) {
                assert_eq!(ours, theirs, "{name} of {}", control.key);
                compared += 1;
            }
        }
        let ours = camera.controls().read(&[control.id]).unwrap()[0];
        let theirs = other.number("value").unwrap();
        // It prints sets of bits as signed numbers of 32 bits.
        let theirs = if control.kind == Kind::Bitmask { theirs & 0xFFFF_FFFF } else { theirs };
        assert_eq!(ours, theirs, "{}", control.key);
        compared += 1;
    }
    assert!(compared > 60, "only {compared} numbers were compared");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn menus_have_their_gaps_and_their_numbers() {
    let camera = VirtualCamera::open();
    let items = |key: &str| {
        let menu = camera.controls().by_key(key).unwrap().menu;
        menu.into_iter().map(|item| (item.value, item.label)).collect::<Vec<_>>()
    };
    let named = |value: i64| (value, format!("Menu Item {value}"));
    assert_eq!(items("menu"), [1, 3, 4].map(named));
    let numbers = items("integer_menu");
    assert_eq!(numbers.last(), Some(&(8, "42".to_owned())));
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn picture_controls_are_set_and_read_by_another_program() {
    let camera = VirtualCamera::open();
    let controls = camera.controls();
    // Of two classes, in one call, one of them out of range.
    let wanted = [
        ("brightness", 300),
        ("contrast", 7),
        ("saturation", 0),
        ("hue", -99),
        ("test_pattern", 5),
    ];
    let values = wanted.map(|(key, value)| (id(&controls, key), value));
    let written = controls.write(&values).unwrap();
    for (written, (key, asked)) in written.iter().zip(wanted) {
        assert_eq!((written.asked, written.applied()), (asked, Some(true)), "{key}");
        assert_eq!(camera.get(key), written.sent, "{key}");
    }
    assert_eq!(camera.get("brightness"), 255);
    assert_eq!(camera.get("hue"), -99);
    camera.set("brightness=11");
    assert_eq!(controls.read(&[BRIGHTNESS]).unwrap(), [11]);
    assert_eq!(controls.would_become(&[(BRIGHTNESS, 999)]).unwrap(), [255]);
    assert_eq!(camera.get("brightness"), 11, "asking what would be set has set it");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn odd_kinds_are_written_exactly_or_refused() {
    let camera = VirtualCamera::open();
    let controls = camera.controls();
    for (key, value) in [
        ("integer_64_bits", i64::MIN + 1),
        ("integer_64_bits", (1 << 40) + 3),
        ("integer_32_bits", i64::from(i32::MIN)),
        ("bitmask", 0x8000_0010),
        ("integer_menu", 8),
        ("menu", 4),
        ("boolean", 0),
    ] {
        let written = controls.write(&[(id(&controls, key), value)]).unwrap();
        assert_eq!(written[0].read_back, Some(value), "{key}");
        let theirs = camera.get(key);
        let theirs = if key == "bitmask" { theirs & 0xFFFF_FFFF } else { theirs };
        assert_eq!(theirs, value, "{key}");
    }
    for (key, value, expected) in [
        ("menu", 2, "no item 2"),
        ("bitmask", 1, "bits outside"),
        ("button", 1, "no value"),
        ("string", 1, "cannot write values of this type"),
        ("u8_2x3x4x5_array", 1, "cannot write values of this type"),
        ("area", 1, "cannot write values of this type"),
        ("read_only_integer_32_bits", 1, "only be read"),
    ] {
        let reason = reason(controls.write(&[(id(&controls, key), value)]).unwrap_err());
        assert!(reason.contains(expected), "{key}: {reason}");
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn control_that_a_stream_locks_is_refused_with_the_way_out() {
    let camera = VirtualCamera::open();
    let controls = camera.controls();
    let scaler = id(&controls, "enable_capture_scaler");
    let mut streaming = Command::new("v4l2-ctl")
        .arg("-d")
        .arg(&camera.node)
        .args(["--stream-mmap", "--stream-count=1000"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !controls.describe(scaler).unwrap().unwrap().flags.grabbed() {
        assert!(Instant::now() < deadline, "the stream does not start");
        thread::sleep(Duration::from_millis(50));
    }
    let refused = controls.write(&[(scaler, 0)]);
    streaming.kill().unwrap();
    streaming.wait().unwrap();
    assert!(reason(refused.unwrap_err()).contains("stop the stream"));
    assert_eq!(camera.get("enable_capture_scaler"), 1);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn automatic_gain_goes_off_and_leaves_the_gain_where_it_was() {
    let camera = VirtualCamera::open();
    let controls = camera.controls();
    let message = reason(controls.write(&[(GAIN, 9)]).unwrap_err());
    assert!(message.contains("set gain_automatic to 0 first"), "{message}");
    // The driver counts this gain up once a second, modulo 256.
    let before = camera.get("gain");
    let automatics = Automatics::off(&controls, &Topic::AGAINST_A_TUNE).unwrap();
    assert_eq!(automatics.found, [(AUTOGAIN, 1)]);
    let held = automatics.held.iter().find(|held| held.id == GAIN).unwrap();
    assert_eq!(held.applied(), Some(true));
    assert!((held.asked - before).rem_euclid(256) <= 3, "{before} became {}", held.asked);
    thread::sleep(Duration::from_millis(2100));
    assert_eq!(camera.get("gain"), held.asked, "the gain still moves");
    assert_eq!(camera.get("gain_automatic"), 0);
    automatics.put_back(&controls).unwrap();
    assert_eq!(camera.get("gain_automatic"), 1);
    assert!(camera.listed()["gain"].has_flag("volatile"));
}
