//! The software ISP with everything about it varied.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{Parameter, ParameterInfo, Params};

use super::make::{Make, Response};
use super::variable_isp::VariableIsp;
use crate::{Light, Patch, Renderer};

const COUNT: usize = Parameter::COUNT;

/// An ISP of the same kind as the software ISP, but with its own responses to the parameters
/// (gain × 0.6 … 1.65, offset ± 0.15, a quadratic warp; monotone), cross-talk between them, a colour
/// mix, another gamma with an S-curve, other masks of highlights and shadows, another blur, another
/// order of steps, and perhaps clips between them. All drawn at random from one seed.
///
/// At strength 0 it is the software ISP. It is not neutral at 0 otherwise.
#[derive(Debug, Clone)]
pub struct Variation(VariableIsp);

impl Variation {
    /// Draws a variation; `strength` 0 … 1 scales how far everything strays (1: as far as above).
    #[must_use]
    pub fn new(strength: f64, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let k = strength as f32;
        let mut uniform = |scale: f32| random.random_range(-1.0..=1.0_f32) * scale * k;
        let mut matrix = [[0.0; COUNT]; COUNT];
        for (row, line) in matrix.iter_mut().enumerate() {
            for (column, entry) in line.iter_mut().enumerate() {
                let drawn = if row == column { uniform(0.5).exp() } else { uniform(0.08) };
                *entry = f64::from(drawn);
            }
        }
        let offset = [(); COUNT].map(|()| f64::from(uniform(0.15)));
        let warp = [(); COUNT].map(|()| f64::from(uniform(0.6)));
        let mut colour_mix = [[0.0; 3]; 3];
        for (row, line) in colour_mix.iter_mut().enumerate() {
            let mut own = 1.0;
            for (_, entry) in line.iter_mut().enumerate().filter(|(column, _)| *column != row) {
                *entry = f64::from(uniform(0.12));
                own -= *entry;
            }
            // Each row sums to 1: the mix leaves grey as it is.
            if let Some(entry) = line.get_mut(row) {
                *entry = own;
            }
        }
        let gamma = f64::from(uniform(0.25).exp());
        let s_curve = f64::from(uniform(0.5));
        let highlights_exponent = f64::from(2.0 * uniform(0.6).exp());
        let shadows_exponent = f64::from(2.0 * uniform(0.6).exp());
        let blur_sigma = f64::from(uniform(0.4).exp());
        let clips = random.random_range(0.0..1.0) < 0.5 * strength;
        let mut steps = Make::default().steps;
        if random.random_range(0.0..1.0) < strength {
            // One exchange of neighbours changes the order without leaving the kind.
            let first = random.random_range(1..steps.len() - 1);
            steps.swap(first, first + 1);
        }
        Self(VariableIsp::new(Make {
            // The slope of a warped curve is 1 + warp · value, positive on [−1, 1].
            response: Response { matrix, offset, warp, ..Response::default() },
            colour_mix,
            gamma,
            s_curve,
            highlights_exponent,
            shadows_exponent,
            blur_sigma,
            steps,
            clips,
        }))
    }

    /// What was drawn.
    #[must_use]
    pub const fn make(&self) -> &Make {
        self.0.make()
    }
}

impl Renderer for Variation {
    fn parameters(&self) -> &[ParameterInfo] {
        self.0.parameters()
    }

    fn light(&self) -> Light {
        self.0.light()
    }

    fn halo(&self) -> usize {
        self.0.halo()
    }

    fn minds_place(&self) -> bool {
        self.0.minds_place()
    }

    fn render(&self, patch: &Patch, params: &Params, query: u64) -> Patch {
        self.0.render(patch, params, query)
    }
}
