//! What tests in a virtual machine do from outside of isptune: other programs, run and read.

use std::collections::BTreeMap;
use std::process::{Command, Output};

/// The capture node of the guest's virtual camera.
pub const CAMERA: &str = "/dev/video0";

/// The controls that change the camera's picture.
pub const PICTURE_CONTROLS: [&str; 4] = ["brightness", "contrast", "saturation", "hue"];
/// Values of a camera that somebody has turned everything on.
const SPOILED: [(&str, i64); 4] =
    [("brightness", 96), ("contrast", 150), ("saturation", 90), ("hue", 14)];

/// A still scene, colour bars of medium levels that stay clear of black and white when they are
/// spoiled, and the camera at its defaults.
///
/// # Panics
/// When v4l2-ctl fails.
pub fn power_on() {
    still_scene();
    set_controls(&[("brightness", 128), ("contrast", 128), ("saturation", 128), ("hue", 0)]);
}

/// The scene of [`power_on`] alone.
///
/// # Panics
/// When v4l2-ctl fails.
pub fn still_scene() {
    set_controls(&[("osd_text_mode", 2), ("test_pattern", 2)]);
}

/// Turns everything on the camera; what stands then.
///
/// # Panics
/// When v4l2-ctl fails.
pub fn spoil() -> BTreeMap<String, i64> {
    set_controls(&SPOILED);
    controls(&PICTURE_CONTROLS)
}

/// Runs a program to its end; it must succeed.
///
/// # Panics
/// When it cannot be started or fails.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = output(program, arguments);
    assert!(output.status.success(), "{program} {arguments:?}: {}", told(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a program to its end, whatever that is.
///
/// # Panics
/// When it cannot be started.
pub fn output(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!("{program} cannot be started: {error}");
    })
}

/// Both outputs of a program, for messages.
pub fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// Values of controls as v4l2-ctl reads them.
///
/// # Panics
/// When v4l2-ctl fails.
pub fn controls(keys: &[&str]) -> BTreeMap<String, i64> {
    let text = run("v4l2-ctl", &["-d", CAMERA, "-C", &keys.join(",")]);
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    let values = pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().parse().unwrap()));
    let values: BTreeMap<String, i64> = values.collect();
    assert_eq!(values.len(), keys.len(), "{text}");
    values
}

/// Sets controls by v4l2-ctl.
///
/// # Panics
/// When v4l2-ctl fails.
pub fn set_controls(values: &[(&str, i64)]) {
    let pairs: Vec<String> = values.iter().map(|(key, value)| format!("{key}={value}")).collect();
    run("v4l2-ctl", &["-d", CAMERA, "-c", &pairs.join(",")]);
}
