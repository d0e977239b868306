//! Tags of a look: what it is for.

use std::collections::BTreeMap;

use serde::Serialize;

use super::LookError;
use super::name::is_allowed;

/// Free `key=value` pairs by which looks are told apart and chosen. Two keys have a meaning:
/// [`Self::ILLUMINANT`] and [`Self::SCENE`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Key of the light that the look is for, say `D50` or `2700K`.
    pub const ILLUMINANT: &str = "illuminant";
    /// Key of the scene that the look is for, say `lobby`.
    pub const SCENE: &str = "scene";
    /// Tags of a look at most.
    pub const MOST: usize = 64;
    /// Longest key in bytes.
    pub const LONGEST_KEY: usize = 64;
    /// Longest value in bytes.
    pub const LONGEST_VALUE: usize = 256;

    /// Adds a tag.
    ///
    /// # Errors
    /// [`LookError::Tag`] for a key that is not of 1 to 64 letters, digits, `-`, `_` and `.`, or is
    /// there already; for a value that is empty, longer than 256 bytes or has a control character;
    /// and for a 65th tag.
    pub fn insert(&mut self, key: &str, value: &str) -> Result<(), LookError> {
        let problem = if key.is_empty() || key.len() > Self::LONGEST_KEY {
            format!("its key has not 1 to {} characters", Self::LONGEST_KEY)
        } else if !key.bytes().all(is_allowed) {
            "its key has other characters than letters (a-z), digits, '-', '_' and '.'".to_owned()
        } else if value.is_empty() || value.len() > Self::LONGEST_VALUE {
            format!("its value has not 1 to {} bytes", Self::LONGEST_VALUE)
        } else if value.contains(char::is_control) {
            "its value has a control character".to_owned()
        } else if self.0.contains_key(key) {
            "its key stands there twice".to_owned()
        } else if self.0.len() >= Self::MOST {
            format!("a look has at most {} tags", Self::MOST)
        } else {
            self.0.insert(key.to_owned(), value.to_owned());
            return Ok(());
        };
        let tag = format!("{key}={value}").chars().take(100).collect();
        Err(LookError::Tag { tag, problem })
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// All of them, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_tags_are_refused_with_the_reason() {
        let mut tags = Tags::default();
        tags.insert(Tags::ILLUMINANT, "D50 (5003 K)").unwrap();
        for (key, value, part) in [
            ("", "x", "its key has not 1"),
            ("a b", "x", "other characters"),
            ("scene", "", "its value has not 1"),
            ("scene", "a\nb", "control character"),
            ("illuminant", "A", "twice"),
        ] {
            let message = tags.insert(key, value).unwrap_err().to_string();
            assert!(message.contains(part) && !message.contains('\n'), "{message}");
        }
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("illuminant", "D50 (5003 K)")]);
        for number in 1..Tags::MOST {
            tags.insert(&format!("key{number}"), "x").unwrap();
        }
        assert!(tags.insert("last", "x").unwrap_err().to_string().contains("at most 64"));
    }
}
