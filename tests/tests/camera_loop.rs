//! The camera that other tests look at is what it says it is.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use isptune_tests::player::{CameraControl, LoopedCamera, fingerprint, frame_number};

const SIZE: [usize; 2] = [320, 180];

/// The next frames of the camera, as `v4l2-ctl` receives them.
fn capture(camera: &LoopedCamera, count: usize) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("frames");
    let status = Command::new("v4l2-ctl")
        .arg("--device")
        .arg(camera.node())
        .args(["--stream-mmap=4", "--stream-skip=2", &format!("--stream-count={count}")])
        .arg(format!("--stream-to={}", file.display()))
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    let bytes = std::fs::read(&file).unwrap();
    bytes.chunks(2 * SIZE[0] * SIZE[1]).map(<[u8]>::to_vec).collect()
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn frames_arrive_byte_for_byte_and_the_log_knows_their_controls() {
    let camera = LoopedCamera::start(SIZE, &["--isp", "varied:3", "--noise", "2"]);
    for control in CameraControl::ALL {
        assert_eq!(camera.get(control.name), control.neutral, "{}", control.name);
    }
    camera.set("contrast=60,hue=-100,integer_32_bits=700,integer_64_bits=-900000");
    camera.wait_for("the contrast", |log| {
        log.iter().filter(|record| record.controls["contrast"] == 60).count() > 4
    });
    let frames = capture(&camera, 6);
    assert_eq!(frames.len(), 6);
    let log = camera.log();
    for frame in frames {
        let number = frame_number(&frame);
        let record = log.iter().find(|record| record.frame == number);
        let record = record.unwrap_or_else(|| panic!("{number} was never shown"));
        assert_eq!(record.fingerprint, fingerprint(&frame), "{number}");
        let controls = &record.controls;
        assert_eq!(controls["hue"], -100);
        assert_eq!(controls["integer_64_bits"], -900_000);
        assert_eq!(controls["brightness"], 128);
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_late_isp_uses_the_controls_of_some_frames_ago() {
    let camera = LoopedCamera::start(SIZE, &["--isp", "foreign", "--latency", "5"]);
    camera.set("brightness=200");
    let log = camera.wait_for("the brightness", |log| {
        log.last().is_some_and(|record| record.controls["brightness"] == 200)
    });
    let last = log.last().unwrap();
    assert_eq!(last.frame - last.controls_read, 5);
    let before = log.iter().rfind(|record| record.controls["brightness"] == 128).unwrap();
    assert_ne!(before.fingerprint, last.fingerprint);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn scenes_change_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("ramp.png");
    isptune_tests::program::picture().save(&picture).unwrap();
    let scene = |path: &Path| path.display().to_string();
    let camera = LoopedCamera::start(SIZE, &["--scene", &scene(&picture), "--scene", "lightbox"]);
    camera.select(1);
    let log = camera
        .wait_for("the other scene", |log| log.last().is_some_and(|record| record.scene == 1));
    assert_ne!(log.first().unwrap().fingerprint, log.last().unwrap().fingerprint);
}
