//! Y'CbCr to R'G'B', in fixed point: every product is the upper half of a product of two 16-bit
//! numbers, for which all vector instruction sets have an instruction.
//!
//! At most 0.1 steps off the formula, before rounding.

use super::{Colorimetry, chroma};

/// Bits behind the point of the sums.
const FRACTION: u32 = 5;
/// Luma comes in steps of 1/128.
const LUMA_SHIFT: u32 = 7;
const LUMA_SCALE: f64 = (1 << (16 + FRACTION - LUMA_SHIFT)) as f64;
const CHROMA_SCALE: f64 = ((1 << (16 + FRACTION)) / chroma::STEPS as i32) as f64;
/// Half a step for rounding, and half of what two cut products lose on average.
const ROUNDING: i16 = (1 << (FRACTION - 1)) + 1;

/// Factors of one encoding and quantisation.
#[derive(Debug, Clone, Copy)]
pub(super) struct ToRgb {
    black: i16,
    luma: i16,
    red: i16,
    green: [i16; 2],
    blue: i16,
}

/// Upper half of a product.
#[inline(always)]
pub(super) const fn high(a: i16, b: i16) -> i16 {
    ((a as i32 * b as i32) >> 16) as i16
}

impl ToRgb {
    /// The inverse of Y' = K_R R' + K_G G' + K_B B', Cb = (B' − Y') / (2 (1 − K_B)),
    /// Cr = (R' − Y') / (2 (1 − K_R)) (ITU-R BT.601-7, 2.5), scaled by the quantisation.
    pub fn new(colorimetry: &Colorimetry) -> Self {
        let [red_weight, blue_weight] = colorimetry.encoding.luma_weights();
        let green_weight = 1.0 - red_weight - blue_weight;
        let steps = f64::from(colorimetry.quantisation.chroma_steps());
        let chroma = |factor: f64| (factor * 255.0 / steps * CHROMA_SCALE).round() as i16;
        let red = 2.0 * (1.0 - red_weight);
        let blue = 2.0 * (1.0 - blue_weight);
        let luma = 255.0 / f64::from(colorimetry.quantisation.luma_steps());
        Self {
            black: i16::from(colorimetry.quantisation.black()),
            luma: (luma * LUMA_SCALE).round() as i16,
            red: chroma(red),
            green: [
                chroma(-blue * blue_weight / green_weight),
                chroma(-red * red_weight / green_weight),
            ],
            blue: chroma(blue),
        }
    }

    /// Converts a row. `cb` and `cr` have a value a pixel as [`chroma::ChromaRow::widen`] makes
    /// them, `out` three samples a pixel.
    #[inline(always)]
    pub fn row(&self, luma: &[u8], cb: &[i16], cr: &[i16], out: &mut [u8]) {
        // A copy, lest the compiler think that writing pixels changes it.
        let Self { black, luma: factor, red, green: [green_cb, green_cr], blue } = *self;
        let (pixels, _) = out.as_chunks_mut::<3>();
        for (((pixel, &luma), &cb), &cr) in pixels.iter_mut().zip(luma).zip(cb).zip(cr) {
            let light = high((i16::from(luma) - black) << LUMA_SHIFT, factor) + ROUNDING;
            let sample = |sum: i16| (sum >> FRACTION).clamp(0, 255) as u8;
            let green = high(cb, green_cb).wrapping_add(high(cr, green_cr));
            *pixel = [
                sample(light.wrapping_add(high(cr, red))),
                sample(light.wrapping_add(green)),
                sample(light.wrapping_add(high(cb, blue))),
            ];
        }
    }
}
