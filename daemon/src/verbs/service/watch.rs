//! `isptune watch`.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write as _};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;

use super::{Connection, lines};
use crate::client::{Client, ClientError, Events, in_path};
use crate::exit::Exit;
use crate::supervisor::{CameraStatus, now_ms};

/// A service that stops has closed its socket by then.
const STOPPING: Duration = Duration::from_millis(200);

/// Options of `watch`.
#[derive(Debug, Args)]
pub struct Options {
    /// Only this camera
    camera: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

/// Runs the verb until it is interrupted or the service goes away.
///
/// # Errors
/// When the service does not answer.
pub fn run(options: &Options) -> Result<Exit> {
    let client = options.connection.client()?;
    if let Some(name) = &options.camera {
        // Refused here when there is none of this name.
        let _: CameraStatus = client.get(&format!("/v1/cameras/{}", in_path(name)))?;
    }
    let mut said = BTreeMap::new();
    loop {
        let mut events = events_of(&client)?;
        loop {
            let status = match events.next_status() {
                Ok(Some(status)) => status,
                // The service ends streams after an hour, and when it stops: then nobody answers
                // any more.
                Ok(None) | Err(ClientError::Broken(_)) => break,
                Err(error) => return Err(error.into()),
            };
            let wanted = options.camera.as_ref().is_none_or(|name| *name == status.name);
            if wanted && !print(&status, options.connection.json, &mut said)? {
                return Ok(Exit::Done);
            }
        }
    }
}

/// Asks for the events. A service that stops may still take a connection, which then breaks: who asks
/// once more learns that it has gone.
fn events_of(client: &Client) -> Result<Events<'_>, ClientError> {
    match client.events() {
        Err(ClientError::Broken(_)) => {
            std::thread::sleep(STOPPING);
            client.events()
        }
        other => other,
    }
}

/// Prints what is new; `false` when the reader has gone.
fn print(status: &CameraStatus, json: bool, said: &mut BTreeMap<String, String>) -> Result<bool> {
    let summary = if json { serde_json::to_string(status)? } else { lines::summary(status, 0) };
    if said.insert(status.name.clone(), summary.clone()).as_ref() == Some(&summary) {
        return Ok(true);
    }
    let line = if json { summary } else { format!("{}  {summary}", lines::clock(now_ms())) };
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true).context("standard output"),
    }
}
