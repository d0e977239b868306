//! What systemd is told: ready, reloading, stopping, alive.

use std::time::Duration;

use sd_notify::NotifyState;

/// Tells systemd, where it listens.
pub(super) fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!("systemd cannot be told: {error}");
    }
}

/// How often systemd wants to hear that the service is alive: a third of its patience; `None`
/// where it does not ask.
pub(super) fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|patience| patience / 3)
}
