//! The policy that comes with the program, and others in its place.

use std::path::Path;
use std::sync::Arc;

use tuner::actor::{Actor, ActorError};

/// `models/actor.onnx`; its card is `models/README.md`.
const SHIPPED: &[u8] = include_bytes!("../../models/actor.onnx");
/// What stands for its file in messages.
const SHIPPED_NAME: &str = "the policy that comes with isptune";

/// The policy of this file; the shipped one without a file.
///
/// # Errors
/// [`ActorError`] when the file cannot be read or is no sound model.
pub fn actor(path: Option<&Path>) -> Result<Arc<Actor>, ActorError> {
    let actor = match path {
        Some(path) => Actor::load(path),
        None => Actor::from_bytes(SHIPPED_NAME, SHIPPED),
    };
    actor.map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policy_loads_and_says_where_it_comes_from() {
        let actor = actor(None).unwrap();
        assert!(actor.provenance().command.contains("train-host train"));
        assert!(actor.provenance().figures.contains("dB"));
    }
}
