//! `isptune plan`.

use anyhow::{Result, bail};

use super::{OneCamera, lines};
use crate::exit::Exit;
use crate::supervisor::Answer;
use crate::{json, standard_output};

/// Runs the verb.
pub(super) fn run(camera: &OneCamera) -> Result<Exit> {
    let (client, path) = camera.reach()?;
    let answer: Answer = client.post(&format!("{path}/plan"))?;
    if camera.connection.json {
        json::print(&answer)?;
        return Ok(Exit::Done);
    }
    let Answer::Planned { params, native, now, predicted } = &answer else {
        bail!("the daemon's answer is not understood, is it of another version?");
    };
    standard_output::print(|out| {
        writeln!(out, "now        {}", lines::score(now))?;
        writeln!(out, "predicted  {}", lines::score(predicted))?;
        for (name, value) in params {
            writeln!(out, "  {name:11} {value:+.3}")?;
        }
        let native: Vec<String> =
            native.iter().map(|(key, value)| format!("{key} = {value:.4}")).collect();
        writeln!(out, "that is {}; nothing was written", native.join(", "))
    })?;
    Ok(Exit::Done)
}
