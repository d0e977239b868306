//! The log: to the journal where systemd connects us to it, else to standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Sets the log up. `ISPTUNE_LOG` chooses what is logged ("debug", "warn,daemon::api=debug").
pub(super) fn start() {
    let filter = EnvFilter::try_from_env("ISPTUNE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let journal = is_journal()
        .then(|| tracing_journald::layer().ok())
        .flatten()
        .map(|layer| layer.with_field_prefix(Some("ISPTUNE".to_owned())));
    let to_terminal = journal.is_none().then(|| {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
    });
    // It is set once, at the start of the process.
    let _ = tracing_subscriber::registry().with(filter).with(journal).with(to_terminal).try_init();
}

/// Whether standard error is the stream that systemd has connected to the journal: the variable is
/// inherited by programs whose output goes elsewhere (systemd.exec(5), `$JOURNAL_STREAM`).
fn is_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    rustix::fs::fstat(std::io::stderr())
        .is_ok_and(|found| stream == format!("{}:{}", found.st_dev, found.st_ino))
}
