//! `isptune status`.

use std::io::{self, Write};

use anyhow::Result;
use clap::Args;

use super::{Connection, lines};
use crate::api::ServiceStatus;
use crate::client::in_path;
use crate::exit::Exit;
use crate::supervisor::{CameraStatus, now_ms};
use crate::{json, standard_output};

/// Options of `status`.
#[derive(Debug, Args)]
pub struct Options {
    /// Everything about this camera
    camera: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb.
///
/// # Errors
/// When the service does not answer, or refuses.
pub fn run(options: &Options) -> Result<Exit> {
    let client = options.connection.client()?;
    if let Some(name) = &options.camera {
        let camera: CameraStatus = client.get(&format!("/v1/cameras/{}", in_path(name)))?;
        if options.connection.json {
            json::print(&camera)?;
        } else {
            let lines = lines::details(&camera, now_ms());
            standard_output::print(|out| {
                lines.iter().try_for_each(|line| writeln!(out, "{line}"))
            })?;
        }
        return Ok(Exit::Done);
    }
    let status: ServiceStatus = client.get("/v1/status")?;
    if options.connection.json {
        json::print(&status)?;
    } else {
        standard_output::print(|out| write_lines(out, &status))?;
    }
    Ok(Exit::Done)
}

fn write_lines(out: &mut dyn Write, status: &ServiceStatus) -> io::Result<()> {
    if status.cameras.is_empty() {
        writeln!(out, "no cameras; add one to the configuration, then reload the service")?;
    }
    let names = status.cameras.iter().map(|camera| camera.name.chars().count());
    let width = names.max().unwrap_or_default();
    let mut cameras = status.cameras.iter();
    cameras.try_for_each(|camera| writeln!(out, "{}", lines::summary(camera, width)))
}
