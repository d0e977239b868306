//! How much fine detail a picture has: whether it is in focus.

use tuner::{Frame, FrameError, Samples, noise_steps};

/// The longer side at which pictures are looked at, in pixels: about what a screen shows of them.
/// Softness below that is the lens's, and texture is what tunes it.
const LOOKED_AT: usize = 1024;
/// Tiles in a row and in a column: what is in focus may be a small part of the picture.
const TILES: usize = 8;
/// The picture is as sharp as its tiles are at this quantile.
const SHARPEST: f64 = 0.9;
/// Power of the second octave below which a tile has nothing to judge by, in 8-bit steps squared.
const LEAST_POWER: f64 = 0.3;
/// Share of the power of white noise that reaches the first octave, 1 − 2·(3/8)² + (70/256)² for the
/// kernel of [`Luma::smooth`], and the second one; a test measures both.
const NOISE_PASSED: [f64; 2] = [0.793_5, 0.040_6];

/// Strength of the finest detail against that an octave below it, where the picture is sharpest; 0
/// where there is nothing to judge by.
///
/// Edges and textures in focus have about as much power in every octave, so this is about 1 and more;
/// a blur takes the finest octave first. It compares a picture with itself, so that contrast,
/// exposure and the share of the picture that has texture drop out. Octaves are differences to the
/// binomial mean of 5 × 5 pixels (Burt and Adelson, "The Laplacian Pyramid as a Compact Image Code",
/// 1983). The power of noise, measured by [`noise_steps`], is taken off: a blurred picture that is
/// noisy is blurred nevertheless.
///
/// # Errors
/// None for a picture: its sides are at least 1.
pub(super) fn detail(picture: &Frame) -> Result<f64, FrameError> {
    let [width, height] = picture.size();
    let longest = width.max(height);
    let side = |extent: usize| (extent * LOOKED_AT / longest).max(1);
    let small = if longest > LOOKED_AT {
        picture.resized(side(width), side(height))?
    } else {
        picture.clone()
    };
    let luma = Luma::of(&small);
    let noise = noise_steps(&luma.grey_frame()?).powi(2);
    let smooth = luma.smooth();
    let finest = luma.less(&smooth).tile_powers();
    let half = smooth.halved();
    let coarser = half.less(&half.smooth()).tile_powers();
    let mut ratios: Vec<f64> = finest
        .into_iter()
        .zip(coarser)
        .map(|(fine, coarse)| (fine - NOISE_PASSED[0] * noise, coarse - NOISE_PASSED[1] * noise))
        .filter(|(_, coarse)| *coarse > LEAST_POWER)
        .map(|(fine, coarse)| fine.max(0.0) / coarse)
        .collect();
    ratios.sort_by(f64::total_cmp);
    let at = (ratios.len().saturating_sub(1) as f64 * SHARPEST) as usize;
    Ok(ratios.get(at).copied().unwrap_or_default())
}

/// A plane of luma in 8-bit steps.
struct Luma {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Luma {
    fn of(picture: &Frame) -> Self {
        // Rec. 709 luma (ITU-R BT.709-6, section 3).
        let luma = |[r, g, b]: [f32; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let values = match picture.samples() {
            Samples::U8(samples) => {
                samples.as_chunks::<3>().0.iter().map(|p| luma(p.map(f32::from))).collect()
            }
            Samples::U16(samples) => {
                let steps = |v: u16| f32::from(v) / 257.0;
                samples.as_chunks::<3>().0.iter().map(|p| luma(p.map(steps))).collect()
            }
        };
        Self { width: picture.width(), height: picture.height(), values }
    }

    fn grey_frame(&self) -> Result<Frame, FrameError> {
        let samples = self.values.iter().flat_map(|&v| [(v * 257.0).round() as u16; 3]).collect();
        Frame::new(self.width, self.height, Samples::U16(samples))
    }

    fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.width.max(1))
    }

    /// The mean of 5 × 5 pixels with binomial weights; borders repeat.
    fn smooth(&self) -> Self {
        const KERNEL: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];
        let near = |at: usize, tap: usize, extent: usize| {
            (at + tap).saturating_sub(2).min(extent.saturating_sub(1))
        };
        let mut across = Vec::with_capacity(self.values.len());
        for row in self.rows() {
            across.extend((0..self.width).map(|x| {
                let taps = KERNEL.iter().enumerate();
                taps.map(|(tap, weight)| {
                    weight * row.get(near(x, tap, self.width)).copied().unwrap_or_default()
                })
                .sum::<f32>()
            }));
        }
        let mut values = vec![0.0; self.values.len()];
        for (y, out) in values.chunks_exact_mut(self.width.max(1)).enumerate() {
            for (tap, weight) in KERNEL.iter().enumerate() {
                let start = near(y, tap, self.height) * self.width;
                let row = across.get(start..start + self.width).unwrap_or_default();
                out.iter_mut().zip(row).for_each(|(out, value)| *out += weight * value);
            }
        }
        Self { values, ..*self }
    }

    /// Every other pixel of every other row.
    fn halved(&self) -> Self {
        let rows = self.rows().step_by(2);
        let values = rows.flat_map(|row| row.iter().copied().step_by(2)).collect();
        Self { width: self.width.div_ceil(2), height: self.height.div_ceil(2), values }
    }

    fn less(&self, other: &Self) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(a, b)| a - b).collect();
        Self { values, ..*self }
    }

    /// Mean square in each tile; tiles without pixels have none.
    fn tile_powers(&self) -> Vec<f64> {
        let mut sums = vec![(0.0_f64, 0_u32); TILES * TILES];
        for (y, row) in self.rows().enumerate() {
            for (x, value) in row.iter().enumerate() {
                let tile = y * TILES / self.height * TILES + x * TILES / self.width;
                if let Some((sum, count)) = sums.get_mut(tile) {
                    *sum += f64::from(*value).powi(2);
                    *count += 1;
                }
            }
        }
        sums.into_iter().map(|(sum, count)| sum / f64::from(count.max(1))).collect()
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn noise_passes_the_octaves_as_stated() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let values = (0..512 * 512).map(|_| random.random_range(-1.0_f32..1.0)).collect();
        let noise = Luma { width: 512, height: 512, values };
        let smooth = noise.smooth();
        let half = smooth.halved();
        let passed = [noise.less(&smooth), half.less(&half.smooth())];
        for (octave, stated) in passed.iter().zip(NOISE_PASSED) {
            let powers = octave.tile_powers();
            let mean = powers.iter().sum::<f64>() / powers.len() as f64;
            // Uniform on [−1, 1] has a variance of a third.
            assert!((3.0 * mean / stated - 1.0).abs() < 0.02, "{} for {stated}", 3.0 * mean);
        }
    }

    #[test]
    fn pictures_of_a_few_pixels_have_no_detail_to_judge_by() {
        for [width, height] in [[1, 1], [3, 2], [5000, 1]] {
            let samples = (0..width * height * 3).map(|i| (i % 3) as u8 * 100).collect();
            let frame = Frame::new(width, height, Samples::U8(samples)).unwrap();
            assert_eq!(detail(&frame).unwrap(), 0.0);
        }
    }
}
