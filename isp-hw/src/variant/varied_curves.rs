//! The curves of a varied ISP: its tones and its display encoding.

use crate::elementary::{exp2, power};
use crate::software::Kernel;

/// Rec. 709 luminance of a linear colour.
#[inline(always)]
pub fn luminance([r, g, b]: [f32; 3]) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[inline(always)]
fn smoothstep(v: f32) -> f32 {
    let v = v.clamp(0.0, 1.0);
    v * v * (3.0 - 2.0 * v)
}

/// Contrast, highlights and shadows as in the software ISP, with other exponents of the masks.
pub struct VariedTone<'a> {
    /// Linear light, in place.
    pub planes: &'a mut [Vec<f32>; 3],
    /// Depth of the contrast curve.
    pub contrast: f32,
    /// Stops on the root of luminance at white.
    pub highlights: f32,
    /// Exponent of the mask of highlights; 2 in the software ISP.
    pub highlights_exponent: f32,
    /// Stops on the root of luminance at black.
    pub shadows: f32,
    /// Exponent of the mask of shadows; 2 in the software ISP.
    pub shadows_exponent: f32,
}

impl Kernel for VariedTone<'_> {
    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { planes, contrast, highlights, highlights_exponent, shadows, shadows_exponent } =
            self;
        let [red, green, blue] = planes;
        for ((r, g), b) in red.iter_mut().zip(green).zip(blue) {
            let v = luminance([*r, *g, *b]).max(0.0).sqrt();
            let inside = 2.0 * v - 1.0;
            let beyond = 1.0 / v.max(1.0);
            let shape = (1.0 - v) * if v <= 1.0 { inside } else { beyond };
            let steepened = 1.0 + contrast * shape;
            let v1 = v * steepened;
            let bright = power::<FUSED>(smoothstep(v1), highlights_exponent);
            let lifted = exp2::<FUSED>(highlights * bright);
            let v2 = v1 * lifted;
            let dark = power::<FUSED>(1.0 - smoothstep(v2), shadows_exponent);
            let ratio = steepened * lifted * exp2::<FUSED>(shadows * dark);
            let gain = ratio * ratio;
            *r *= gain;
            *g *= gain;
            *b *= gain;
        }
    }
}

/// sRGB with another gamma and an S-curve on top.
pub struct VariedEncoding<'a> {
    /// Linear light, becomes display values in [0, 1].
    pub planes: &'a mut [Vec<f32>; 3],
    /// Exponent on the display value; 1 in the software ISP.
    pub gamma: f32,
    /// Strength of the S-curve; 0 in the software ISP.
    pub s_curve: f32,
}

impl Kernel for VariedEncoding<'_> {
    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { planes, gamma, s_curve } = self;
        for plane in planes {
            for value in plane {
                *value = encode::<FUSED>(*value, gamma, s_curve);
            }
        }
    }
}

#[inline(always)]
fn encode<const FUSED: bool>(linear: f32, gamma: f32, s_curve: f32) -> f32 {
    let x = linear.clamp(0.0, 1.0);
    let curved = 1.055 * power::<FUSED>(x, 1.0 / 2.4) - 0.055;
    let straight = x * 12.92;
    let display = if x <= 0.003_130_8 { straight } else { curved };
    let y = power::<FUSED>(display, gamma);
    (y + 0.5 * s_curve * y * (1.0 - y) * (2.0 * y - 1.0)).clamp(0.0, 1.0)
}
