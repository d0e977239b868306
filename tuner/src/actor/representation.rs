//! The kinds of observation that a policy can be trained on.

use super::{
    OBSERVATION_LENGTH, OBSERVATION_VERSION, PAPER_NUMBERS, PAPER_OBSERVATION_LENGTH, PAPER_SIDE,
    PAPER_VERSION, STYLE_LENGTH, STYLE_VERSION, TASTE_LENGTH, TASTE_VERSION,
};

/// Name of a network's input where it has one, `f32` of shape [1, n].
pub const INPUT_NAME: &str = "observation";
/// Name of the first input of a network on the paper's state: picture and goal, three planes each.
pub const PICTURES_NAME: &str = "pictures";
/// Name of its second input: all other values of the observation.
pub const NUMBERS_NAME: &str = "numbers";

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
    /// Picture and goal at 64×64 pixels, photo statistics and history ([`super::PaperEye`]): a policy
    /// that names parameters after each picture, as the paper has it.
    Paper,
}

impl Representation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Residual, Self::Taste, Self::Style, Self::Paper];

    /// Its name in a model file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Residual => "residual",
            Self::Taste => "taste",
            Self::Style => "style",
            Self::Paper => "paper",
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
            Self::Paper => PAPER_VERSION,
        }
    }

    /// Values of one observation.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Residual => OBSERVATION_LENGTH,
            Self::Taste => TASTE_LENGTH,
            Self::Style => STYLE_LENGTH,
            Self::Paper => PAPER_OBSERVATION_LENGTH,
        }
    }

    /// Names and shapes of the network's inputs. Together they hold the values of one observation,
    /// in their order.
    #[must_use]
    pub const fn inputs(self) -> &'static [(&'static str, &'static [usize])] {
        match self {
            Self::Residual => &[(INPUT_NAME, &[1, OBSERVATION_LENGTH])],
            Self::Taste => &[(INPUT_NAME, &[1, TASTE_LENGTH])],
            Self::Style => &[(INPUT_NAME, &[1, STYLE_LENGTH])],
            Self::Paper => &[
                (PICTURES_NAME, &[1, 6, PAPER_SIDE, PAPER_SIDE]),
                (NUMBERS_NAME, &[1, PAPER_NUMBERS]),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inputs_of_each_kind_hold_one_observation() {
        for kind in Representation::ALL {
            let values = |(_, shape): &(&str, &[usize])| shape.iter().product::<usize>();
            assert_eq!(kind.inputs().iter().map(values).sum::<usize>(), kind.length(), "{kind:?}");
            assert_eq!(Representation::of_name(kind.name()), Some(kind));
        }
    }
}
