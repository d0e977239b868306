//! A kernel for the guests: Debian's, unpacked beside the build cache and never installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::board::Board;

/// An unpacked kernel package.
#[derive(Debug)]
pub struct Kernel {
    board: Board,
    root: PathBuf,
    version: String,
}

impl Kernel {
    /// The kernel that lies in `folder`, or else the one that apt offers, put there (70 MB to load,
    /// 0.4 GB to keep).
    ///
    /// # Errors
    /// When this is no Debian, apt has no network, or the package is not what apt's list says.
    pub fn fetch(folder: &Path, board: Board) -> Result<Self> {
        let root = folder.join(board.kernel_folder());
        if !root.exists() {
            let apt = board.apt()?;
            let newest = apt.dependencies(board.kernel_package())?;
            let newest = newest.first().context("the newest kernel has no package")?;
            let names = std::iter::once(newest.as_str()).chain(board.packages().iter().copied());
            let packages: Vec<_> = names.map(|name| apt.package(name)).collect::<Result<_>>()?;
            apt.unpack(&packages, &root)?;
        }
        let modules = root.join("lib/modules");
        let version = fs::read_dir(&modules)
            .with_context(|| modules.display().to_string())?
            .find_map(|entry| entry.ok()?.file_name().into_string().ok())
            .with_context(|| format!("{} holds no kernel", modules.display()))?;
        Ok(Self { board, root, version })
    }

    /// The computer that it runs on.
    pub const fn board(&self) -> Board {
        self.board
    }

    /// The kernel itself.
    pub fn image(&self) -> PathBuf {
        self.root.join("boot").join(format!("vmlinuz-{}", self.version))
    }

    /// What the kernel has to be told of a Raspberry Pi's devices.
    pub fn device_tree(&self) -> PathBuf {
        let folder = format!("usr/lib/linux-image-{}", self.version);
        self.root.join(folder).join("broadcom/bcm2837-rpi-3-b.dtb")
    }

    /// Folder that stands for `/` in the package.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Name of the kernel's version, as `uname -r` says it.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// Runs a program that says nothing unless it fails.
pub(super) fn run(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| program.clone())?;
    if !output.status.success() {
        bail!("{program} ended with {}: {}", output.status, last_line(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn last_line(output: &[u8]) -> String {
    String::from_utf8_lossy(output).lines().last().unwrap_or("").to_owned()
}
