//! Tables by the protocol of `docs/protocol.md`.

mod calibration;
mod extras;
mod extras_pipeline;
mod match_table;
mod rawtherapee;
mod scenario;
mod style;
mod style_methods;
mod style_rows;
mod style_score;
mod style_sheet;
mod unreachable;
mod unreachable_goal;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Options of `cargo xtask table`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    table: Table,
}

#[derive(Debug, Subcommand)]
enum Table {
    /// All strategies on known, unknown and foreign pipelines
    Match(match_table::Options),
    /// What a calibration is worth to later tunes of the same device
    Calibration(calibration::Options),
    /// The model strategy on rawtherapee-cli
    Rawtherapee(rawtherapee::Options),
    /// Parameters beside the nine: locked, known and free
    Extras(extras::Options),
    /// Goals that the pipeline has no parameters for, beside the best that it can do
    Unreachable(unreachable::Options),
    /// Goals that show something else: the style of the pairs in photos/style
    Style(style::Options),
}

/// Prints the table.
///
/// # Errors
/// When photographs or programs are missing, or an episode fails.
pub fn run(options: &Options) -> Result<()> {
    match &options.table {
        Table::Match(options) => match_table::print(options),
        Table::Calibration(options) => calibration::print(options),
        Table::Rawtherapee(options) => rawtherapee::print(options),
        Table::Extras(options) => extras::print(options),
        Table::Unreachable(options) => unreachable::print(options),
        Table::Style(options) => style::print(options),
    }
}
