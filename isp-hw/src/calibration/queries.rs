//! What a device is asked to be calibrated.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{ParameterInfo, Params};

/// Values at which each parameter is shown alone.
const ALONE: [f64; 4] = [-1.0, -0.5, 0.5, 1.0];
/// Random vectors that the fit is made of.
const RANDOM: usize = 40;
/// Random vectors that the fit is judged by, each asked twice.
const JUDGING: usize = 12;
/// Every device is asked the same.
const SEED: u64 = 0xca11_b8a7;

/// The questions of a calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Questions {
    /// What the fit is made of: the values found, each parameter alone, random vectors.
    pub fitted: Vec<Params>,
    /// What the fit is judged by. Each is to be asked twice: noise differs between the two answers,
    /// what the fit does not explain is the same in both.
    pub judging: Vec<Params>,
}

impl Questions {
    /// What a device with these parameters is asked, that was found at `found`.
    #[must_use]
    pub fn of(parameters: &[ParameterInfo], found: &Params) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        let mut drawn = |count: usize| -> Vec<Params> {
            let one = |_| {
                parameters.iter().fold(*found, |params, info| {
                    params.with(info.parameter, random.random_range(-1.0..=1.0))
                })
            };
            (0..count).map(one).collect()
        };
        let (judging, vectors) = (drawn(JUDGING), drawn(RANDOM));
        let alone = parameters
            .iter()
            .flat_map(|info| ALONE.into_iter().map(|value| found.with(info.parameter, value)));
        let fitted = std::iter::once(*found).chain(alone).chain(vectors).collect();
        Self { fitted, judging }
    }

    /// Queries that all of them take.
    #[must_use]
    pub fn count(&self) -> usize {
        self.fitted.len() + 2 * self.judging.len()
    }
}
