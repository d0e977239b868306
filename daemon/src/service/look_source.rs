//! Looks for supervisors: from the store under the state.

use std::path::Path;
use std::sync::Arc;

use crate::look::{LookError, LookKind, LookName, LookStore};
use crate::supervisor::{LookSource, LookTrouble};

/// The looks of the store in this state.
pub(super) fn of(state: &Path) -> LookSource {
    let store = LookStore::open(state);
    Arc::new(move |name| {
        let look = name.parse::<LookName>().and_then(|name| store.load(&name));
        let look = look.map_err(|error| match error {
            LookError::Missing { .. } => LookTrouble::Missing(error.to_string()),
            _ => LookTrouble::Unusable(error.to_string()),
        })?;
        if look.summary().kind == LookKind::Style {
            return Err(LookTrouble::Unusable(format!(
                "look {name} is of the kind style, which is for `isptune match`; give the service one \
                 of the kind finish"
            )));
        }
        Ok(Arc::new(look.into_goal()))
    })
}
