//! The policy in use: another file replaces it only when it has proven to be sound.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tuner::actor::Actor;

use crate::shipped_actor;

/// Where supervisors take the policy from.
pub(super) type PolicySlot = Arc<Mutex<Policy>>;

/// What is in the slot.
type Policy = Option<Arc<Actor>>;

/// The slot for one who looks into it or changes it; others wait.
pub(super) fn lock(slot: &PolicySlot) -> MutexGuard<'_, Policy> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Loads the policy of this file, or the shipped one; a bad file leaves what was there, or the
/// shipped one where nothing was. Returns the digest of what was loaded, if anything was.
pub(super) fn load(policy: &mut Policy, file: Option<&Path>) -> Option<String> {
    let loaded = shipped_actor::actor(file).inspect_err(|error| {
        tracing::error!("{error}; the policy that was in use stays in use");
    });
    let (actor, file) = match loaded {
        Ok(actor) => (actor, file),
        Err(_) if policy.is_some() => return None,
        Err(_) => {
            let shipped = shipped_actor::actor(None);
            (shipped.inspect_err(|error| tracing::error!("{error}")).ok()?, None)
        }
    };
    *policy = Some(actor);
    shipped_actor::digest(file)
}
