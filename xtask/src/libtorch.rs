//! `cargo xtask libtorch`: the library behind the trainer, put beside the build cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::data::checkout;

/// Version that the crate tch binds.
const VERSION: &str = "2.11.0";

/// Files of the Python packages that hold libtorch for x86-64 Linux, with their SHA-256. All its
/// builds there carry CUDA; only the CPU part is kept, and CUDA is used where it is installed.
const PACKAGES: &str = "\
torch==2.11.0 --hash=sha256:0f68f4ac6d95d12e896c3b7a912b5871619542ec54d3649cf48cc1edd4dd2756
nvidia-cuda-runtime==13.0.96 --hash=sha256:7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548
nvidia-cuda-cupti==13.0.85 --hash=sha256:4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8
";

/// What is kept of the packages. libtorch_cpu looks for the last two at ../../nvidia/cu13/lib.
const KEPT: [&str; 7] = [
    "torch/lib/libc10.so",
    "torch/lib/libtorch_cpu.so",
    "torch/lib/libtorch.so",
    "torch/lib/libgomp.so.1",
    "torch/include",
    "nvidia/cu13/lib/libcudart.so.13",
    "nvidia/cu13/lib/libcupti.so.13",
];

fn folder() -> PathBuf {
    crate::lanes::target_folder().join(format!("libtorch-{VERSION}"))
}

/// Where libtorch lies: `LIBTORCH`, or what [`install`] put there; `None` when there is none.
pub fn installed() -> Option<PathBuf> {
    let own = || Some(folder().join("torch")).filter(|path| path.join("build-version").exists());
    std::env::var_os("LIBTORCH").map(PathBuf::from).or_else(own)
}

/// Installs libtorch where it is missing (543 MB to load, 0.5 GB to keep) and says where it lies.
///
/// # Errors
/// When Python, pip or the network is missing, or this is not x86-64 Linux.
pub fn install() -> Result<PathBuf> {
    if let Some(path) = installed() {
        return Ok(path);
    }
    ensure!(
        cfg!(all(target_os = "linux", target_arch = "x86_64")),
        "libtorch {VERSION} is installed for x86-64 Linux only; set LIBTORCH to your own"
    );
    let folder = folder();
    let parent = folder.parent().context("the build folder has no parent")?;
    std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    // Made aside and moved into place, so that an interrupted download leaves nothing behind.
    let aside = tempfile::tempdir_in(parent).with_context(|| parent.display().to_string())?;
    eprintln!("loading libtorch {VERSION} (543 MB)");
    load_packages(aside.path())?;
    let kept = aside.path().join("kept");
    for name in KEPT {
        move_to(&aside.path().join("site").join(name), &kept.join(name))?;
    }
    std::fs::write(kept.join("torch/build-version"), format!("{VERSION}+cu130"))?;
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    move_to(&kept, &folder)?;
    Ok(folder.join("torch"))
}

fn load_packages(aside: &Path) -> Result<()> {
    let requirements = aside.join("requirements.txt");
    std::fs::write(&requirements, PACKAGES)?;
    let platforms = ["manylinux_2_28_x86_64", "manylinux_2_25_x86_64", "manylinux2014_x86_64"];
    let status = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--root-user-action=ignore", "--no-deps", "--no-cache-dir", "--no-compile"])
        .args(["--require-hashes", "--only-binary", ":all:", "--python-version", "312"])
        .args(["--implementation", "cp", "--abi", "cp312", "--abi", "none"])
        .args(platforms.iter().flat_map(|platform| ["--platform", platform]))
        .arg("--target")
        .arg(aside.join("site"))
        .arg("-r")
        .arg(&requirements)
        // Two gigabytes are unpacked; /tmp may be a small disk of memory.
        .env("TMPDIR", aside)
        .status()
        .context("python3 -m pip (libtorch comes from the Python package torch)")?;
    if status.success() { Ok(()) } else { bail!("pip could not load libtorch ({status})") }
}

fn move_to(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    }
    std::fs::rename(from, to).with_context(|| format!("{} → {}", from.display(), to.display()))
}

/// Builds `train-host` with libtorch and runs it with these arguments.
///
/// # Errors
/// When libtorch cannot be had, the build fails, or the program does.
pub fn run_trainer(arguments: &[String]) -> Result<()> {
    let libtorch = install()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--package", "train-host", "--features", "torch"])
        .arg("--manifest-path")
        .arg(checkout().join("Cargo.toml"))
        .arg("--")
        .args(arguments)
        .env("LIBTORCH", libtorch)
        .status()
        .context("cargo run")?;
    if status.success() { Ok(()) } else { bail!("train-host ended with {status}") }
}
