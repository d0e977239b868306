//! Random search: what any other strategy has to beat.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::minimiser::{BlackBoxSearch, Minimiser};

/// Points drawn independently and uniformly from the cube [−1, 1]^n, after the start itself: so a
/// random search never ends worse than doing nothing, and after one query all strategies that
/// begin at neutral stand where it stands.
struct UniformRandom {
    pending: Vec<f64>,
    rng: ChaCha8Rng,
}

impl Minimiser for UniformRandom {
    fn ask(&mut self) -> Option<Vec<f64>> {
        Some(self.pending.clone())
    }

    fn tell(&mut self, _: f64) {
        for value in &mut self.pending {
            *value = self.rng.random_range(-1.0..=1.0);
        }
    }
}

/// The strategy `random`: neutral first, then independent uniform draws within the limits.
pub(super) fn strategy(seed: u64) -> BlackBoxSearch {
    BlackBoxSearch::new(
        super::RANDOM,
        |start, seed| {
            let rng = ChaCha8Rng::seed_from_u64(seed);
            Box::new(UniformRandom { pending: start.to_vec(), rng })
        },
        seed,
    )
}
