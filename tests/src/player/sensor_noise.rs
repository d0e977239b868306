//! Noise that is cheap enough for an emulated processor.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

/// Normal numbers drawn once. Every row of every frame reads on from another random place.
#[derive(Debug)]
pub struct SensorNoise {
    table: Vec<i32>,
    random: ChaCha8Rng,
}

/// Fractions of an 8-bit step that noise is counted in.
pub const FRACTIONS: i32 = 256;

const TABLE: usize = 1 << 16;

impl SensorNoise {
    /// Noise with a standard deviation of `steps` 8-bit steps (of 1/255); the same seed gives the
    /// same frames.
    ///
    /// # Panics
    /// When `steps` is negative or not a number.
    pub fn new(steps: f64, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let normal = Normal::new(0.0, steps * f64::from(FRACTIONS)).unwrap();
        let table = (0..TABLE).map(|_| normal.sample(&mut random).round() as i32).collect();
        Self { table, random }
    }

    /// As many numbers as wanted, at most [`Self::LONGEST`], in `FRACTIONS` of an 8-bit step.
    pub fn next(&mut self, wanted: usize) -> &[i32] {
        let start = self.random.random_range(0..=TABLE - wanted);
        &self.table[start..start + wanted]
    }

    /// Longest row of noise.
    pub const LONGEST: usize = TABLE / 2;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviation_is_as_asked_and_rows_differ() {
        let mut noise = SensorNoise::new(2.0, 1);
        let row = noise.next(30_000).to_vec();
        let squares: f64 = row.iter().map(|value| f64::from(*value).powi(2)).sum();
        let deviation = (squares / row.len() as f64).sqrt() / f64::from(FRACTIONS);
        assert!((deviation - 2.0).abs() < 0.05, "{deviation}");
        assert_ne!(noise.next(30_000), row);
    }
}
