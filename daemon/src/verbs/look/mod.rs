//! `isptune look`: the store of goal looks.

mod add;
mod exchange;
mod list;
mod remove;
mod show;
mod source;
mod words;

use anyhow::Result;
use clap::Subcommand;

use crate::exit::Exit;

/// The verbs of `look`.
#[derive(Debug, Subcommand)]
pub enum Look {
    /// Keep a picture, the mean of several, or what a camera sees, as a look
    Add(add::Options),
    /// List the looks
    List(list::Options),
    /// Show where a look comes from, its tags, and the features of its goal
    Show(show::Options),
    /// Remove a look
    Remove(remove::Options),
    /// Write a look to one file, for another store
    Export(exchange::ExportOptions),
    /// Take a look from a file that was exported
    Import(exchange::ImportOptions),
}

/// Runs the verb.
///
/// # Errors
/// When a look cannot be made, read or written.
pub fn run(look: &Look) -> Result<Exit> {
    match look {
        Look::Add(options) => add::run(options),
        Look::List(options) => list::run(options),
        Look::Show(options) => show::run(options),
        Look::Remove(options) => remove::run(options),
        Look::Export(options) => exchange::export(options),
        Look::Import(options) => exchange::import(options),
    }
}
