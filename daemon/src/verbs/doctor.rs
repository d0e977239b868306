//! `isptune doctor`: is this set-up able to reach its goal, and if not, why.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use crate::doctor::{Finding, Severity, examine};
use crate::exit::Exit;
use crate::service_config::Places;
use crate::{json, standard_output};

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct Options {
    /// Main configuration of the service in place of /etc/isptune/isptuned.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder in which everything lies that otherwise lies under /etc, /usr/lib, /var/lib and /run
    #[arg(long, value_name = "FOLDER", default_value = "/")]
    root: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct DoctorJson {
    findings: Vec<Finding>,
}

/// Runs the verb.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(options: &Options) -> Result<Exit> {
    let findings = examine(&Places::under(&options.root, options.config.as_deref()));
    let worst = findings.iter().map(|finding| finding.severity).max();
    if options.json {
        json::print(&DoctorJson { findings })?;
    } else {
        standard_output::print(|out| {
            findings.iter().try_for_each(|finding| {
                let word = match finding.severity {
                    Severity::Fine => "fine ",
                    Severity::Note => "note ",
                    Severity::Fault => "FAULT",
                };
                writeln!(out, "{word}  {}: {}", finding.subject, finding.text)
            })
        })?;
    }
    Ok(if worst == Some(Severity::Fault) { Exit::Failed } else { Exit::Done })
}
