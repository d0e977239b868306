//! The root file system of a guest: busybox, the modules that a lane needs, a C library, programs.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::kernel::{Kernel, run};

/// Programs of the host that guests like it have, with their libraries.
const PROGRAMS: [&str; 2] = ["busybox", "v4l2-ctl"];

const FOLDERS: [&str; 9] = ["bin", "sbin", "proc", "sys", "dev", "tmp", "run", "mnt", "root"];

/// Builds the archive at `path`. `share` is the folder that the guest will see as `/mnt`, and
/// `binaries` are the programs in it. A guest like the host gets their dynamic loader and libraries,
/// another the folder itself; its programs need no libraries.
///
/// # Errors
/// When a program of the host is missing or fails, or a file cannot be copied.
pub fn build(
    path: &Path,
    kernel: &Kernel,
    init: &Path,
    share: &Path,
    binaries: &[PathBuf],
) -> Result<()> {
    let folder = path.parent().context("the archive has no folder")?;
    let staging = tempfile::tempdir_in(folder).with_context(|| folder.display().to_string())?;
    let root = staging.path();
    for name in FOLDERS {
        fs::create_dir(root.join(name))?;
    }
    copy(init, &root.join("init"))?;
    // The kernel takes a shell in place of one that it may not execute, and says nothing.
    fs::set_permissions(root.join("init"), fs::Permissions::from_mode(0o755))?;
    std::os::unix::fs::symlink("busybox", root.join("bin/sh"))?;
    copy_modules(kernel, root)?;
    if kernel.board().target().is_none() {
        let mut wanted = binaries.to_vec();
        for name in PROGRAMS {
            let program = find(name)?;
            copy(&program, &root.join("bin").join(name))?;
            wanted.push(program);
        }
        for library in libraries(&wanted)? {
            copy(&library, &inside(root, &library))?;
        }
    } else {
        copy(&kernel.root().join("bin/busybox"), &root.join("bin/busybox"))?;
        run(Command::new("cp").arg("-rT").arg(share).arg(root.join("mnt")))?;
    }
    archive(root, path)
}

/// Copies the modules with those that they need, and writes the index that modprobe reads.
fn copy_modules(kernel: &Kernel, root: &Path) -> Result<()> {
    let version = kernel.version();
    run(Command::new(find("depmod")?).arg("-b").arg(kernel.root()).arg(version))?;
    for module in kernel.board().modules() {
        let mut ask = Command::new(find("modprobe")?);
        ask.args(["--show-depends", "-S", version, "-d"]).arg(kernel.root()).arg(module);
        // Lines `insmod PATH`, and `builtin NAME` for what the kernel has anyway.
        for file in run(&mut ask)?.lines().filter_map(|line| line.strip_prefix("insmod ")) {
            let file = Path::new(file.trim());
            let relative = file.strip_prefix(kernel.root()).context("a module elsewhere")?;
            copy(file, &root.join(relative))?;
        }
    }
    let modules = Path::new("lib/modules").join(version);
    for name in ["modules.order", "modules.builtin", "modules.builtin.modinfo"] {
        copy(&kernel.root().join(&modules).join(name), &root.join(&modules).join(name))?;
    }
    run(Command::new(find("depmod")?).arg("-b").arg(root).arg(version)).map(drop)
}

/// The dynamic loader and the libraries that ldd finds for these programs.
fn libraries(programs: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for program in programs {
        // Lines `NAME => PATH (ADDRESS)`, and `PATH (ADDRESS)` for the loader.
        // It fails for a static program, which needs none.
        let output = Command::new("ldd").arg(program).output().context("ldd")?;
        let listing = String::from_utf8_lossy(&output.stdout);
        ensure!(!listing.contains("not found"), "{} lacks a library", program.display());
        let words = listing.split_whitespace().filter(|word| word.starts_with('/'));
        found.extend(words.map(PathBuf::from));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Writes everything under `root` as the archive of the kernel's "newc" form.
fn archive(root: &Path, path: &Path) -> Result<()> {
    let listing = run(Command::new("find").arg(".").current_dir(root))?;
    let file = fs::File::create(path).with_context(|| path.display().to_string())?;
    let mut cpio = Command::new("cpio")
        .args(["--quiet", "--create", "--format=newc", "--owner=0:0"])
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(file)
        .spawn()
        .context("cpio")?;
    if let Some(mut input) = cpio.stdin.take() {
        input.write_all(listing.as_bytes())?;
    }
    let status = cpio.wait()?;
    ensure!(status.success(), "cpio ended with {status}");
    Ok(())
}

/// Where a program of the host lies; those for root are not on everyone's path.
pub(super) fn find(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
        .with_context(|| format!("{name} is not installed"))
}

fn inside(root: &Path, absolute: &Path) -> PathBuf {
    root.join(absolute.strip_prefix("/").unwrap_or(absolute))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let describe = || format!("{} → {}", from.display(), to.display());
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).with_context(describe)?;
    }
    fs::copy(from, to).map(drop).with_context(describe)
}
