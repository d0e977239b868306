//! Looks for supervisors: from the store under the state.

use std::path::Path;
use std::sync::Arc;

use crate::keeping::{LookWish, TastePolicy};
use crate::look::{LookContent, LookError, LookKind, LookName, LookStore};
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
        let kind = look.summary().kind;
        Ok(match look.into_content() {
            LookContent::Goal(goal) if kind == LookKind::Style => LookWish::Style(Arc::new(goal)),
            LookContent::Goal(goal) => LookWish::Finish(Arc::new(goal)),
            LookContent::Policy(policy) => {
                let actor = Arc::clone(policy.actor());
                LookWish::Taste(TastePolicy::new(policy.card().sha256, actor))
            }
        })
    })
}
