//! The nine parameters of an image signal processor, in one table.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the nine parameters that isptune sets, in the order in which every vector holds them.
///
/// The set is that of Wu et al., "Goal Conditioned Reinforcement Learning for Photo Finishing
/// Tuning" (NeurIPS 2024), appendix B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// Brightness of the whole picture, a gain on linear light.
    Exposure,
    /// Gain of the red channel relative to the others.
    RedGain,
    /// Gain of the green channel relative to the others.
    GreenGain,
    /// Gain of the blue channel relative to the others.
    BlueGain,
    /// Distance of colours from grey.
    Saturation,
    /// Steepness of the tone curve at mid grey.
    Contrast,
    /// Brightness of the bright tones.
    Highlights,
    /// Brightness of the dark tones.
    Shadows,
    /// Strength of fine detail: −1 smooths, +1 sharpens.
    Texture,
}

impl Parameter {
    /// How many parameters there are.
    pub const COUNT: usize = 9;

    /// All parameters in vector order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Exposure,
        Self::RedGain,
        Self::GreenGain,
        Self::BlueGain,
        Self::Saturation,
        Self::Contrast,
        Self::Highlights,
        Self::Shadows,
        Self::Texture,
    ];

    /// Position in a parameter vector, 0 … 8.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Canonical name, as it stands in files and on the command line (`red_gain`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exposure => "exposure",
            Self::RedGain => "red_gain",
            Self::GreenGain => "green_gain",
            Self::BlueGain => "blue_gain",
            Self::Saturation => "saturation",
            Self::Contrast => "contrast",
            Self::Highlights => "highlights",
            Self::Shadows => "shadows",
            Self::Texture => "texture",
        }
    }

    /// The parameter of this canonical name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name() == name)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_follows_the_order_of_all() {
        for (position, parameter) in Parameter::ALL.into_iter().enumerate() {
            assert_eq!(parameter.index(), position);
            assert_eq!(Parameter::from_name(parameter.name()), Some(parameter));
        }
        assert_eq!(Parameter::from_name("gamma"), None);
    }
}
