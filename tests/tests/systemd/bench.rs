//! The guest: one camera, one service, and how they are brought to a known state.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use isptune_tests::guest::{CAMERA, output, run, set_controls, told};
use serde_json::Value;

pub const UNIT: &str = "isptuned.service";
pub const PICTURE_CONTROLS: [&str; 4] = ["brightness", "contrast", "saturation", "hue"];
/// A camera that somebody has turned everything on.
pub const SPOILED: [(&str, i64); 4] =
    [("brightness", 96), ("contrast", 150), ("saturation", 90), ("hue", 14)];

/// The emulated guest is ten times slower than a camera box; what takes longer than this hangs.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// A small picture: an emulated processor needs a minute to measure a large one.
const PIPELINE: &str = "kind = \"v4l2\"\nsize = [320, 180]\n";
const PIPELINE_FILE: &str = "/etc/isptune/vivid.toml";

/// One camera `front`, on look `bars`; checked often, so that tests need not wait.
pub const CONFIG: &str = "\
[[camera]]
name = \"front\"
look = \"bars\"
pipeline = \"vivid.toml\"
[keep]
check_interval_s = 0.5
dwell_s = 1.0
cool_down_s = 1.0
retunes_per_hour = 60
";

/// A stopped service without drop-ins, a plugged-in camera that shows medium colour bars at its
/// defaults, and the look `bars` of that picture.
pub fn prepare() {
    run("systemctl", &["stop", UNIT]);
    // An emulated processor needs longer for one look at the camera than the watchdog waits.
    watchdog(300);
    run("systemctl", &["reset-failed"]);
    let _ = fs::remove_dir_all("/var/lib/isptune");
    run("systemd-tmpfiles", &["--create"]);
    unplug();
    plug();
    configure(CONFIG);
    fs::write(PIPELINE_FILE, PIPELINE).unwrap();
    let goal = "/tmp/bars.png";
    run("isptune", &["camera", "capture", CAMERA, "--pipeline", PIPELINE_FILE, "--out", goal]);
    run("isptune", &["look", "add", "bars", "--from", goal]);
}

/// How many seconds the service may make no progress.
pub fn watchdog(seconds: u32) {
    let folder = "/etc/systemd/system/isptuned.service.d";
    fs::create_dir_all(folder).unwrap();
    fs::write(format!("{folder}/test.conf"), format!("[Service]\nWatchdogSec={seconds}\n"))
        .unwrap();
    run("systemctl", &["daemon-reload"]);
}

pub fn configure(text: &str) {
    fs::write("/etc/isptune/isptuned.toml", text).unwrap();
}

pub fn spoil() {
    set_controls(&SPOILED);
}

/// The driver is loaded: a node like a webcam's.
pub fn plug() {
    run("modprobe", &["vivid", "n_devs=1", "node_types=0x1", "num_inputs=1", "input_types=0"]);
    run("udevadm", &["settle"]);
    set_controls(&[("osd_text_mode", 2), ("test_pattern", 2)]);
    set_controls(&[("brightness", 128), ("contrast", 128), ("saturation", 128), ("hue", 0)]);
}

/// The driver is unloaded: no node, and nothing of its class.
pub fn unplug() {
    if Path::new("/sys/module/vivid").exists() {
        run("modprobe", &["-r", "vivid"]);
    }
}

/// What the service says of the camera.
pub fn status() -> Option<Value> {
    let output = output("isptune", &["status", "--json"]);
    let status: Value = serde_json::from_slice(&output.stdout).ok()?;
    Some(status["cameras"][0].clone())
}

/// Waits until the camera is in this state, and tells what is said of it then.
///
/// # Panics
/// When it takes too long.
pub fn reach(state: &str) -> Value {
    let started = Instant::now();
    loop {
        let status = status();
        if let Some(status) = &status
            && status["state"] == state
        {
            println!("{state} after {:.1} s", started.elapsed().as_secs_f64());
            return status.clone();
        }
        assert!(started.elapsed() < LONGEST_WAIT, "not {state}, but {status:?}\n{}", journal());
        sleep(Duration::from_millis(200));
    }
}

/// Waits until something is the case.
///
/// # Panics
/// When it takes too long.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < LONGEST_WAIT, "not {what}\n{}", journal());
        sleep(Duration::from_millis(200));
    }
    println!("{what} after {:.1} s", started.elapsed().as_secs_f64());
}

/// What a camera box is given `time` for may take ten times as long where the processor is emulated,
/// which systemd knows.
pub fn allowed(time: Duration) -> Duration {
    let hypervisor = output("systemd-detect-virt", &[]);
    if hypervisor.stdout.starts_with(b"kvm") { time } else { 10 * time }
}

/// A property of the unit.
pub fn property(name: &str) -> String {
    run("systemctl", &["show", "--value", "--property", name, UNIT]).trim().to_owned()
}

/// The end of what the service has logged.
pub fn journal() -> String {
    run(
        "journalctl",
        &["--unit", UNIT, "--lines", "60", "--no-pager", "--output", "short-monotonic"],
    )
}

/// Runs systemctl on the unit; a failure tells the journal.
///
/// # Panics
/// When it fails.
pub fn systemctl(verb: &str) {
    let output = output("systemctl", &[verb, UNIT]);
    assert!(output.status.success(), "systemctl {verb}: {}\n{}", told(&output), journal());
}
