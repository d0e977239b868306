//! `isptune camera list`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use isp_hw::v4l2::cameras;
use serde::Serialize;

use crate::exit::Exit;
use crate::{json, standard_output};

/// Options of `camera list`.
#[derive(Debug, Args)]
pub struct Options {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct ListJson {
    cameras: Vec<CameraJson>,
}

#[derive(Debug, Serialize)]
struct CameraJson {
    identity: String,
    name: String,
    driver: String,
    bus: String,
    node: PathBuf,
}

/// Runs the verb.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(options: &Options) -> Result<Exit> {
    let found = cameras(Path::new("/")).into_iter().filter(|camera| camera.is_capture);
    let found: Vec<CameraJson> = found
        .map(|camera| CameraJson {
            identity: camera.identity,
            name: camera.name,
            driver: camera.driver,
            bus: camera.bus,
            node: camera.node,
        })
        .collect();
    if options.json {
        json::print(&ListJson { cameras: found })?;
        return Ok(Exit::Done);
    }
    if found.is_empty() {
        eprintln!("isptune: there is no camera; plug one in, or load its driver");
    }
    standard_output::print(|out| {
        found.iter().try_for_each(|camera| {
            let CameraJson { identity, name, driver, node, .. } = camera;
            writeln!(out, "{identity}\n  {name}, driver {driver}, now {}", node.display())
        })
    })?;
    Ok(Exit::Done)
}
