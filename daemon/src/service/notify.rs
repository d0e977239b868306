//! What systemd is told: ready, reloading, stopping, alive.

use std::time::Duration;

use sd_notify::NotifyState;

/// Tells systemd, where it listens.
pub(super) fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!("systemd cannot be told: {error}");
    }
}

/// How long systemd waits for a sign of life; `None` where it does not ask for any.
pub(super) fn watchdog_patience() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}
