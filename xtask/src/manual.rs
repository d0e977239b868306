//! Man pages and completions, generated from the command line itself.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;
use daemon::command_line::CommandLine;

/// Writes `isptune.1`, a page for each verb, and the completions of four shells to `folder`.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let command = CommandLine::command();
    clap_mangen::generate_to(command.clone(), folder)
        .with_context(|| folder.display().to_string())?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish] {
        clap_complete::generate_to(shell, &mut command.clone(), "isptune", folder)
            .with_context(|| folder.display().to_string())?;
    }
    println!("{}", folder.display());
    Ok(())
}
