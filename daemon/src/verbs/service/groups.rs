//! `isptune groups`: how far cameras on one look are apart.

use anyhow::Result;
use clap::Args;

use super::Connection;
use crate::api::Groups;
use crate::exit::Exit;
use crate::{json, standard_output};

/// Options of `groups`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb.
///
/// # Errors
/// When the service does not answer, or refuses.
pub fn run(options: &Options) -> Result<Exit> {
    let groups: Groups = options.connection.client()?.get("/v1/groups")?;
    if options.connection.json {
        json::print(&groups)?;
        return Ok(Exit::Done);
    }
    standard_output::print(|out| {
        if groups.groups.is_empty() {
            writeln!(
                out,
                "no groups; add a [[group]] to the configuration, then reload the service"
            )?;
        }
        for group in &groups.groups {
            let told = match (&group.spread, &group.message) {
                (Some(spread), _) => {
                    let [first, second] = &spread.between;
                    format!("spread ΔE00 {:.2}, {first} to {second}", spread.delta_e00)
                }
                (None, Some(message)) => message.clone(),
                (None, None) => "fewer than two of its cameras have a picture".to_owned(),
            };
            writeln!(out, "{}  {}: {told}", group.name, group.cameras.join(", "))?;
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}
