//! The row on memory, of the program as it is shipped.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::tune::{LARGE, large_pair};
use super::{Row, Target};
use crate::lanes::cargo_command;

/// Peak memory of the program itself on a whole match, over the decoded 8-bit frame.
///
/// # Errors
/// When the program does not build or run.
pub fn rows() -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let [input, goal] = large_pair(folder.path())?;
    // Beside this very program, wherever cargo was told to build.
    let program = std::env::current_exe()?.with_file_name("isptune");
    let target = program.parent().and_then(Path::parent).context("no folder to build in")?;
    eprintln!("bench: building isptune in the release profile, whose memory is measured");
    let built = cargo_command()
        .args(["build", "--quiet", "--release", "--package", "isptune", "--target-dir"])
        .arg(target)
        .status()?;
    ensure!(built.success(), "isptune does not build");
    let mut child = Command::new(&program)
        .arg("match")
        .args(["--target", "1000", "--input"])
        .arg(input)
        .arg("--goal")
        .arg(goal)
        .arg("--out")
        .arg(folder.path().join("out.png"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| program.display().to_string())?;
    // The kernel keeps the high-water mark; the last reading before the end is the peak.
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0.0_f64;
    let status = loop {
        if let Some(kib) = high_water_kib(&status_file) {
            peak_kib = peak_kib.max(kib);
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    ensure!(status.success(), "isptune match ended with {status}");
    let [width, height] = LARGE;
    let frame_kib = (width * height * 3) as f64 / 1024.0;
    Ok(vec![Row {
        name: "peak memory of a whole match at 3840×2160 / the decoded 8-bit frame",
        value: peak_kib / frame_kib,
        target: Target::AtMost(6.0),
        note: format!("{:.0} MiB; frame {:.0} MiB", peak_kib / 1024.0, frame_kib / 1024.0),
    }])
}

fn high_water_kib(status_file: &str) -> Option<f64> {
    let status = std::fs::read_to_string(status_file).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
