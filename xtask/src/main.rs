//! `cargo xtask`: test lanes, tables, benchmarks, man pages.

mod bench;
mod cross;
mod data;
mod footprint;
mod lanes;
mod libtorch;
mod manual;
mod package;
mod soak;
mod table;
mod unit;
mod vm;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Tasks around isptune that plain cargo has no verb for")]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Every test lane that this machine can run, and a list of those it cannot
    Test {
        /// Only these
        groups: Vec<lanes::Group>,
    },
    /// One test lane in a virtual machine
    Vm {
        /// Name of the lane: a script under tests/vm, without .sh
        lane: String,
    },
    /// Build isptune for ARM and start it under emulation
    Cross,
    /// Print what the service takes of a device: size, memory, processor, time to READY
    Footprint,
    /// Build the Debian package, with man pages and completions
    Deb(package::Options),
    /// Print a table of the documentation, as it is committed under docs/tables/
    Table(table::Options),
    /// Print the bench table: ratios measured within this run
    Bench(bench::Options),
    /// Run the service for hours with faults, and account for memory, descriptors and log
    Soak(soak::Options),
    /// Install libtorch beside the build cache, for the trainer
    Libtorch,
    /// Build the trainer with libtorch (installed where missing) and run it
    TrainHost {
        /// Arguments of train-host
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Write man pages and completions
    Man {
        /// Folder to write to
        #[arg(default_value = "target/man")]
        folder: PathBuf,
    },
}

/// Tables and benchmarks want optimised code, test lanes a quick build: a debug build hands the
/// former over to a release build of itself.
fn in_release(run: impl FnOnce() -> Result<()>) -> Result<()> {
    if !cfg!(debug_assertions) {
        return run();
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1))
        .current_dir(data::checkout())
        .status()
        .context("cargo run --release")?;
    if status.success() { Ok(()) } else { bail!("the release build ended with {status}") }
}

fn main() -> ExitCode {
    let result = match CommandLine::parse().task {
        Task::Test { groups } => lanes::run(&groups),
        Task::Cross => cross::run(),
        Task::Vm { lane } => vm::run(&lane),
        Task::Footprint => footprint::run(),
        Task::Deb(options) => package::build(&options).map(|path| println!("{}", path.display())),
        Task::Table(options) => in_release(|| table::run(&options)),
        Task::Bench(options) => in_release(|| bench::run(&options)),
        Task::Soak(options) => soak::run(&options),
        Task::Libtorch => libtorch::install().map(|path| println!("{}", path.display())),
        Task::TrainHost { arguments } => libtorch::run_trainer(&arguments),
        Task::Man { folder } => manual::write(&folder).map(|()| println!("{}", folder.display())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
