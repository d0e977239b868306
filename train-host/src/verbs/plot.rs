//! `train-host plot`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use train_host::curves::{Metrics, draw};

/// Options of the verb.
#[derive(Debug, Args)]
pub struct Options {
    /// Metrics of trainings (.jsonl), one colour each
    #[arg(required = true)]
    metrics: Vec<PathBuf>,
    /// The SVG to write
    #[arg(long)]
    out: PathBuf,
}

/// Draws.
///
/// # Errors
/// When metrics cannot be read or the drawing cannot be written.
pub fn run(options: &Options) -> Result<()> {
    let trainings: Vec<Metrics> =
        options.metrics.iter().map(|path| Metrics::load(path)).collect::<Result<_, _>>()?;
    let svg = draw(&trainings)?;
    tuner::write_atomically(&options.out, |file| file.write_all(svg.as_bytes()))?;
    Ok(())
}
