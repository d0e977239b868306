//! The verbs that ask the running service. None of them opens a device.

mod apply;
mod choose_look;
mod groups;
mod lines;
mod lock;
mod plan;
mod simple;
mod status;
mod watch;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::api::ServiceStatus;
use crate::client::{Client, chosen_socket, in_path};
use crate::exit::Exit;
use crate::json;
use crate::standard_output;
use crate::supervisor::Answer;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Service {
    /// What the service and its cameras are doing
    Status(status::Options),
    /// How far cameras that are held on one look are apart
    Groups(groups::Options),
    /// Follow the cameras: a line for each change
    Watch(watch::Options),
    /// What a tune would do now; nothing is written
    Plan(OneCamera),
    /// Tune now, whatever the limits per hour say
    Retune(OneCamera),
    /// Leave the camera as it is, until resume
    Hold(OneCamera),
    /// Keep the camera on its look again
    Resume(OneCamera),
    /// Set parameters and hold them; those that are not named stay
    Apply(apply::Options),
    /// Put the camera back as it was found, and let go of it until resume
    Restore(OneCamera),
    /// Hold the camera on another look, or on none
    Use(choose_look::Options),
    /// Choose the parameters that are left alone
    Lock(lock::Options),
}

/// Where the service is.
#[derive(Debug, Args)]
pub struct Connection {
    /// Socket of the service [default: $ISPTUNE_SOCKET, or /run/isptune/isptuned.sock]
    #[arg(long, value_name = "FILE")]
    socket: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Connection {
    fn client(&self) -> Result<Client> {
        Ok(Client::new(chosen_socket(self.socket.as_deref()))?)
    }
}

/// One of the service's cameras.
#[derive(Debug, Args)]
pub struct OneCamera {
    /// Name of the camera in the configuration; left out where there is only one
    camera: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

impl OneCamera {
    /// The client, and the path of the camera in the API.
    fn reach(&self) -> Result<(Client, String)> {
        let client = self.connection.client()?;
        let name = match &self.camera {
            Some(name) => name.clone(),
            None => only_camera(&client.get("/v1/status")?)?,
        };
        let path = format!("/v1/cameras/{}", in_path(&name));
        Ok((client, path))
    }

    /// Prints what came of a command.
    fn print(&self, answer: &Answer, done: &str) -> Result<Exit> {
        if self.connection.json {
            json::print(answer)?;
        } else {
            standard_output::print(|out| writeln!(out, "{done}"))?;
        }
        Ok(Exit::Done)
    }
}

fn only_camera(status: &ServiceStatus) -> Result<String> {
    match status.cameras.as_slice() {
        [camera] => Ok(camera.name.clone()),
        [] => bail!("the service has no camera; add one to its configuration, then reload it"),
        cameras => {
            let names: Vec<&str> = cameras.iter().map(|camera| camera.name.as_str()).collect();
            bail!("there are several cameras, name one of them: {}", names.join(", "))
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// When the service does not answer, or refuses.
pub fn run(verb: &Service) -> Result<Exit> {
    match verb {
        Service::Status(options) => status::run(options),
        Service::Groups(options) => groups::run(options),
        Service::Watch(options) => watch::run(options),
        Service::Plan(camera) => plan::run(camera),
        Service::Retune(camera) => {
            simple::run(camera, "retune", "a tune begins; isptune watch follows it")
        }
        Service::Hold(camera) => simple::run(camera, "hold", "left as it is, until isptune resume"),
        Service::Resume(camera) => simple::run(camera, "resume", "kept on its look again"),
        Service::Apply(options) => apply::run(options),
        Service::Restore(camera) => {
            simple::run(camera, "restore", "put back as it was found, until isptune resume")
        }
        Service::Use(options) => choose_look::run(options),
        Service::Lock(options) => lock::run(options),
    }
}
