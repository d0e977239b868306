//! What follows from the parameters alone, computed once for a picture.

use tuner::Params;

/// Weights of the linear channels in luminance (Rec. ITU-R BT.709-6, section 3).
pub const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// Stops of exposure at canonical ±1.
const EXPOSURE_EV: f64 = 2.0;
/// Stops of a channel's gain at canonical ±1.
const BALANCE_EV: f64 = 0.75;
/// Depth of the contrast curve at canonical ±1. Below 1 it is monotone; 0.7 leaves it a slope of at
/// least 0.3 everywhere, so that no tones are lost.
const CONTRAST_DEPTH: f64 = 0.7;
/// Stops at white of highlights, and at black of shadows, at canonical ±1, on the root of luminance
/// (so one stop of luminance).
const TONE_ROOT_EV: f64 = 0.5;

/// The software ISP's coefficients for one parameter vector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// Gain of each channel: exposure times balance. The balance keeps the luminance of grey.
    pub gains: [f64; 3],
    /// Factor on the distance from grey, 0 … 2; 1 is neutral.
    pub saturation: f64,
    /// Depth of the contrast curve, −0.7 … 0.7; 0 is neutral.
    pub contrast: f64,
    /// Stops on the root of luminance at white, −0.5 … 0.5; 0 is neutral.
    pub highlights: f64,
    /// Stops on the root of luminance at black, −0.5 … 0.5; 0 is neutral.
    pub shadows: f64,
    /// Factor on fine detail, −1 … 1; 0 is neutral.
    pub texture: f64,
}

impl From<&Params> for Coefficients {
    fn from(params: &Params) -> Self {
        let values = params.values();
        let [exposure, red, green, blue, saturation, contrast, highlights, shadows, texture] =
            values;
        let free = [red, green, blue].map(|value| (BALANCE_EV * value).exp2());
        let luminance_of_grey: f64 = free.iter().zip(LUMINANCE).map(|(gain, w)| gain * w).sum();
        let exposure = (EXPOSURE_EV * exposure).exp2();
        // Equal gains cancel exactly, whatever the weights' sum rounds to.
        let balance = if red == green && green == blue {
            [1.0; 3]
        } else {
            free.map(|gain| gain / luminance_of_grey)
        };
        Self {
            gains: balance.map(|gain| exposure * gain),
            saturation: 1.0 + saturation,
            contrast: CONTRAST_DEPTH * contrast,
            highlights: TONE_ROOT_EV * highlights,
            shadows: TONE_ROOT_EV * shadows,
            texture,
        }
    }
}

#[cfg(test)]
mod tests {
    use tuner::Parameter;

    use super::*;

    #[test]
    fn balance_keeps_the_luminance_of_grey() {
        for (red, green, blue) in [(1.0, -1.0, 0.3), (-0.7, 0.2, 1.0), (0.4, 0.4, 0.4)] {
            let params = Params::clamped([0.0, red, green, blue, 0.0, 0.0, 0.0, 0.0, 0.0]);
            let gains = Coefficients::from(&params).gains;
            let luminance: f64 = gains.iter().zip(LUMINANCE).map(|(g, w)| g * w).sum();
            assert!((luminance - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn neutral_is_exact() {
        let neutral = Coefficients::from(&Params::NEUTRAL);
        assert_eq!(neutral.gains, [1.0; 3]);
        assert_eq!(neutral.saturation, 1.0);
        let brighter = Coefficients::from(&Params::NEUTRAL.with(Parameter::Exposure, 0.5));
        assert_eq!(brighter.gains, [2.0; 3]);
    }
}
