//! What all supervisors share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tuner::actor::Actor;

use crate::keeping::LookWish;

/// Gives what a look asks for by its name, or says in plain words why not.
pub type LookSource = Arc<dyn Fn(&str) -> Result<LookWish, LookTrouble> + Send + Sync>;

/// Why there is nothing of a look, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookTrouble {
    /// There is no such look.
    #[error("{0}")]
    Missing(String),
    /// It is there, and cannot be used.
    #[error("{0}")]
    Unusable(String),
}

/// What all supervisors share.
#[derive(Clone)]
pub struct Workshop {
    /// Where looks come from.
    pub looks: LookSource,
    /// The policy, for the strategies that need one; replaced when another is loaded.
    pub actor: Arc<Mutex<Option<Arc<Actor>>>>,
    /// The folder of the state.
    pub state: PathBuf,
}
