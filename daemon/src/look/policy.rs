//! The policy inside a look of the kind taste.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tuner::actor::{Actor, ActorError, Representation};

/// What is known of a policy without loading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelCard {
    /// The SHA-256 that ends its file, in hexadecimal digits (`docs/model-file.md`).
    pub sha256: String,
    /// Length of its file in bytes.
    pub bytes: u64,
    /// The command that trained it.
    pub command: String,
    /// What was measured with it.
    pub figures: String,
}

/// A policy of taste with the bytes of its file. Two are the same when these are.
#[derive(Debug, Clone)]
pub struct StoredPolicy {
    file: Vec<u8>,
    actor: Arc<Actor>,
}

impl StoredPolicy {
    /// Loads a policy from the bytes of its file, which messages call `label`.
    ///
    /// # Errors
    /// [`ActorError`] when it is no sound policy of taste.
    pub fn of_file(label: &str, file: Vec<u8>) -> Result<Self, ActorError> {
        let actor = Arc::new(Actor::of_kind(Representation::Taste, label, &file)?);
        Ok(Self { file, actor })
    }

    /// The bytes of its file.
    #[must_use]
    pub fn file(&self) -> &[u8] {
        &self.file
    }

    /// The policy.
    #[must_use]
    pub const fn actor(&self) -> &Arc<Actor> {
        &self.actor
    }

    /// What is known of it.
    #[must_use]
    pub fn card(&self) -> ModelCard {
        let provenance = self.actor.provenance();
        ModelCard {
            sha256: seal_of(&self.file).unwrap_or_default().to_owned(),
            bytes: self.file.len() as u64,
            command: provenance.command.clone(),
            figures: provenance.figures.clone(),
        }
    }
}

impl PartialEq for StoredPolicy {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

/// The digest that ends a model file.
pub(super) fn seal_of(file: &[u8]) -> Option<&str> {
    str::from_utf8(file.last_chunk::<64>()?).ok()
}
