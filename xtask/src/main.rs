//! `cargo xtask`: test lanes, tables, benchmarks, man pages.

mod bench;
mod data;
mod lanes;
mod manual;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

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
    Test,
    /// Print a table of the documentation, as it is committed under docs/tables/
    Table(table::Options),
    /// Print the bench table: ratios measured within this run
    Bench(bench::Options),
    /// Write man pages and completions
    Man {
        /// Folder to write to
        #[arg(default_value = "target/man")]
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let result = match CommandLine::parse().task {
        Task::Test => lanes::run(),
        Task::Table(options) => table::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Man { folder } => manual::write(&folder),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
