//! The kinds of observation that a policy can be trained on.

use super::{
    OBSERVATION_LENGTH, OBSERVATION_VERSION, STYLE_LENGTH, STYLE_VERSION, TASTE_LENGTH,
    TASTE_VERSION,
};

/// What a policy sees, and so what it is for. A model file names it; a file of another kind than the
/// one asked for is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Representation {
    /// The picture, the goal and how far they are apart ([`super::ActorEye`]): a policy that goes
    /// to a goal, step by step.
    Residual,
    /// The picture alone ([`super::TasteEye`]): a policy that knows without a goal what the picture
    /// should look like.
    Taste,
    /// How the tones and colours of the picture and of a goal that shows something else are
    /// distributed ([`super::StyleEye`]): a policy that goes to a style, step by step.
    Style,
}

impl Representation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Residual, Self::Taste, Self::Style];

    /// Its name in a model file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Residual => "residual",
            Self::Taste => "taste",
            Self::Style => "style",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.name() == name)
    }

    /// Version of the meaning of its values.
    #[must_use]
    pub const fn version(self) -> u32 {
        match self {
            Self::Residual => OBSERVATION_VERSION,
            Self::Taste => TASTE_VERSION,
            Self::Style => STYLE_VERSION,
        }
    }

    /// Values of one observation.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Residual => OBSERVATION_LENGTH,
            Self::Taste => TASTE_LENGTH,
            Self::Style => STYLE_LENGTH,
        }
    }
}
