//! `isptune retune`, `hold`, `resume` and `restore`: one call without values.

use anyhow::Result;

use super::OneCamera;
use crate::exit::Exit;

/// Makes the call and says what came of it.
pub(super) fn run(camera: &OneCamera, call: &str, done: &str) -> Result<Exit> {
    let (client, path) = camera.reach()?;
    let answer = client.post(&format!("{path}/{call}"))?;
    camera.print(&answer, done)
}
