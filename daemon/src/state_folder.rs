//! Where the looks are kept.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::look::LookStore;

/// The option that names another state folder.
#[derive(Debug, Args)]
pub struct StateFolder {
    /// Folder that holds the looks, in place of $STATE_DIRECTORY, $XDG_STATE_HOME/isptune,
    /// /var/lib/isptune (root) or ~/.local/state/isptune
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

impl StateFolder {
    /// The looks in it.
    ///
    /// # Errors
    /// When none is named and none is known.
    pub fn looks(&self) -> Result<LookStore> {
        let state = self.state.clone().or_else(usual);
        let state = state.context(
            "there is no folder to keep looks in; give --state DIR, or set HOME or STATE_DIRECTORY",
        )?;
        Ok(LookStore::open(&state))
    }
}

#[cfg(target_os = "linux")]
fn usual() -> Option<PathBuf> {
    isp_hw::state_directory("/".as_ref())
}

#[cfg(not(target_os = "linux"))]
const fn usual() -> Option<PathBuf> {
    None
}
