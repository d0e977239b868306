//! A text with placeholders.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::{Expression, ExpressionError};
use crate::strict_toml::nearest;

/// A text that was read once and is filled in for every query.
#[derive(Debug, Clone, PartialEq)]
pub struct Text(Vec<Piece>);

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Literal(String),
    Path(PathName),
    Value(Expression),
}

/// A path that differs from query to query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathName {
    /// The input picture.
    Input,
    /// Where the program puts its picture.
    Output,
    /// A file with one JSON object: the native value of every key.
    Params,
    /// The template file, filled in.
    Template,
}

/// What a [`Text`] is filled with.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Native values by key.
    pub native: BTreeMap<String, f64>,
    /// Path of the input picture.
    pub input: String,
    /// Path of the picture to be written.
    pub output: String,
    /// Path of the file with the native values.
    pub params: String,
    /// Path of the filled template.
    pub template: String,
}

/// A placeholder that cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct TextError {
    /// Byte of the text where it begins.
    pub at: usize,
    /// What is wrong with it.
    pub what: String,
}

impl PathName {
    const ALL: [(&'static str, Self); 4] = [
        ("input", Self::Input),
        ("output", Self::Output),
        ("params", Self::Params),
        ("template", Self::Template),
    ];

    /// The path of this name as it is written between braces.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(each, _)| *each == name).map(|(_, path)| path)
    }
}

impl Text {
    /// Reads a text; `keys` are those of the pipeline's parameters.
    ///
    /// # Errors
    /// [`TextError`] at the first placeholder that is not closed, malformed, or names no parameter,
    /// and at a `}` without `{`.
    pub fn parse(text: &str, keys: &[&str]) -> Result<Self, TextError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(['{', '}']) {
            let (before, from_brace) = rest.split_at(start);
            let at = text.len() - from_brace.len();
            literal.push_str(before);
            if let Some(after) = from_brace.strip_prefix("{{") {
                literal.push('{');
                rest = after;
            } else if let Some(after) = from_brace.strip_prefix("}}") {
                literal.push('}');
                rest = after;
            } else if let Some(after) = from_brace.strip_prefix('{') {
                let closed = after.split_once('}').filter(|(inside, _)| !inside.contains('\n'));
                let Some((inside, after)) = closed else {
                    let what = "this { is not closed in its line; write {{ for a brace".to_owned();
                    return Err(TextError { at, what });
                };
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(placeholder(inside, keys).map_err(|what| TextError { at, what })?);
                rest = after;
            } else {
                let what = "this } closes nothing; write }} for a brace".to_owned();
                return Err(TextError { at, what });
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self(pieces))
    }

    /// Whether a path stands in it.
    #[must_use]
    pub fn uses(&self, name: PathName) -> bool {
        self.0.contains(&Piece::Path(name))
    }

    /// Keys of the parameters that stand in it, repetitions included.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let values = self.0.iter().filter_map(|piece| match piece {
            Piece::Value(expression) => Some(expression),
            Piece::Literal(_) | Piece::Path(_) => None,
        });
        values.flat_map(Expression::keys)
    }

    /// The text with everything filled in.
    #[must_use]
    pub fn fill(&self, values: &Values) -> String {
        self.0.iter().fold(String::new(), |mut filled, piece| {
            match piece {
                Piece::Literal(text) => filled.push_str(text),
                Piece::Path(PathName::Input) => filled.push_str(&values.input),
                Piece::Path(PathName::Output) => filled.push_str(&values.output),
                Piece::Path(PathName::Params) => filled.push_str(&values.params),
                Piece::Path(PathName::Template) => filled.push_str(&values.template),
                Piece::Value(expression) => {
                    let native = |key: &str| values.native.get(key).copied().unwrap_or(0.0);
                    // Adding 0 turns -0 into 0; writing to a string cannot fail.
                    let _ = write!(filled, "{}", expression.evaluate(native) + 0.0);
                }
            }
            filled
        })
    }
}

impl fmt::Display for Text {
    /// As it is written in a file, braces not doubled.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => formatter.write_str(text),
            Piece::Value(expression) => write!(formatter, "{{{expression}}}"),
            Piece::Path(path) => {
                let name = PathName::ALL.into_iter().find(|(_, each)| each == path);
                write!(formatter, "{{{}}}", name.map_or("", |(name, _)| name))
            }
        })
    }
}

fn placeholder(inside: &str, keys: &[&str]) -> Result<Piece, String> {
    let (inside, always_value) = match inside.trim().strip_prefix("value:") {
        Some(expression) => (expression, true),
        None => (inside.trim(), false),
    };
    if let Some(path) = PathName::from_name(inside)
        && !always_value
    {
        return Ok(Piece::Path(path));
    }
    let expression = Expression::parse(inside).map_err(|error: ExpressionError| {
        format!("{{{}}} is no placeholder: {error}; write {{{{ for a brace", shown(inside))
    })?;
    let Some(key) = expression.keys().find(|key| !keys.contains(key)) else {
        return Ok(Piece::Value(expression));
    };
    let mut known = keys.to_vec();
    if !always_value {
        known.extend(PathName::ALL.map(|(name, _)| name));
    }
    let hint = match nearest(key, &known) {
        Some(meant) => format!("did you mean {{{meant}}}?"),
        None => "write {{ for a brace".to_owned(),
    };
    Err(format!("unknown placeholder {{{}}}, {hint}", shown(key)))
}

/// The start of a placeholder, for a message.
fn shown(inside: &str) -> String {
    inside.chars().take(60).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEYS: [&str; 3] = ["ev", "tex", "input"];

    fn values() -> Values {
        let native = [("ev", 0.3), ("tex", -2.0), ("input", 7.0)];
        Values {
            native: native.map(|(key, value)| (key.to_owned(), value)).into(),
            input: "/in {ev}.png".to_owned(),
            output: "/out".to_owned(),
            params: "/p".to_owned(),
            template: "/t".to_owned(),
        }
    }

    #[test]
    fn fills_paths_values_and_braces() {
        let text =
            "{{{input}}} {output}|{params}|{template} x={ev*10|round} {tex|max0} {value:input}";
        let filled = Text::parse(text, &KEYS).unwrap().fill(&values());
        assert_eq!(filled, "{/in {ev}.png} /out|/p|/t x=3 0 7");
    }

    #[test]
    fn never_writes_an_exponent_or_a_negative_zero() {
        let filled = |text: &str| Text::parse(text, &KEYS).unwrap().fill(&values());
        assert_eq!(filled("{tex*0}"), "0");
        assert_eq!(filled("{tex*0.00000000001}"), "-0.00000000002");
        assert_eq!(filled("{tex*1000000000000*1000000000000}"), "-2000000000000000000000000");
    }

    #[test]
    fn unknown_placeholder_names_the_nearest() {
        let error = |text: &str| Text::parse(text, &KEYS).unwrap_err();
        assert_eq!(error("a {evv}").what, "unknown placeholder {evv}, did you mean {ev}?");
        assert_eq!(error("a {evv}").at, 2);
        assert_eq!(error("{outpt}").what, "unknown placeholder {outpt}, did you mean {output}?");
        assert!(error("{ \"a\": 1 }").what.contains("write {{ for a brace"));
        assert!(error("a { b\n}").what.contains("not closed"));
        assert!(error("a } b").what.contains("closes nothing"));
        assert!(error("{ev|sqrt}").what.contains("known: max0, min0, round, exp2"));
        assert_eq!(error("{ev-txe*0.5}").what, "unknown placeholder {txe}, did you mean {tex}?");
    }

    #[test]
    fn tells_what_it_uses() {
        let text = Text::parse("{ev}{output}{ev*2}{value:input}", &KEYS).unwrap();
        assert_eq!(text.keys().collect::<Vec<_>>(), ["ev", "ev", "input"]);
        assert!(text.uses(PathName::Output) && !text.uses(PathName::Input));
    }

    proptest! {
        #[test]
        fn text_without_braces_is_left_alone(text in "[^{}]{0,40}") {
            prop_assert_eq!(Text::parse(&text, &KEYS).unwrap().fill(&values()), text);
        }

        #[test]
        fn doubled_braces_give_any_text(text in "[a-c{}\n]{0,40}") {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(Text::parse(&doubled, &KEYS).unwrap().fill(&values()), text);
        }
    }
}
