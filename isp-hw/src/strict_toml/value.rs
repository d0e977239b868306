//! One value of a TOML file, read as the type that is documented for it.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::{Source, StrictError, Suggestion, Table, quoted};

/// A value with the key it belongs to.
#[derive(Debug, Clone)]
pub struct Value<'d> {
    source: Source<'d>,
    key: &'d str,
    key_start: usize,
    value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Value<'d> {
    pub(super) fn of_key(
        source: Source<'d>,
        key: &'d Spanned<DeString<'d>>,
        value: &'d Spanned<DeValue<'d>>,
    ) -> Self {
        Self { source, key: key.get_ref(), key_start: key.span().start, value }
    }

    /// The key, without the names of the tables around it.
    #[must_use]
    pub const fn key(&self) -> &'d str {
        self.key
    }

    pub(super) fn start(&self) -> usize {
        self.key_start
    }

    /// An error about this value, at the value.
    #[must_use]
    pub fn error(&self, what: impl Into<String>) -> StrictError {
        self.source.error(self.value.span().start, what)
    }

    /// An error about the key of this value, at the key.
    #[must_use]
    pub fn key_error(&self, what: impl Into<String>) -> StrictError {
        self.source.error(self.key_start, what)
    }

    /// A string.
    ///
    /// # Errors
    /// [`StrictError`] when it is none.
    pub fn string(&self) -> Result<&'d str, StrictError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.not("a string")),
        }
    }

    /// A string with at least one character and no NUL, which neither a path nor an argument of a
    /// program can hold.
    ///
    /// # Errors
    /// [`StrictError`] when it is none.
    pub fn text(&self) -> Result<&'d str, StrictError> {
        let text = self.string()?;
        if text.is_empty() {
            return Err(self.error(format!("{} must not be empty", quoted(self.key))));
        }
        if text.contains('\0') {
            return Err(self.error(format!("{} must not contain NUL", quoted(self.key))));
        }
        Ok(text)
    }

    /// A finite number, written with or without a decimal point.
    ///
    /// # Errors
    /// [`StrictError`] when it is none.
    pub fn number(&self) -> Result<f64, StrictError> {
        let number = match self.value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(|integer| integer as f64),
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            _ => return Err(self.not("a number")),
        };
        let finite = number.filter(|number| number.is_finite());
        finite.ok_or_else(|| self.error(format!("{} must be a finite number", quoted(self.key))))
    }

    /// An integer of an allowed range.
    ///
    /// # Errors
    /// [`StrictError`] when it is no integer, or outside.
    pub fn integer(&self, allowed: RangeInclusive<i64>) -> Result<i64, StrictError> {
        let DeValue::Integer(integer) = self.value.get_ref() else {
            return Err(self.not("an integer"));
        };
        i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .filter(|integer| allowed.contains(integer))
            .ok_or_else(|| {
                let (low, high) = allowed.into_inner();
                self.error(format!(
                    "{} = {integer} is outside {low} to {high}",
                    quoted(self.key),
                    integer = integer.as_str()
                ))
            })
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`StrictError`] when it is neither.
    pub fn boolean(&self) -> Result<bool, StrictError> {
        match self.value.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.not("true or false")),
        }
    }

    /// One of a few names, each standing for something.
    ///
    /// # Errors
    /// [`StrictError`] when it is no string, or no such name; with the nearest one.
    pub fn choice<T: Clone>(&self, choices: &[(&str, T)]) -> Result<T, StrictError> {
        let name = self.string()?;
        match choices.iter().find(|(choice, _)| *choice == name) {
            Some((_, meaning)) => Ok(meaning.clone()),
            None => {
                let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
                Err(self.unknown(name, &names))
            }
        }
    }

    /// An error about the string `name` that this value holds and that is not in `known`.
    #[must_use]
    pub fn unknown(&self, name: &str, known: &[&str]) -> StrictError {
        let suggestion = Suggestion::among(name, known);
        self.error(format!("unknown {} {}{suggestion}", self.key, quoted(name)))
    }

    /// The items of an array; each goes under the key of the array.
    ///
    /// # Errors
    /// [`StrictError`] when it is no array.
    pub fn items(&self) -> Result<Vec<Value<'d>>, StrictError> {
        let DeValue::Array(array) = self.value.get_ref() else { return Err(self.not("an array")) };
        Ok(array
            .iter()
            .map(|value| Self { key_start: value.span().start, value, ..*self })
            .collect())
    }

    /// An array of two finite numbers.
    ///
    /// # Errors
    /// [`StrictError`] when it is anything else.
    pub fn pair(&self) -> Result<[f64; 2], StrictError> {
        let not_two = || self.not("an array of two numbers");
        let DeValue::Array(_) = self.value.get_ref() else { return Err(not_two()) };
        match self.items()?.as_slice() {
            [first, second] => Ok([first.number()?, second.number()?]),
            _ => Err(not_two()),
        }
    }

    /// A table: `[key]`, or `{ … }` in one line.
    ///
    /// # Errors
    /// [`StrictError`] when it is none.
    pub fn table(&self) -> Result<Table<'d>, StrictError> {
        let DeValue::Table(entries) = self.value.get_ref() else { return Err(self.not("a table")) };
        let start = self.value.span().start;
        Ok(Table { source: self.source, name: self.key.to_owned(), entries, start })
    }

    fn not(&self, wanted: &str) -> StrictError {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a number with a decimal point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.error(format!("{} must be {wanted}, not {found}", quoted(self.key)))
    }
}
