//! A camera for one test: vivid freshly loaded, its loop closed, and a player behind it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{FrameLog, FrameRecord};

/// One HDMI input and one HDMI output, which can be looped.
const MODULE: [&str; 7] = [
    "vivid",
    "n_devs=1",
    "node_types=0x101",
    "num_inputs=1",
    "input_types=3",
    "num_outputs=1",
    "output_types=1",
];

/// 1280×720 at 24 frames a second in the driver's list: its slowest, for an emulated processor.
const TIMINGS: &str = "index=3";

/// Far more than a program needs to start, also on a busy machine under emulation.
const PATIENCE: Duration = Duration::from_secs(60);

/// A looped camera; the player ends with it. There can be one at a time, for its start reloads the
/// kernel's driver.
pub struct LoopedCamera {
    player: Child,
    folder: TempDir,
    capture: PathBuf,
}

impl LoopedCamera {
    /// Loads the driver and starts the program `loop_player` with these options (see
    /// [`super::Options`]; those for nodes, size, log and selection are given here), then waits
    /// until its first frames are out. The capture node is set to the same size.
    ///
    /// # Panics
    /// When the driver or a program is missing: this is for tests in a virtual machine.
    pub fn start([width, height]: [usize; 2], options: &[&str]) -> Self {
        // A new driver forgets formats, crops and controls of the test before. It may not have
        // been loaded yet.
        let _ = Command::new("modprobe").args(["-r", "vivid"]).status();
        run(Command::new("modprobe").args(MODULE));
        let (capture, output) = (node("vivid-000-vid-cap"), node("vivid-000-vid-out"));
        v4l2_ctl(&output, &["--set-dv-bt-timings", TIMINGS]);
        v4l2_ctl(&capture, &["--set-dv-bt-timings", TIMINGS]);
        v4l2_ctl(&capture, &["--set-ctrl", "loop_video=1,osd_text_mode=2"]);
        let format = format!("width={width},height={height},pixelformat=YUYV");
        v4l2_ctl(&capture, &["--set-fmt-video", &format]);
        let folder = tempfile::tempdir().unwrap();
        let mut player = Command::new("loop_player");
        player.arg("--controls").arg(&capture).arg("--output").arg(&output);
        player.args(["--size", &width.to_string(), &height.to_string()]);
        player.arg("--log").arg(folder.path().join("log"));
        player.arg("--select").arg(folder.path().join("scene")).args(options);
        let camera = Self { player: player.spawn().unwrap(), folder, capture };
        camera.wait_for("the player's first frames", |log| log.len() > 2);
        camera
    }

    /// The capture node.
    pub fn node(&self) -> &Path {
        &self.capture
    }

    /// What has been shown so far.
    pub fn log(&self) -> Vec<FrameRecord> {
        FrameLog::read(&self.folder.path().join("log")).unwrap_or_default()
    }

    /// Puts another scene before the camera.
    pub fn select(&self, scene: usize) {
        // Renamed into place, so that the player never reads half a number.
        let aside = self.folder.path().join("scene.new");
        fs::write(&aside, scene.to_string()).unwrap();
        fs::rename(aside, self.folder.path().join("scene")).unwrap();
    }

    /// Sets controls by v4l2-ctl, a program that shares no code with what is tested: `name=value,…`.
    pub fn set(&self, assignments: &str) {
        v4l2_ctl(&self.capture, &["--set-ctrl", assignments]);
    }

    /// Reads a control by v4l2-ctl.
    pub fn get(&self, name: &str) -> i64 {
        let text = v4l2_ctl(&self.capture, &["--get-ctrl", name]);
        let value = text.trim().strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
        value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name}: {text}"))
    }

    /// Waits until the log satisfies `done`, and gives it.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn wait_for(&self, what: &str, done: impl Fn(&[FrameRecord]) -> bool) -> Vec<FrameRecord> {
        let started = Instant::now();
        loop {
            let log = self.log();
            if done(&log) {
                return log;
            }
            assert!(started.elapsed() < PATIENCE, "{what}: nothing in the log");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for LoopedCamera {
    fn drop(&mut self) {
        let _ = self.player.kill();
        let _ = self.player.wait();
    }
}

/// The device node that the driver calls so.
fn node(name: &str) -> PathBuf {
    let found = fs::read_dir("/sys/class/video4linux").unwrap().flatten().find(|entry| {
        let text = fs::read_to_string(entry.path().join("name")).unwrap_or_default();
        text.trim() == name
    });
    let entry = found.unwrap_or_else(|| panic!("the kernel has no {name}"));
    Path::new("/dev").join(entry.file_name())
}

fn v4l2_ctl(node: &Path, arguments: &[&str]) -> String {
    run(Command::new("v4l2-ctl").arg("--device").arg(node).args(arguments))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
