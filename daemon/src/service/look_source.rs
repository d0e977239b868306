//! Looks for supervisors: from the store under the state.

use std::path::Path;
use std::sync::Arc;

use tuner::Frame;

use crate::supervisor::LookSource;

/// The looks of the store in this state.
pub(super) fn of(state: &Path) -> LookSource {
    let folder = state.join("looks");
    Arc::new(move |name| {
        let frame = Frame::load(folder.join(name).with_extension("png"));
        frame.map(Arc::new).map_err(|error| error.to_string())
    })
}
