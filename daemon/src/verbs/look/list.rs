//! `isptune look list`.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::words;
use crate::exit::Exit;
use crate::look::{Listing, LookSummary, UnreadableFile};
use crate::state_folder::StateFolder;
use crate::{json, standard_output};

/// Options of `look list`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    state: StateFolder,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct ListJson {
    looks: Vec<LookSummary>,
    unreadable: Vec<UnreadableJson>,
}

#[derive(Debug, Serialize)]
struct UnreadableJson {
    file: String,
    reason: String,
}

/// Runs the verb. Files that are no looks are told and stop nothing.
///
/// # Errors
/// When the folder cannot be read, or standard output not be written.
pub fn run(options: &Options) -> Result<Exit> {
    let store = options.state.looks()?;
    let Listing { looks, unreadable } = store.list()?;
    for file in &unreadable {
        eprintln!("isptune: {}: no look: {}", file.file.display(), file.reason);
    }
    if options.json {
        let unreadable = unreadable
            .into_iter()
            .map(|UnreadableFile { file, reason }| UnreadableJson {
                file: file.display().to_string(),
                reason,
            })
            .collect();
        json::print(&ListJson { looks, unreadable })?;
        return Ok(Exit::Done);
    }
    if looks.is_empty() {
        eprintln!("no looks in {}", store.folder().display());
    }
    standard_output::print(|out| {
        looks.iter().try_for_each(|look| writeln!(out, "{}", words::line(look)))
    })?;
    Ok(Exit::Done)
}
