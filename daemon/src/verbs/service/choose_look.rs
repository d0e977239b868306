//! `isptune use`.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::OneCamera;
use crate::exit::Exit;

/// Options of `use`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    camera: OneCamera,
    #[command(flatten)]
    look: Look,
    /// Strength of the look: 0 the camera as it was found, 1 the look itself [default: 1]
    #[arg(long, value_name = "0…1", conflicts_with = "none")]
    strength: Option<f64>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Look {
    /// Name of the look
    #[arg(long = "look", value_name = "NAME", id = "name")]
    name: Option<String>,
    /// No look: the camera is watched and not tuned
    #[arg(long)]
    none: bool,
}

/// Runs the verb.
///
/// # Errors
/// When the service does not answer, or refuses.
pub fn run(options: &Options) -> Result<Exit> {
    let (client, path) = options.camera.reach()?;
    let name = &options.look.name;
    let body = json!({"name": name, "strength": options.strength});
    let answer = client.put(&format!("{path}/look"), &body)?;
    let done = match name {
        Some(name) => format!("held on look {name} from now on"),
        None => "held on no look from now on".to_owned(),
    };
    options.camera.print(&answer, &done)
}
