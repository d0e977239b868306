//! `isptune completions`: for the shell.

use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::command_line::CommandLine;
use crate::exit::Exit;

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct Options {
    /// Which shell
    shell: Shell,
}

/// Runs the verb.
///
/// # Errors
/// None at present.
pub fn run(options: &Options) -> Result<Exit> {
    let mut command = CommandLine::command();
    clap_complete::generate(options.shell, &mut command, "isptune", &mut std::io::stdout());
    Ok(Exit::Done)
}
