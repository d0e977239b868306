//! TOML read strictly: one message with file, line and column for whatever is not as documented.
//!
//! Every configuration file of isptune is read through this module, so that an unknown key, a wrong
//! type or a value out of range is told in the same words everywhere. The reader walks the tables
//! itself: [`Table::only`] refuses unknown keys, [`Table::required`] missing ones, and each reading
//! of a [`Value`] a wrong type. Duplicate keys are refused by the TOML parser.

mod error;
mod nearest;
mod value;

use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

pub use error::StrictError;
pub use nearest::{Suggestion, nearest};
pub use value::Value;

/// A parsed TOML text with the name under which messages cite it.
#[derive(Debug)]
pub struct Document<'t> {
    source: Source<'t>,
    root: Spanned<DeTable<'t>>,
}

/// The text that positions refer to.
#[derive(Debug, Clone, Copy)]
struct Source<'t> {
    text: &'t str,
    label: &'t str,
}

impl Source<'_> {
    fn error(&self, at: usize, what: impl Into<String>) -> StrictError {
        StrictError::at(self.text, self.label, at, what)
    }
}

impl<'t> Document<'t> {
    /// Parses `text`; `label` names it in messages, usually its path as the user wrote it.
    ///
    /// # Errors
    /// [`StrictError`] at the first place that is no TOML, or where a key is repeated.
    pub fn parse(text: &'t str, label: &'t str) -> Result<Self, StrictError> {
        let source = Source { text, label };
        let root = DeTable::parse(text).map_err(|error| {
            let what = error.message().lines().collect::<Vec<_>>().join(", ");
            source.error(error.span().map_or(0, |span| span.start), what)
        })?;
        Ok(Self { source, root })
    }

    /// The table of the whole file.
    #[must_use]
    pub fn root(&self) -> Table<'_> {
        Table { source: self.source, name: String::new(), entries: self.root.get_ref(), start: 0 }
    }
}

/// A table of a [`Document`].
#[derive(Debug, Clone)]
pub struct Table<'d> {
    source: Source<'d>,
    name: String,
    entries: &'d DeTable<'d>,
    start: usize,
}

impl<'d> Table<'d> {
    /// Refuses every key that is not in `known`.
    ///
    /// # Errors
    /// [`StrictError`] at the first unknown key, with the nearest known one.
    pub fn only(&self, known: &[&str]) -> Result<(), StrictError> {
        let mut unknown: Vec<(&str, Range<usize>)> = self
            .entries
            .iter()
            .map(|(key, _)| (key.get_ref().as_ref(), key.span()))
            .filter(|(key, _)| !known.contains(key))
            .collect();
        unknown.sort_by_key(|(_, span)| span.start);
        let Some((key, span)) = unknown.into_iter().next() else { return Ok(()) };
        let suggestion = Suggestion::among(key, known);
        let place = self.place();
        Err(self
            .source
            .error(span.start, format!("unknown key {}{place}{suggestion}", quoted(key))))
    }

    /// The value of `key`, if it is there.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value<'d>> {
        self.values().into_iter().find(|value| value.key() == key)
    }

    /// The value of `key`.
    ///
    /// # Errors
    /// [`StrictError`] at the head of the table when the key is missing.
    pub fn required(&self, key: &str) -> Result<Value<'d>, StrictError> {
        self.get(key).ok_or_else(|| self.error(format!("missing key \"{key}\"{}", self.place())))
    }

    /// All values in the order of the text.
    #[must_use]
    pub fn values(&self) -> Vec<Value<'d>> {
        let mut values: Vec<Value<'d>> = self
            .entries
            .iter()
            .map(|(key, value)| Value::of_key(self.source, key, value))
            .collect();
        values.sort_by_key(Value::start);
        values
    }

    /// An error about the table as a whole, at its head.
    #[must_use]
    pub fn error(&self, what: impl Into<String>) -> StrictError {
        self.source.error(self.start, what)
    }

    /// " in [name]" for messages; empty for the file itself.
    fn place(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) }
    }
}

/// A name from the file in quotes: control characters escaped, cut when it is very long.
fn quoted(name: &str) -> String {
    const LONGEST: usize = 60;
    if name.chars().count() <= LONGEST {
        return format!("{name:?}");
    }
    let start: String = name.chars().take(LONGEST).collect();
    format!("{:?}", start + "…")
}

#[cfg(test)]
mod tests;
