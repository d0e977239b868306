//! `train-host table`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[cfg(feature = "torch")]
mod contender;
#[cfg(feature = "torch")]
mod pairs;
#[cfg(feature = "torch")]
mod printed;
#[cfg(feature = "torch")]
mod published;

/// The pipeline that is tuned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tuned {
    /// The paper's
    Paper,
    /// The software ISP
    Software,
}

/// Options of the verb.
#[derive(Debug, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Options {
    /// Table of the paper: 1 random targets, 2 retouched targets, 4 ablation of the state
    #[arg(value_parser = ["1", "2", "4"])]
    table: String,
    /// Folder of photographs that nothing was trained on; for table 2 of pairs NAME_input.png and
    /// NAME_expertC.png (repeatable)
    #[arg(long, required = true)]
    photos: Vec<PathBuf>,
    /// Photographs, spread evenly
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Side in pixels of the squares that photographs are cut and shrunk to
    #[arg(long, default_value_t = 64)]
    side: usize,
    /// What is tuned
    #[arg(long, value_enum, default_value = "paper")]
    pipeline: Tuned,
    /// Strategies of isptune; those with a policy need --model. "" for none
    #[arg(long, value_delimiter = ',', default_value = "cmaes,greedy")]
    strategies: Vec<String>,
    /// Policy of the strategies that need one (ONNX)
    #[arg(long)]
    model: Option<PathBuf>,
    /// Proxies (`train-host proxy`), as NAME=FILE: one descent through each, and one row in which it
    /// only gives derivatives
    #[arg(long, value_delimiter = ',')]
    proxies: Vec<String>,
    /// Policies on the paper's state (`train-host td3 --state paper`), as NAME=CHECKPOINT
    #[arg(long, value_delimiter = ',')]
    policies: Vec<String>,
    /// Seed of goals and strategies
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[cfg(not(feature = "torch"))]
/// Says that this build has neither proxies nor policies.
///
/// # Errors
/// Always.
pub fn run(_: &Options) -> anyhow::Result<()> {
    super::no_libtorch("table")
}

#[cfg(feature = "torch")]
/// Prints a table as Markdown.
///
/// # Errors
/// When photographs, policies or proxies cannot be used, or an episode fails.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let contenders = contender::all(options)?;
    let pairs = pairs::all(options)?;
    printed::head(options, pairs.len());
    for contender in &contenders {
        let traces = contender.run(options, &pairs)?;
        printed::row(contender, &traces);
    }
    published::print(&options.table);
    Ok(())
}
