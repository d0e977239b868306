//! Looks for supervisors: from the store under the state.

use std::path::Path;
use std::sync::Arc;

use crate::look::{LookError, LookName, LookStore};
use crate::supervisor::{LookSource, LookTrouble};

/// The looks of the store in this state.
pub(super) fn of(state: &Path) -> LookSource {
    let store = LookStore::open(state);
    Arc::new(move |name| {
        let look = name.parse::<LookName>().and_then(|name| store.load(&name));
        look.map(|look| Arc::new(look.into_goal())).map_err(|error| match error {
            LookError::Missing { .. } => LookTrouble::Missing(error.to_string()),
            _ => LookTrouble::Unusable(error.to_string()),
        })
    })
}
