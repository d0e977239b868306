//! The service `isptuned`: one supervisor for each camera of the configuration, an API, and the
//! signals of systemd.

mod crew;
mod doors;
mod instance_lock;
mod log;
mod look_source;
mod notify;
mod policy_slot;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

pub use run::ServiceError;

/// Keeps cameras on their looks.
///
/// Without a configuration it runs and waits for one: put cameras into /etc/isptune/isptuned.toml
/// and reload it (systemctl reload isptuned, or SIGHUP).
#[derive(Debug, Clone, Parser)]
#[command(name = "isptuned", version)]
pub struct Options {
    /// Main configuration in place of /etc/isptune/isptuned.toml; drop-ins lie beside it in
    /// FILE.d
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder in which everything lies that otherwise lies under /etc, /usr/lib, /var/lib and /run
    #[arg(long, value_name = "FOLDER", default_value = "/")]
    pub root: PathBuf,
}

/// Runs the service of this process to its end.
#[must_use]
pub fn run() -> ExitCode {
    let options = Options::parse();
    log::start();
    match run::run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", crate::exit::in_one_line(&error.into()));
            ExitCode::FAILURE
        }
    }
}
