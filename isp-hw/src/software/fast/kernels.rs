//! The inner loops, one row at a time, written so that the compiler turns them into vector
//! instructions. `FUSED` says that the processor multiplies and adds in one instruction.
//!
//! Every value is computed alone, in the same order of operations wherever it lies in its row, so a
//! piece of a picture comes out exactly as in the whole.

use crate::elementary::{add_product, exp2, exp2_small, log2};

/// Coefficients in single precision.
#[derive(Debug, Clone, Copy)]
pub struct Tone {
    /// Weight of each channel in luminance, gain included.
    pub luminance: [f32; 3],
    /// Factor on each channel: saturation times gain.
    pub own: [f32; 3],
    /// Factor on luminance added to each channel: one less saturation.
    pub grey: f32,
    /// As in [`Coefficients`](super::super::Coefficients).
    pub contrast: f32,
    /// As in [`Coefficients`](super::super::Coefficients).
    pub highlights: f32,
    /// As in [`Coefficients`](super::super::Coefficients).
    pub shadows: f32,
    /// As in [`Coefficients`](super::super::Coefficients).
    pub texture: f32,
}

/// Display value of linear light, clipped to [0, 1].
#[inline(always)]
fn encode<const FUSED: bool>(linear: f32) -> f32 {
    let x = linear.clamp(0.0, 1.0);
    let power = exp2::<FUSED>(log2::<FUSED>(x.max(0.003)) * (1.0 / 2.4));
    let curved = add_product::<FUSED>(power, 1.055, -0.055).min(1.0);
    let straight = x * 12.92;
    if x <= 0.003_130_8 { straight } else { curved }
}

#[inline(always)]
fn smoothstep<const FUSED: bool>(v: f32) -> f32 {
    let v = v.clamp(0.0, 1.0);
    v * v * add_product::<FUSED>(v, -2.0, 3.0)
}

/// Exposure, balance, saturation, contrast, highlights and shadows on a row of linear light, in
/// place; `roots` receives the root of the resulting luminance.
#[inline(always)]
pub fn tone_row<const FUSED: bool>(
    tone: &Tone,
    red: &mut [f32],
    green: &mut [f32],
    blue: &mut [f32],
    roots: &mut [f32],
) {
    // A copy, lest the compiler think that writing pixels changes it.
    let tone = *tone;
    let [weight_red, weight_green, weight_blue] = tone.luminance;
    let [own_red, own_green, own_blue] = tone.own;
    for (((r, g), b), root) in red.iter_mut().zip(green).zip(blue).zip(roots) {
        let rest = add_product::<FUSED>(*g, weight_green, *b * weight_blue);
        let luminance = add_product::<FUSED>(*r, weight_red, rest);
        let v = luminance.max(0.0).sqrt();
        let inside = add_product::<FUSED>(v, 2.0, -1.0);
        let beyond = 1.0 / v.max(1.0);
        let shape = (1.0 - v) * if v <= 1.0 { inside } else { beyond };
        let contrast = add_product::<FUSED>(tone.contrast, shape, 1.0);
        let v1 = v * contrast;
        let step = smoothstep::<FUSED>(v1);
        let highlights = exp2_small::<FUSED>(tone.highlights * step * step);
        let v2 = v1 * highlights;
        let step = 1.0 - smoothstep::<FUSED>(v2);
        let shadows = exp2_small::<FUSED>(tone.shadows * step * step);
        let ratio = contrast * highlights * shadows;
        let gain = ratio * ratio;
        let grey = luminance * tone.grey;
        *r = gain * add_product::<FUSED>(*r, own_red, grey);
        *g = gain * add_product::<FUSED>(*g, own_green, grey);
        *b = gain * add_product::<FUSED>(*b, own_blue, grey);
        *root = v2 * shadows;
    }
}

/// Sum of five values with the weights 1 4 6 4 1.
#[inline(always)]
fn binomial<const FUSED: bool>(a: f32, b: f32, c: f32, d: f32, e: f32) -> f32 {
    add_product::<FUSED>(c, 6.0, add_product::<FUSED>(b + d, 4.0, a + e))
}

/// Blurs a row of roots; `blurred` is four values shorter. The sum of the weights is 16.
#[inline(always)]
pub fn blur_row<const FUSED: bool>(roots: &[f32], blurred: &mut [f32]) {
    for (out, &[a, b, c, d, e]) in blurred.iter_mut().zip(roots.array_windows()) {
        *out = binomial::<FUSED>(a, b, c, d, e);
    }
}

/// What texture adds to the colours of a row, from five blurred rows around it and its own roots.
#[inline(always)]
pub fn texture_row<const FUSED: bool>(
    texture: f32,
    [a, b, c, d, e]: [&[f32]; 5],
    roots: &[f32],
    added: &mut [f32],
) {
    let blurred = a.iter().zip(b).zip(c).zip(d).zip(e);
    for ((out, &v), ((((&a, &b), &c), &d), &e)) in added.iter_mut().zip(roots).zip(blurred) {
        let blur = binomial::<FUSED>(a, b, c, d, e);
        let detail = add_product::<FUSED>(blur, -1.0 / 256.0, v);
        let sharpened = add_product::<FUSED>(texture, detail, v).max(0.0);
        // (s + v)(s − v) is s² − v², and exactly zero for s = v.
        *out = (sharpened + v) * (sharpened - v);
    }
}

/// Adds `added` to a row of colours and turns it into display values in [0, 1].
#[inline(always)]
pub fn encode_row<const FUSED: bool>(added: &[f32], colours: &mut [f32]) {
    for (value, added) in colours.iter_mut().zip(added) {
        *value = encode::<FUSED>(*value + added);
    }
}
