//! Tests on a real kernel with cameras: guests in QEMU, made of Debian's kernel, busybox and the
//! workspace's own test binaries.

mod apt;
mod board;
mod debian_root;
mod initramfs;
mod kernel;
mod kernel_module;
mod lane;
mod machine;
mod programs;

use anyhow::{Result, bail};

use board::Board;
pub use lane::{LANES, Lane, Shortfall};

/// Builds the tests and programs of the whole workspace.
///
/// # Errors
/// When they do not build.
pub fn build_workspace() -> Result<()> {
    programs::build(&[], Board::Pc).map(drop)
}

/// Runs one lane by hand.
///
/// # Errors
/// When there is no such lane, it cannot run here, or it fails.
pub fn run(name: &str) -> Result<()> {
    match Lane::named(name)?.run() {
        Ok(()) => Ok(()),
        Err(Shortfall::NotRun(reason)) => bail!("{name} was not run: {reason}"),
        Err(Shortfall::Failed(reason)) => bail!("{name} failed: {reason}"),
    }
}
