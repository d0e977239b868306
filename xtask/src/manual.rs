//! Man pages and completions, generated from the command lines and from the page of options.

mod markdown_page;

use std::path::Path;

use anyhow::{Context, Result};
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use daemon::command_line::CommandLine;
use daemon::service;

use crate::data::checkout;
use markdown_page::{Heading, roff};

/// Writes `isptune.1`, a page for each verb, `isptuned.8`, `isptuned.toml.5`, and the completions of
/// four shells for both programs to `folder`.
///
/// # Errors
/// When the folder cannot be written, or the page of options cannot be read.
pub fn write(folder: &Path) -> Result<()> {
    let told = || folder.display().to_string();
    std::fs::create_dir_all(folder).with_context(told)?;
    let (client, daemon) = (CommandLine::command(), service::Options::command());
    clap_mangen::generate_to(client.clone(), folder).with_context(told)?;
    Man::new(daemon.clone()).section("8").generate_to(folder).with_context(told)?;
    let options = options()?;
    std::fs::write(folder.join("isptuned.toml.5"), options).with_context(told)?;
    completions(client, "isptune", folder)?;
    completions(daemon, "isptuned", folder)
}

/// The manual page of the configuration.
fn options() -> Result<String> {
    let path = checkout().join("docs/isptuned.toml.md");
    let page = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let heading = Heading {
        name: "isptuned.toml",
        section: "5",
        summary: "configuration of the service isptuned",
        source: concat!("isptune ", env!("CARGO_PKG_VERSION")),
    };
    Ok(roff(heading, &page))
}

fn completions(mut command: Command, name: &str, folder: &Path) -> Result<()> {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish] {
        clap_complete::generate_to(shell, &mut command, name, folder)
            .with_context(|| folder.display().to_string())?;
    }
    Ok(())
}
