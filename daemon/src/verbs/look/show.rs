//! `isptune look show`.

use anyhow::Result;
use clap::Args;

use super::words::print;
use crate::exit::Exit;
use crate::look::LookName;
use crate::state_folder::StateFolder;

/// Options of `look show`.
#[derive(Debug, Args)]
pub struct Options {
    /// Name of the look
    name: LookName,
    #[command(flatten)]
    state: StateFolder,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such look, or it cannot be read.
pub fn run(options: &Options) -> Result<Exit> {
    print(&options.state.looks()?.summary(&options.name)?, options.json)
}
