//! The lane of the Debian package: it is built of the programs of the tests, and lintian reads it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Lane, Verdict, answers};
use crate::{package, vm};

/// Builds the package and has lintian judge it.
pub fn debian_package() -> Lane {
    let name = "Debian package".to_owned();
    println!("\n== {name}");
    let missing = package::ensure_tool().err().map(|error| error.to_string()).or_else(|| {
        let lintian = answers(Command::new("lintian").arg("--version"));
        (!lintian).then(|| "lintian is not installed".to_owned())
    });
    let verdict = match missing {
        Some(reason) => Verdict::NotRun(reason),
        None => match build_and_judge() {
            Ok(()) => Verdict::Passed,
            Err(error) => Verdict::Failed(format!("{error:#}")),
        },
    };
    Lane { name, verdict }
}

fn build_and_judge() -> Result<()> {
    // What the tests build is what is packed: linking for a release takes minutes.
    vm::build_workspace()?;
    let folder = tempfile::tempdir()?;
    let package = folder.path().join("isptune.deb");
    package::of_built_programs(&package)?;
    lint(&package)
}

/// # Errors
/// When lintian finds an error or has a warning that `daemon/debian/lintian-overrides` does not
/// explain.
fn lint(package: &Path) -> Result<()> {
    let status = Command::new("lintian")
        .args(["--fail-on", "error,warning", "--tag-display-limit=0", "--allow-root"])
        .arg(package)
        .status()
        .context("lintian")?;
    ensure!(status.success(), "lintian ended with {status}");
    Ok(())
}
