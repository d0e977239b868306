//! `isptune look export` and `isptune look import`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::words::print;
use crate::exit::Exit;
use crate::json;
use crate::look::LookName;
use crate::state_folder::StateFolder;

/// Options of `look export`.
#[derive(Debug, Args)]
pub struct ExportOptions {
    /// Name of the look
    name: LookName,
    /// Where it goes
    file: PathBuf,
    #[command(flatten)]
    state: StateFolder,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Options of `look import`.
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// A look that was exported
    file: PathBuf,
    /// Name that it gets, in place of the one that it has
    #[arg(long)]
    name: Option<LookName>,
    /// Replace a look of this name
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    state: StateFolder,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct ExportJson<'a> {
    exported: &'a LookName,
    file: String,
}

/// Runs `look export`.
///
/// # Errors
/// When there is no such look, it cannot be read, or the file not be written.
pub fn export(options: &ExportOptions) -> Result<Exit> {
    let ExportOptions { name, file, .. } = options;
    options.state.looks()?.export(name, file)?;
    if options.json {
        json::print(&ExportJson { exported: name, file: file.display().to_string() })?;
    } else {
        eprintln!("{name}: exported to {}", file.display());
    }
    Ok(Exit::Done)
}

/// Runs `look import`.
///
/// # Errors
/// When the file is no look, its name is taken, or it cannot be kept.
pub fn import(options: &ImportOptions) -> Result<Exit> {
    let store = options.state.looks()?;
    let summary = store.import(&options.file, options.name.as_ref(), options.replace)?;
    print(&summary, options.json)
}
