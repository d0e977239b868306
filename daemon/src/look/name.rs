//! Names of looks, which are names of files as well.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::LookError;

/// The name of a look: 1 to 64 ASCII letters, digits, `-`, `_` and `.`, not starting with a dot, so
/// that it is the same in every file system, URL and shell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct LookName(String);

impl LookName {
    /// Most characters of a name.
    pub const LONGEST: usize = 64;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LookName {
    type Err = LookError;

    fn from_str(name: &str) -> Result<Self, LookError> {
        let problem = if name.is_empty() {
            "it is empty"
        } else if name.len() > Self::LONGEST {
            "it is too long"
        } else if name.starts_with('.') {
            "it starts with a dot"
        } else if !name.bytes().all(is_allowed) {
            "it has a character that none may have"
        } else {
            return Ok(Self(name.to_owned()));
        };
        Err(LookError::Name { name: name.chars().take(2 * Self::LONGEST).collect(), problem })
    }
}

impl fmt::Display for LookName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Whether names of looks and keys of tags may have it.
pub(super) const fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_or_refused_with_the_reason() {
        for name in ["a", "Studio_2.lamp-A", &"x".repeat(64)] {
            assert_eq!(name.parse::<LookName>().unwrap().as_str(), name);
        }
        for (name, part) in [
            ("", "is empty"),
            (&"x".repeat(65), "too long"),
            (".hidden", "starts with a dot"),
            ("..", "starts with a dot"),
            ("a/b", "character"),
            ("a b", "character"),
            ("ä", "character"),
            ("a\n", "\"a\\n\""),
        ] {
            let message = name.parse::<LookName>().unwrap_err().to_string();
            assert!(message.contains(part) && message.contains("1 to 64"), "{name}: {message}");
        }
    }
}
