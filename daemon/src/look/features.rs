//! Cheap statistics of a goal, by which looks are told apart and chosen without decoding it.

use half::f16;
use serde::Serialize;
use tuner::{Frame, Samples, srgb_to_linear};

/// Levels of luma that the histogram tells apart: finer than half precision does.
const LEVELS: usize = 4096;
/// Rec. 709 luma (ITU-R BT.709-6, section 3).
const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];
/// Linear light below this counts as this, so that black has a warmth: half an 8-bit step.
const DARKEST: f64 = 0.5 / 255.0 / 12.92;
/// Warmth is cut off here; between 2,000 and 20,000 K it stays within ±2.
const WARMEST: f64 = 8.0;

/// Statistics of a goal picture. Display-referred sRGB in [0, 1] unless said otherwise, each value
/// rounded to half precision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Features {
    /// Luma at the quantiles 1/32, 3/32 … 31/32, from dark to bright.
    pub luma_quantiles: [f32; 16],
    /// Mean red, green and blue in linear light.
    pub mean_linear_rgb: [f32; 3],
    /// How warm the picture is on average: base-2 logarithm of mean linear red over mean linear
    /// blue, in [−8, 8]. 0 is neutral, above is warm; a stand-in for a correlated colour temperature,
    /// which needs a camera's spectral response.
    pub warmth: f32,
    /// Standard deviation of luma, in [0, 0.5].
    pub contrast: f32,
    /// Mean difference of the largest and the smallest channel of a pixel.
    pub saturation: f32,
    /// The picture at 8 × 8 pixels, R, G, B, row by row.
    #[serde(skip)]
    pub grid: [f32; 192],
}

impl Features {
    /// Raised when the meaning or the order of the values changes; features of another version are
    /// computed anew.
    pub const VERSION: u32 = 1;

    /// Number of values: 16 quantiles, 3 means, warmth, contrast, saturation, 192 of the grid.
    pub const COUNT: usize = 214;

    /// The features of a picture.
    #[must_use]
    pub fn of(goal: &Frame) -> Self {
        let mut sums = Sums::new();
        match goal.samples() {
            Samples::U8(samples) => sums.add(samples, 255),
            Samples::U16(samples) => sums.add(samples, 65_535),
        }
        // Both sides are at least 1, so it always can be resized.
        let small = goal.resized(8, 8).unwrap_or_else(|_| goal.clone());
        let scaled: Vec<f32> = match small.samples() {
            Samples::U8(samples) => samples.iter().map(|&v| f32::from(v) / 255.0).collect(),
            Samples::U16(samples) => samples.iter().map(|&v| f32::from(v) / 65_535.0).collect(),
        };
        let mut grid = [0.0; 192];
        grid.iter_mut().zip(scaled).for_each(|(out, value)| *out = value);
        let exact = Self {
            luma_quantiles: std::array::from_fn(|i| sums.quantile((2 * i + 1) as f64 / 32.0)),
            mean_linear_rgb: sums.linear.map(|sum| (sum / sums.pixels) as f32),
            warmth: sums.warmth(),
            contrast: sums.contrast(),
            saturation: (sums.chroma / sums.pixels) as f32,
            grid,
        };
        // What was just computed equals what is read back from a file.
        Self::from_half(&exact.to_half()).unwrap_or(exact)
    }

    /// The values in the order of the fields, as a file has them.
    #[must_use]
    pub fn to_half(&self) -> Vec<f16> {
        let Self { luma_quantiles, mean_linear_rgb, warmth, contrast, saturation, grid } = self;
        let values = luma_quantiles.iter().chain(mean_linear_rgb);
        let values = values.chain([warmth, contrast, saturation]).chain(grid);
        values.map(|&value| f16::from_f32(value)).collect()
    }

    /// The features of values as [`Self::to_half`] returns them; `None` for another number of them,
    /// and when one is not finite.
    #[must_use]
    pub fn from_half(values: &[f16]) -> Option<Self> {
        let mut values = values.iter().map(|value| value.to_f32());
        let mut next = || values.next().filter(|value| value.is_finite());
        let features = Self {
            luma_quantiles: take(&mut next)?,
            mean_linear_rgb: take(&mut next)?,
            warmth: next()?,
            contrast: next()?,
            saturation: next()?,
            grid: take(&mut next)?,
        };
        values.next().is_none().then_some(features)
    }
}

fn take<const COUNT: usize>(next: &mut impl FnMut() -> Option<f32>) -> Option<[f32; COUNT]> {
    let mut taken = [0.0; COUNT];
    for value in &mut taken {
        *value = next()?;
    }
    Some(taken)
}

/// What is summed over the pixels.
struct Sums {
    pixels: f64,
    histogram: Vec<u64>,
    linear: [f64; 3],
    luma: f64,
    luma_square: f64,
    chroma: f64,
}

impl Sums {
    fn new() -> Self {
        Self {
            pixels: 0.0,
            histogram: vec![0; LEVELS],
            linear: [0.0; 3],
            luma: 0.0,
            luma_square: 0.0,
            chroma: 0.0,
        }
    }

    fn add<T: Copy + Into<usize>>(&mut self, samples: &[T], white: u16) {
        let scale = 1.0 / f64::from(white);
        let table: Vec<f64> =
            (0..=white).map(|level| srgb_to_linear(f64::from(level) * scale)).collect();
        for pixel in samples.as_chunks::<3>().0 {
            let levels: [usize; 3] = pixel.map(Into::into);
            let value = levels.map(|level| level as f64 * scale);
            for (sum, level) in self.linear.iter_mut().zip(levels) {
                *sum += table.get(level).copied().unwrap_or(1.0);
            }
            let luma: f64 = value.iter().zip(LUMA).map(|(value, weight)| value * weight).sum();
            let level = (luma * LEVELS as f64) as usize;
            if let Some(count) = self.histogram.get_mut(level.min(LEVELS - 1)) {
                *count += 1;
            }
            let [red, green, blue] = value;
            self.chroma += red.max(green).max(blue) - red.min(green).min(blue);
            self.luma += luma;
            self.luma_square += luma * luma;
            self.pixels += 1.0;
        }
    }

    fn quantile(&self, share: f64) -> f32 {
        let wanted = share * self.pixels;
        let mut below = 0.0;
        for (level, &count) in self.histogram.iter().enumerate() {
            let count = count as f64;
            if below + count >= wanted {
                let within = (wanted - below) / count.max(1.0);
                return ((level as f64 + within) / LEVELS as f64) as f32;
            }
            below += count;
        }
        1.0
    }

    fn warmth(&self) -> f32 {
        let [red, _, blue] = self.linear.map(|sum| (sum / self.pixels).max(DARKEST));
        (red / blue).log2().clamp(-WARMEST, WARMEST) as f32
    }

    fn contrast(&self) -> f32 {
        let mean = self.luma / self.pixels;
        (self.luma_square / self.pixels - mean * mean).max(0.0).sqrt() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_colour(rgb: [u8; 3]) -> Features {
        Features::of(&Frame::new(64, 48, Samples::U8(rgb.repeat(64 * 48))).unwrap())
    }

    #[test]
    fn one_colour_has_its_own_values() {
        let grey = one_colour([119; 3]);
        let near = |a: f32, b: f64| (f64::from(a) - b).abs() < 6e-4;
        assert!(grey.luma_quantiles.iter().all(|&q| near(q, 119.0 / 255.0)), "{grey:?}");
        // 119 of 255 is 18.4 % light (a published anchor of sRGB).
        assert!(grey.mean_linear_rgb.iter().all(|&v| near(v, 0.184_475)), "{grey:?}");
        assert_eq!([grey.warmth, grey.contrast, grey.saturation], [0.0; 3]);
        assert!(grey.grid.iter().all(|&v| near(v, 119.0 / 255.0)));
        let warm = one_colour([255, 188, 0]);
        assert_eq!(warm.warmth, 8.0);
        assert_eq!(warm.saturation, 1.0);
        assert!(one_colour([100, 110, 120]).warmth < -0.4);
        assert_eq!(one_colour([0; 3]).warmth, 0.0);
    }

    #[test]
    fn quantiles_and_contrast_of_a_ramp() {
        let samples = (0..256_usize).flat_map(|x| [(x * 257) as u16; 3]).collect();
        let ramp = Features::of(&Frame::new(256, 1, Samples::U16(samples)).unwrap());
        for (i, &quantile) in ramp.luma_quantiles.iter().enumerate() {
            assert!((quantile - (2 * i + 1) as f32 / 32.0).abs() < 0.005, "{i}: {quantile}");
        }
        // The standard deviation of the uniform distribution on [0, 1].
        assert!((ramp.contrast - 0.2887).abs() < 0.002, "{}", ramp.contrast);
    }

    #[test]
    fn values_survive_half_precision_and_wrong_ones_do_not() {
        let features = one_colour([10, 100, 200]);
        let values = features.to_half();
        assert_eq!(values.len(), Features::COUNT);
        assert_eq!(Features::from_half(&values).unwrap(), features);
        assert!(Features::from_half(&values[1..]).is_none());
        assert!(Features::from_half(&[values.as_slice(), &[f16::ONE]].concat()).is_none());
        let mut odd = values;
        odd[200] = f16::NAN;
        assert!(Features::from_half(&odd).is_none());
    }
}
