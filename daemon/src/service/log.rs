//! The log: to the journal where systemd connects us to it, else to standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Sets the log up. `ISPTUNE_LOG` chooses what is logged ("debug", "warn,daemon::api=debug").
pub(super) fn start() {
    let filter = EnvFilter::try_from_env("ISPTUNE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let journal = std::env::var_os("JOURNAL_STREAM")
        .and_then(|_| tracing_journald::layer().ok())
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
