//! The known name that someone may have meant.

use std::fmt;

/// The known name nearest to `name`, if any is near enough to be a slip of the pen: at most one
/// edit (insertion, deletion, replacement, swap) for every three characters, at least one.
#[must_use]
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let characters = name.chars().count();
    // Nothing that is ten times as long as a key was meant to be one.
    if characters > 200 {
        return None;
    }
    let allowed = (characters / 3).max(1);
    known
        .iter()
        .map(|&candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// End of a message about an unknown name: the one that was meant, or else all that are known.
#[derive(Debug, Clone)]
pub struct Suggestion<'k> {
    meant: Option<&'k str>,
    known: Vec<&'k str>,
}

impl<'k> Suggestion<'k> {
    /// What to say about `name`, which is not in `known`.
    #[must_use]
    pub fn among(name: &str, known: &[&'k str]) -> Self {
        Self { meant: nearest(name, known), known: known.to_vec() }
    }
}

impl fmt::Display for Suggestion<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.meant {
            Some(meant) => write!(formatter, ", did you mean {meant:?}?"),
            None if self.known.is_empty() => Ok(()),
            None => write!(formatter, "; known: {}", self.known.join(", ")),
        }
    }
}
