//! A number before and after, in large letters.

/// A score, or a property of the picture, before and after.
pub(super) struct Tile {
    pub label: &'static str,
    pub before: String,
    pub after: String,
    /// How to read it.
    pub better: &'static str,
}
