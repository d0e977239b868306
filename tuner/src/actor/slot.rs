//! The place of the policy in use, where another can take it over while the process runs.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Actor, ActorError};

/// Holds the policy in use. A new one takes its place only when it loaded and passed its test.
#[derive(Debug)]
pub struct ActorSlot {
    current: RwLock<Arc<Actor>>,
}

impl ActorSlot {
    /// A slot with its first policy.
    #[must_use]
    pub fn new(actor: Arc<Actor>) -> Self {
        Self { current: RwLock::new(actor) }
    }

    /// The policy in use. Who holds it keeps it, whatever is loaded meanwhile.
    #[must_use]
    pub fn current(&self) -> Arc<Actor> {
        // A poisoned lock still holds a whole policy: the pointer is replaced in one piece.
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Loads another policy and puts it into use.
    ///
    /// # Errors
    /// As [`Actor::load`]; the old policy then stays in use.
    pub fn replace(&self, path: &Path) -> Result<(), ActorError> {
        let actor = Arc::new(Actor::load(path)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = actor;
        Ok(())
    }
}
