//! `isptune look remove`.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use crate::exit::Exit;
use crate::json;
use crate::look::LookName;
use crate::state_folder::StateFolder;

/// Options of `look remove`.
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

#[derive(Debug, Serialize)]
struct RemoveJson<'a> {
    removed: &'a LookName,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such look, or it cannot be removed.
pub fn run(options: &Options) -> Result<Exit> {
    options.state.looks()?.remove(&options.name)?;
    if options.json {
        json::print(&RemoveJson { removed: &options.name })?;
    } else {
        eprintln!("{}: removed", options.name);
    }
    Ok(Exit::Done)
}
