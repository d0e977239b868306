//! The policies that come with the program, and others in their place.

use std::path::Path;
use std::sync::Arc;

use tuner::actor::{Actor, ActorError, ModelFlaw, Representation};

/// `models/actor.onnx`; its card is `models/README.md`.
const SHIPPED: &[u8] = include_bytes!("../../models/actor.onnx");
/// What stands for its file in messages.
const SHIPPED_NAME: &str = "the policy that comes with isptune";
/// `models/taste.onnx`, with its card beside the other's.
const SHIPPED_TASTE: &[u8] = include_bytes!("../../models/taste.onnx");
/// What stands for its file in messages.
const SHIPPED_TASTE_NAME: &str = "the taste that comes with isptune";

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

/// The policy of taste of this file; the shipped one without a file.
///
/// # Errors
/// As [`actor`]; a policy of another kind is refused.
pub fn taste(path: Option<&Path>) -> Result<Actor, ActorError> {
    match path {
        Some(path) => Actor::load_kind(path, Representation::Taste),
        None => Actor::of_kind(Representation::Taste, SHIPPED_TASTE_NAME, SHIPPED_TASTE),
    }
}

/// The policy of this file, one that goes to a goal, one of style or one on the paper's state:
/// [`Actor::kind`] says which.
///
/// # Errors
/// As [`actor`]; a policy of taste is refused.
pub fn given(path: &Path) -> Result<Arc<Actor>, ActorError> {
    let kinds = [Representation::Residual, Representation::Style, Representation::Paper];
    Actor::load_one_of(path, &kinds).map(Arc::new)
}

/// That a policy is not of the kind that is needed, with what it is good for.
#[must_use]
pub fn of_another_kind(actor: &Actor, expected: Representation) -> ActorError {
    let flaw = ModelFlaw::OtherKind { found: actor.kind(), expected };
    ActorError::Refused { name: actor.name().to_owned(), flaw }
}

/// SHA-256 of the policy of this file, or of the shipped one, in hexadecimal digits, as the file's own
/// seal says it (`docs/model-file.md`); `None` where the file cannot be read.
#[must_use]
pub fn digest(path: Option<&Path>) -> Option<String> {
    let read = path.map(std::fs::read).transpose().ok()?;
    let bytes = read.as_deref().unwrap_or(SHIPPED);
    let digits = bytes.last_chunk::<64>()?;
    str::from_utf8(digits).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_taste_loads_and_says_where_it_comes_from() {
        let actor = taste(None).unwrap();
        assert_eq!(actor.kind(), Representation::Taste);
        assert!(actor.provenance().command.contains("train-host taste"));
        assert!(actor.provenance().figures.contains("ΔE00"));
    }

    #[test]
    fn the_shipped_policy_loads_and_says_where_it_comes_from() {
        let actor = actor(None).unwrap();
        assert!(actor.provenance().command.contains("train-host train"));
        assert!(actor.provenance().figures.contains("dB"));
        let digest = digest(None).unwrap();
        assert!(digest.bytes().all(|digit| digit.is_ascii_hexdigit()), "{digest}");
    }
}
