//! `isptune completions`: for the shell.

use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::command_line::CommandLine;
use crate::exit::Exit;
use crate::standard_output;

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct Options {
    /// Which shell
    shell: Shell,
}

/// Runs the verb.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(options: &Options) -> Result<Exit> {
    let mut command = CommandLine::command();
    // Straight to standard output it would panic where that cannot be written.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "isptune", &mut script);
    standard_output::print(|out| out.write_all(&script))?;
    Ok(Exit::Done)
}
