//! A Raspberry Pi's header and a camera on it. `cargo xtask vm raspi` runs these on one that QEMU
//! emulates, whose kernel has vivid for a camera, with `isptune` on the path. They need root,
//! busybox's `devmem`, and to run one at a time (`--test-threads=1`).

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "clippy's exception for tests does not reach their shared functions"
)]

use std::fs::OpenOptions;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread::sleep;
use std::time::Duration;

use isp_hw::gpio::{Active, ButtonConfig, Gpio, GpioConfig, LightState, OutputConfig, Pull};
use isp_hw::v4l2::{Controls, find_camera};
use serde_json::Value;

/// Lines as in docs/gpio.md.
const BUTTON: u8 = 17;
const LED: u8 = 27;
const LAMP: u8 = 22;

/// Registers that set, clear and read lines 0 to 31 (BCM2835 ARM Peripherals, section 6.1), at the
/// address of the Raspberry Pi 2 and 3.
const GPSET0: &str = "0x3f20001c";
const GPCLR0: &str = "0x3f200028";
const GPLEV0: &str = "0x3f200034";

const CAMERA: &str = "bus:platform:vivid.0";
/// Longer than the light of any state stays as it is.
const LONGEST_RHYTHM: Duration = Duration::from_secs(4);

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Level of a line, read past everything that is tested.
fn is_high(bcm: u8) -> bool {
    let word = run("devmem", &[GPLEV0, "32"]);
    let levels = u32::from_str_radix(word.trim_start_matches("0x"), 16).unwrap();
    levels & (1 << bcm) != 0
}

/// What a finger does: QEMU's lines take the level that is written, inputs too.
fn press(is_down: bool) {
    let register = if is_down { GPCLR0 } else { GPSET0 };
    run("devmem", &[register, "32", &format!("{:#x}", 1u32 << BUTTON)]);
}

/// Whether a line becomes high, or low, within the rhythm of any light.
fn becomes(bcm: u8, high: bool) -> bool {
    let step = Duration::from_millis(20);
    (0..LONGEST_RHYTHM.as_millis() / step.as_millis()).any(|_| {
        sleep(step);
        is_high(bcm) == high
    })
}

#[test]
#[ignore = "needs a Raspberry Pi; cargo xtask vm raspi emulates one"]
fn button_light_and_lamp_work_on_the_header() {
    let model = rppal::system::DeviceInfo::new().unwrap().model();
    assert_eq!(model, rppal::system::Model::RaspberryPi3B);
    let output = |bcm| Some(OutputConfig { bcm, active: Active::High });
    let config = GpioConfig {
        button: Some(ButtonConfig {
            bcm: BUTTON,
            active: Active::Low,
            pull: Pull::Up,
            debounce: Duration::from_millis(30),
        }),
        led: output(LED),
        lamp: output(LAMP),
    };
    press(false);
    let (pressed, presses) = channel();
    let (mut gpio, notice) = Gpio::open(&config, move || pressed.send(()).unwrap());
    assert_eq!(notice, None);
    assert!(gpio.has_button());

    assert!(!is_high(LAMP), "off from the start");
    let lit = gpio.lamp().light();
    assert!(is_high(LAMP));
    drop(lit);
    assert!(!is_high(LAMP));

    gpio.show(LightState::Tuning);
    assert!(becomes(LED, true) && becomes(LED, false) && becomes(LED, true), "it blinks");

    // QEMU reports no edges: the level is seen when the longest wait for one is over.
    for _ in 0..2 {
        press(true);
        presses.recv_timeout(LONGEST_RHYTHM).unwrap();
        press(false);
        sleep(Duration::from_secs(1));
    }
    assert!(presses.try_recv().is_err(), "a press calls once");
    assert_eq!(gpio.take_fault(), None);

    gpio.show(LightState::Held);
    assert!(becomes(LED, true));
    drop(gpio);
    assert!(!is_high(LED), "the light ends dark");
}

/// Sets controls of the camera by their names.
fn set_controls(values: &[(&str, i64)]) {
    let node = find_camera(Path::new("/"), CAMERA).unwrap().node;
    let file = OpenOptions::new().read(true).write(true).open(&node).unwrap();
    let controls = Controls::new(file.as_fd(), &node);
    for (key, value) in values {
        controls.write(&[(controls.by_key(key).unwrap().id, *value)]).unwrap();
    }
}

/// Tunes the spoiled camera back to its picture, and gives what was said and whether the lamp was
/// seen on (where there is one).
fn tuned(sees_lamp: bool) -> (String, bool) {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (goal, pipeline) = (place("goal.png"), place("pipeline.toml"));
    let lines = format!("kind = \"v4l2\"\n[gpio]\nled = {LED}\nlamp = {LAMP}\n");
    std::fs::write(&pipeline, lines).unwrap();
    // A still scene that stays clear of black and white.
    set_controls(&[("osd_text_mode", 2), ("test_pattern", 2)]);
    set_controls(&[("brightness", 128), ("contrast", 128), ("saturation", 128), ("hue", 0)]);
    run("isptune", &["camera", "capture", CAMERA, "--out", &goal]);
    set_controls(&[("brightness", 96), ("contrast", 150), ("saturation", 90), ("hue", 14)]);

    let mut child = Command::new("isptune")
        .args(["match", "--camera", CAMERA, "--pipeline", &pipeline, "--goal", &goal, "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut was_lit = false;
    while child.try_wait().unwrap().is_none() {
        was_lit |= sees_lamp && is_high(LAMP);
        sleep(Duration::from_millis(100));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let queries = result["queries"].as_array().unwrap();
    let best = &queries[usize::try_from(result["best"].as_u64().unwrap()).unwrap() - 1];
    let psnr = best["psnr_db"].as_f64().unwrap();
    println!("{psnr:.1} dB at query {} of {}", best["index"], queries.len());
    assert!(psnr >= 40.0 && queries.len() <= 10, "{result}");
    (said, was_lit)
}

#[test]
#[ignore = "needs a Raspberry Pi; cargo xtask vm raspi emulates one"]
fn a_camera_is_tuned_by_the_light_of_its_lamp() {
    let (said, was_lit) = tuned(true);
    assert!(!said.contains("no button"), "{said}");
    assert!(was_lit);
    assert!(!is_high(LAMP), "off after the tune");
}

#[test]
#[ignore = "needs a Raspberry Pi without iomem=relaxed; cargo xtask vm raspi emulates one"]
fn a_camera_is_tuned_without_the_right_to_use_the_lines() {
    let (said, _) = tuned(false);
    let notice = "no button, status light or lamp: /dev/mem: permission denied";
    assert_eq!(said.matches(notice).count(), 1, "{said}");
    assert!(said.contains("iomem=relaxed"), "{said}");
}
