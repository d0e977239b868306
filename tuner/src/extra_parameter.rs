//! A parameter beside the nine, which only its pipeline knows.

use crate::{Axis, NativeScale, Parameter, ResponseError};

/// A parameter that a pipeline has beside the nine: a vignette, a tint, a temperature. No policy and
/// no simulator knows what it does; a search learns that from queries.
///
/// Its values are canonical as those of the nine are: in [−1, 1], 0 leaving the picture as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraParameter {
    /// Name on the command line and in files: [`Self::is_name`].
    pub name: String,
    /// The pipeline's own name for it.
    pub key: String,
    /// Its native values.
    pub scale: NativeScale,
    /// Unit of the native value, for people (`K`, `%`); may be empty.
    pub unit: String,
}

impl ExtraParameter {
    /// Longest name, in characters.
    pub const LONGEST_NAME: usize = 32;

    /// Whether `name` may be the name of an extra parameter: a lower-case letter and then lower-case
    /// letters, digits and `_`, at most [`Self::LONGEST_NAME`] in all, and none of the nine.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        let follows = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.len() <= Self::LONGEST_NAME
            && name.bytes().all(follows)
            && Parameter::from_name(name).is_none()
    }

    /// The axis of the one with this name among `extras`, those of one pipeline in order.
    #[must_use]
    pub fn axis_of(name: &str, extras: &[Self]) -> Option<Axis> {
        extras.iter().position(|extra| extra.name == name).map(Axis::Extra)
    }

    /// Checks that the entry maps [−1, 1] one to one.
    ///
    /// # Errors
    /// [`ResponseError`] naming the parameter and the values at fault.
    pub fn validate(&self) -> Result<(), ResponseError> {
        self.scale.validate(&self.name)
    }

    /// Native value of a canonical one in [−1, 1].
    #[must_use]
    pub fn to_native(&self, canonical: f64) -> f64 {
        self.scale.to_native(canonical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_identifiers_that_the_nine_do_not_have() {
        for good in ["tint", "vignette_2", "x"] {
            assert!(ExtraParameter::is_name(good), "{good}");
        }
        let long = "a".repeat(33);
        for bad in ["", "Tint", "2d", "_x", "a-b", "fläche", "red_gain", long.as_str()] {
            assert!(!ExtraParameter::is_name(bad), "{bad}");
        }
    }
}
