//! Clock, disk and state.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Finding;
use crate::service_config::Places;

/// Looks and settings of some cameras.
const LEAST_FREE_BYTES: u64 = 64 << 20;
/// The day before which no version of this program was made: 2026-11-01.
const EARLIEST: Duration = Duration::from_secs(1_793_491_200);

pub(super) fn examine(places: &Places) -> Vec<Finding> {
    vec![clock(SystemTime::now()), state(&places.state), disk(&places.state)]
}

pub(super) fn clock(now: SystemTime) -> Finding {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    if since < EARLIEST {
        return Finding::fault(
            "clock",
            "it is set to the past, so that schedules and the history are wrong; set it \
             (timedatectl set-ntp true)",
        );
    }
    Finding::fine("clock", "set")
}

pub(super) fn state(folder: &Path) -> Finding {
    if !folder.exists() {
        return Finding::note(
            "state",
            format!("{} is not there yet; the service makes it when it starts", folder.display()),
        );
    }
    match tempfile::NamedTempFile::new_in(folder) {
        Ok(_) => Finding::fine("state", format!("{} can be written", folder.display())),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Finding::note(
            "state",
            format!(
                "{} cannot be written by this user; run doctor as the service's user to check it \
                 (sudo -u isptune isptune doctor)",
                folder.display()
            ),
        ),
        Err(error) => Finding::fault(
            "state",
            format!("{}: {error}; nothing can be remembered there", folder.display()),
        ),
    }
}

fn disk(folder: &Path) -> Finding {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    match rustix::fs::statvfs(existing) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let text = format!("{} MiB free for {}", free >> 20, folder.display());
            if free < LEAST_FREE_BYTES {
                let least = LEAST_FREE_BYTES >> 20;
                return Finding::fault("disk", format!("{text}; free some: {least} are needed"));
            }
            Finding::fine("disk", text)
        }
        Err(error) => Finding::note("disk", format!("{}: {error}", existing.display())),
    }
}
