//! The policy in use: another file replaces it only when it has proven to be sound.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tuner::actor::Actor;

use crate::shipped_actor;

/// Where supervisors take the policy from.
pub(super) type PolicySlot = Arc<Mutex<Option<Arc<Actor>>>>;

/// Loads the policy of this file, or the shipped one; a bad file leaves what was there, or the
/// shipped one where nothing was.
pub(super) fn load(slot: &PolicySlot, file: Option<&Path>) {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    match shipped_actor::actor(file) {
        Ok(actor) => *slot = Some(actor),
        Err(error) => {
            tracing::error!("{error}; the policy that was in use stays in use");
            if slot.is_none() {
                *slot = shipped_actor::actor(None)
                    .inspect_err(|error| tracing::error!("{error}"))
                    .ok();
            }
        }
    }
}
