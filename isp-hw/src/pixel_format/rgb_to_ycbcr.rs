//! R'G'B' to Y'CbCr, in fixed point as its inverse.

use super::Colorimetry;
use super::ycbcr_to_rgb::high;

/// Samples come in steps of 1/128.
const SAMPLE_STEPS: u32 = 128;
const FACTOR_BITS: u32 = 15;
/// Bits behind the point of the sums.
const FRACTION: u32 = 6;
/// Half a step for rounding, and half of what three cut products lose on average.
const ROUNDING: i16 = (1 << (FRACTION - 1)) + 1;

/// Factors of R', G' and B' for one encoding and quantisation.
#[derive(Debug, Clone, Copy)]
pub(super) struct ToYcbcr {
    black: i16,
    luma: [i16; 3],
    cb: [i16; 3],
    cr: [i16; 3],
}

impl ToYcbcr {
    /// The formulas of ITU-R BT.601-7, 2.5, with the weights of the encoding.
    pub fn new(colorimetry: &Colorimetry) -> Self {
        let [red, blue] = colorimetry.encoding.luma_weights();
        let green = 1.0 - red - blue;
        let factors = |weights: [f64; 3], steps: u8| {
            let scale = f64::from(1 << FACTOR_BITS) * f64::from(steps) / 255.0;
            weights.map(|weight| (weight * scale).round() as i16)
        };
        let chroma = colorimetry.quantisation.chroma_steps();
        let [to_blue, to_red] = [0.5 / (1.0 - blue), 0.5 / (1.0 - red)];
        Self {
            black: i16::from(colorimetry.quantisation.black()),
            luma: factors([red, green, blue], colorimetry.quantisation.luma_steps()),
            cb: factors([-red * to_blue, -green * to_blue, 0.5], chroma),
            cr: factors([0.5, -green * to_red, -blue * to_red], chroma),
        }
    }

    /// Luma of a row of interleaved pixels.
    #[inline(always)]
    pub fn luma_row<'o>(&self, pixels: &[u8], out: impl Iterator<Item = &'o mut u8>) {
        let Self { black, luma, .. } = *self;
        let (pixels, _) = pixels.as_chunks::<3>();
        for (out, pixel) in out.zip(pixels) {
            let samples = pixel.map(|sample| i16::from(sample) * SAMPLE_STEPS as i16);
            *out = rounded(samples, luma, black);
        }
    }

    /// Cb and Cr of pairs of pixels, of which there are an even number in each row; with a second
    /// row, of tiles of 2×2. Each is that of the mean colour, and so stands in the middle.
    #[inline(always)]
    pub fn chroma_row<'o>(
        &self,
        pixels: [&[u8]; 2],
        out: impl Iterator<Item = (&'o mut u8, &'o mut u8)>,
    ) {
        let Self { cb, cr, .. } = *self;
        let [upper, lower] = pixels.map(|row| row.as_chunks::<6>().0);
        for ((out_cb, out_cr), (upper, lower)) in out.zip(upper.iter().zip(lower)) {
            let [a, b, c, d, e, f] = *upper;
            let [g, h, i, j, k, l] = *lower;
            let sum = |samples: [u8; 4]| {
                let sum: i16 = samples.map(i16::from).into_iter().fold(0, i16::wrapping_add);
                sum * (SAMPLE_STEPS / 4) as i16
            };
            let samples = [sum([a, d, g, j]), sum([b, e, h, k]), sum([c, f, i, l])];
            (*out_cb, *out_cr) = (rounded(samples, cb, 128), rounded(samples, cr, 128));
        }
    }
}

#[inline(always)]
fn rounded(samples: [i16; 3], factors: [i16; 3], offset: i16) -> u8 {
    let [r, g, b] = samples;
    let [red, green, blue] = factors;
    let sum = high(r, red).wrapping_add(high(g, green)).wrapping_add(high(b, blue));
    ((sum.wrapping_add(ROUNDING) >> FRACTION).wrapping_add(offset)).clamp(0, 255) as u8
}
