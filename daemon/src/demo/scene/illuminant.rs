//! The lights of the box.

use super::illuminant_table::{A, D65, FL11};
use super::spectrum::Emission;

/// A light that the lightbox can be switched to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Illuminant {
    /// Daylight, CIE D65 (6504 K).
    #[default]
    D65,
    /// Incandescent light, CIE A (2856 K).
    A,
    /// Three-band fluorescent shop light TL84, CIE FL11 (4000 K).
    Tl84,
}

impl Illuminant {
    /// All lights.
    pub const ALL: [Self; 3] = [Self::D65, Self::A, Self::Tl84];

    /// Name as people write it on a lightbox: `D65`, `A`, `TL84`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::D65 => "D65",
            Self::A => "A",
            Self::Tl84 => "TL84",
        }
    }

    /// The light of this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|light| light.name().eq_ignore_ascii_case(name))
    }

    /// Relative spectral power, every 5 nm from 380 to 730 nm.
    pub(super) const fn emission(self) -> &'static Emission {
        match self {
            Self::D65 => &D65,
            Self::A => &A,
            Self::Tl84 => &FL11,
        }
    }

    /// How completely the camera balances this light out, 0 (not at all) … 1 (white is neutral).
    ///
    /// D65 is the white of sRGB. The other two follow the degree of adaptation of CIECAM02 (CIE
    /// 159:2004) for an average surround at 20 cd/m² (D = 0.86), a little less for A, as cameras
    /// keep incandescent light warm.
    pub(super) const fn adaptation(self) -> f64 {
        match self {
            Self::D65 => 1.0,
            Self::A => 0.80,
            Self::Tl84 => 0.86,
        }
    }
}
