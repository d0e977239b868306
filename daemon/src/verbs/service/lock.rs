//! `isptune lock`.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use tuner::Parameter;

use super::OneCamera;
use crate::exit::Exit;
use crate::option_values::parse_parameter;

/// Options of `lock`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    camera: OneCamera,
    #[command(flatten)]
    locks: Locks,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Locks {
    /// The parameters that are left alone, in place of those that were locked before
    #[arg(long, value_name = "NAME,…", value_parser = parse_parameter, value_delimiter = ',')]
    only: Vec<Parameter>,
    /// Locks none; those of the configuration stay
    #[arg(long)]
    none: bool,
}

/// Runs the verb.
///
/// # Errors
/// When the service does not answer, or refuses.
pub fn run(options: &Options) -> Result<Exit> {
    let (client, path) = options.camera.reach()?;
    let names: Vec<&str> = options.locks.only.iter().map(|parameter| parameter.name()).collect();
    let answer = client.put(&format!("{path}/locks"), &json!({"parameters": names}))?;
    let done = match names.as_slice() {
        [] => "nothing is locked but what the configuration locks".to_owned(),
        names => format!("left alone from now on: {}", names.join(", ")),
    };
    options.camera.print(&answer, &done)
}
