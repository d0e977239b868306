//! The policy in use: another file replaces it only when it has proven to be sound.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tuner::actor::Actor;

use crate::shipped_actor;

/// Where supervisors take the policy from.
pub(super) type PolicySlot = Arc<Mutex<Option<Arc<Actor>>>>;

/// Loads the policy of this file, or the shipped one; a bad file leaves what was there, or the
/// shipped one where nothing was. Returns the digest of what was loaded, if anything was.
pub(super) fn load(slot: &PolicySlot, file: Option<&Path>) -> Option<String> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    let loaded = shipped_actor::actor(file).inspect_err(|error| {
        tracing::error!("{error}; the policy that was in use stays in use");
    });
    let (actor, file) = match loaded {
        Ok(actor) => (actor, file),
        Err(_) if slot.is_some() => return None,
        Err(_) => {
            let shipped = shipped_actor::actor(None);
            (shipped.inspect_err(|error| tracing::error!("{error}")).ok()?, None)
        }
    };
    *slot = Some(actor);
    shipped_actor::digest(file)
}
