//! `cargo xtask test`: every lane that this machine can run. A lane that did not run is shown as
//! not run, never as passed.

mod arm;
mod debian_package;
mod guests;
mod test_run;
mod units;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use clap::ValueEnum as _;

use crate::data::checkout;

/// Seconds that each fuzz target runs; `ISPTUNE_FUZZ_SECONDS` sets another number.
const FUZZ_SECONDS: u32 = 60;

/// What became of a lane.
enum Verdict {
    Passed,
    Failed(String),
    NotRun(String),
}

struct Lane {
    name: String,
    verdict: Verdict,
}

/// A group of lanes that can be asked for by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Group {
    /// Formatting
    Format,
    /// Clippy
    Lint,
    /// Rustdoc
    Documentation,
    /// Tests of the workspace
    Tests,
    /// Tests of the torch code
    Torch,
    /// systemd's checks of the units
    Units,
    /// The Debian package
    Package,
    /// Virtual machines
    Guests,
    /// Programs for ARM
    Arm,
    /// Fuzz targets
    Fuzz,
}

impl Group {
    fn run(self) -> Result<Vec<Lane>> {
        Ok(match self {
            Self::Format => vec![component("format", "rustfmt", &["fmt", "--all", "--check"])],
            // With the torch code, which needs no libtorch to be checked.
            Self::Lint => vec![component(
                "lint",
                "cargo-clippy",
                &[
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--features",
                    "train-host/torch-doc",
                    "--",
                    "--deny",
                    "warnings",
                ],
            )],
            Self::Documentation => {
                vec![cargo("documentation", &["doc", "--workspace", "--no-deps", "--quiet"])]
            }
            Self::Tests => test_run::tests()?,
            Self::Torch => test_run::torch_tests()?,
            Self::Units => vec![units::units()],
            Self::Package => vec![debian_package::debian_package()],
            Self::Guests => guests::guests(),
            Self::Arm => arm::arm(),
            Self::Fuzz => fuzz_targets()?,
        })
    }
}

/// Runs the lanes of these groups, or of all where none is named, and prints the summary.
///
/// # Errors
/// When a lane failed.
pub fn run(groups: &[Group]) -> Result<()> {
    let groups = if groups.is_empty() { Group::value_variants() } else { groups };
    let mut lanes = Vec::new();
    for group in groups {
        lanes.extend(group.run()?);
    }
    summarise(&lanes)
}

fn summarise(lanes: &[Lane]) -> Result<()> {
    println!("\nlanes");
    for lane in lanes {
        match &lane.verdict {
            Verdict::Passed => println!("  passed   {}", lane.name),
            Verdict::Failed(reason) => println!("  FAILED   {}: {reason}", lane.name),
            Verdict::NotRun(reason) => println!("  not run  {}: {reason}", lane.name),
        }
    }
    let count =
        |wanted: fn(&Verdict) -> bool| lanes.iter().filter(|lane| wanted(&lane.verdict)).count();
    let passed = count(|verdict| matches!(verdict, Verdict::Passed));
    let failed = count(|verdict| matches!(verdict, Verdict::Failed(_)));
    let skipped = count(|verdict| matches!(verdict, Verdict::NotRun(_)));
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed > 0 { bail!("{failed} lanes failed") } else { Ok(()) }
}

/// This very cargo, in the checkout.
pub fn cargo_command() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(checkout());
    command
}

fn cargo(name: &str, arguments: &[&str]) -> Lane {
    println!("\n== {name}: cargo {}", arguments.join(" "));
    let verdict = match cargo_command().args(arguments).env("RUSTDOCFLAGS", "-D warnings").status()
    {
        Ok(status) if status.success() => Verdict::Passed,
        Ok(status) => Verdict::Failed(status.to_string()),
        Err(error) => Verdict::Failed(error.to_string()),
    };
    Lane { name: name.to_owned(), verdict }
}

/// A lane of a toolchain component that may be missing.
fn component(name: &str, program: &str, arguments: &[&str]) -> Lane {
    if answers(Command::new(program).arg("--version")) {
        return cargo(name, arguments);
    }
    let reason = format!("{program} is not installed (rustup component add)");
    Lane { name: name.to_owned(), verdict: Verdict::NotRun(reason) }
}

fn answers(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// A Python with the packages of the second engines, made once beside the build cache; `None`
/// where Python or the packages cannot be had, and then the tests say what they did not run.
fn python_environment() -> Option<PathBuf> {
    if let Some(python) = std::env::var_os("ISPTUNE_PYTHON") {
        return Some(python.into());
    }
    let folder = target_folder().join("python");
    let python = folder.join("bin/python");
    let requirements = checkout().join("tests/python/requirements.txt");
    let import = "import numpy, skimage, cma, jsonschema, onnx, onnxruntime, gymnasium, cv2, \
                  schemathesis, prometheus_client";
    if answers(Command::new(&python).args(["-c", import])) {
        return Some(python);
    }
    println!("\n== making {} for the second engines", folder.display());
    let made = answers(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        && Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&requirements)
            .status()
            .is_ok_and(|status| status.success());
    made.then_some(python)
}

/// Where cargo builds.
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| checkout().join("target"), PathBuf::from)
}

fn fuzz_targets() -> Result<Vec<Lane>> {
    let folder = checkout().join("fuzz");
    let mut names: Vec<String> = std::fs::read_dir(folder.join("fuzz_targets"))?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    let ready = answers(Command::new("cargo").args(["+nightly", "fuzz", "--version"]));
    Ok(names.into_iter().map(|name| fuzz(&folder, &name, ready)).collect())
}

fn fuzz(folder: &Path, target: &str, ready: bool) -> Lane {
    let name = format!("fuzz {target}");
    if !ready {
        let reason = "cargo-fuzz or a nightly toolchain is missing (cargo install cargo-fuzz)";
        return Lane { name, verdict: Verdict::NotRun(reason.to_owned()) };
    }
    println!("\n== {name}");
    let seconds = std::env::var("ISPTUNE_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(FUZZ_SECONDS);
    // New inputs go to a scratch corpus; the committed one is only read.
    let scratch = target_folder().join("fuzz-corpus").join(target);
    let verdict = std::fs::create_dir_all(&scratch)
        .and_then(|()| {
            Command::new("cargo")
                .current_dir(folder.parent().unwrap_or(folder))
                .args(["+nightly", "fuzz", "run", target])
                .arg(&scratch)
                .arg(folder.join("corpus").join(target))
                .args(["--", &format!("-max_total_time={seconds}"), "-verbosity=0"])
                .status()
        })
        .map_or_else(
            |error| Verdict::Failed(error.to_string()),
            |status| match status.success() {
                true => Verdict::Passed,
                false => Verdict::Failed(status.to_string()),
            },
        );
    Lane { name, verdict }
}
