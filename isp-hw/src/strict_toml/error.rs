//! A message with its place in a text.

/// What is wrong in a text, and where: `FILE:LINE:COLUMN: what`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{label}:{line}:{column}: {what}")]
pub struct StrictError {
    label: String,
    line: usize,
    column: usize,
    what: String,
}

impl StrictError {
    /// An error at byte `at` of `text` (moved to the nearest character start before it).
    #[must_use]
    pub fn at(text: &str, label: &str, at: usize, what: impl Into<String>) -> Self {
        let before = text.get(..text.floor_char_boundary(at)).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        Self { label: label.to_owned(), line, column, what: what.into() }
    }

    /// Line of the fault, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Column of the fault in characters, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}
