//! Adam with decoupled weight decay, over one flat tensor.
//!
//! libtorch's own optimiser keeps its moments where `tch` cannot save them; a training that resumes
//! bit by bit needs them.

use tch::{Device, Kind, Tensor, no_grad};

/// Weights that are moved at once.
const PIECE: usize = 16_384;

/// Added to every gradient. Moments of weights whose gradient stays 0, behind a ReLU that is off,
/// decay to denormal numbers and stay there, which costs a third of a small network's training; and
/// the square of this is no denormal number either. Far below epsilon, it moves nothing.
const GRADIENT_FLOOR: f64 = 1e-15;

/// Constants of the optimiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamWOptions {
    /// Decay of the mean gradient.
    pub beta1: f64,
    /// Decay of the mean squared gradient.
    pub beta2: f64,
    /// Added to the root of the mean squared gradient.
    pub epsilon: f64,
    /// Part of the weights taken away at each step, times the learning rate.
    pub weight_decay: f64,
}

impl Default for AdamWOptions {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 1e-4 }
    }
}

/// Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2.
#[derive(Debug)]
pub struct AdamW {
    options: AdamWOptions,
    /// Mean gradient, as many values as there are weights.
    pub(super) mean: Tensor,
    /// Mean squared gradient.
    pub(super) square: Tensor,
    /// Steps made.
    pub(super) steps: i64,
}

impl AdamW {
    /// An optimiser for `count` weights.
    #[must_use]
    pub fn new(count: i64, device: Device, options: AdamWOptions) -> Self {
        let zeros = || Tensor::zeros([count], (Kind::Float, device));
        Self { options, mean: zeros(), square: zeros(), steps: 0 }
    }

    /// Moves `weights` (flat, in place) against `gradient`, whose norm is first limited to `norm`.
    pub fn step(&mut self, weights: &mut Tensor, gradient: &Tensor, rate: f64, norm: f64) {
        let AdamWOptions { beta1, beta2, epsilon, weight_decay } = self.options;
        no_grad(|| {
            let limited = norm.is_finite().then(|| {
                let scale = (norm / (gradient.norm() + 1e-6)).clamp_max(1.0);
                gradient * scale
            });
            let gradient = limited.as_ref().unwrap_or(gradient);
            self.steps += 1;
            let steps = i32::try_from(self.steps).unwrap_or(i32::MAX);
            let (shrink, unbias) = (1.0 - rate * weight_decay, (1.0 - beta2.powi(steps)).sqrt());
            let first = -rate * unbias / (1.0 - beta1.powi(steps));
            // A piece at a time: what is made on the way stays in the cache.
            let count = weights.numel() as i64;
            for start in (0..count).step_by(PIECE) {
                let length = (PIECE as i64).min(count - start);
                let [mut weights, mut mean, mut square, gradient] =
                    [&*weights, &self.mean, &self.square, gradient]
                        .map(|flat| flat.narrow(0, start, length));
                let gradient = gradient + GRADIENT_FLOOR;
                let _ = mean.lerp_(&gradient, 1.0 - beta1);
                let _ = square.lerp_(&(&gradient * &gradient), 1.0 - beta2);
                let mut root = square.sqrt();
                let _ = root.g_add_scalar_(epsilon * unbias);
                if weight_decay > 0.0 {
                    let _ = weights.g_mul_scalar_(shrink);
                }
                let _ = weights.addcdiv_(&(mean * first), &root);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use tch::nn::{self, OptimizerConfig};

    use super::*;

    #[test]
    fn steps_equal_those_of_libtorch() {
        let store = nn::VarStore::new(Device::Cpu);
        let theirs = store.root().zeros("w", &[5]);
        let options = AdamWOptions::default();
        let mut optimiser = nn::AdamW::default().build(&store, 1e-2).unwrap();
        optimiser.set_weight_decay(options.weight_decay);
        let mut ours = Tensor::zeros([5], (Kind::Float, Device::Cpu));
        let mut adam = AdamW::new(5, Device::Cpu, options);
        // None is where it starts: a gradient of exactly 0 is the floor here, and 0 there.
        let goal = Tensor::from_slice(&[1.0_f32, -2.0, 0.5, 0.7, 3.0]);
        for _ in 0..20 {
            let loss = (&theirs - &goal).square().sum(Kind::Float);
            optimiser.backward_step(&loss);
            let gradient = (&ours - &goal) * 2.0;
            adam.step(&mut ours, &gradient, 1e-2, f64::INFINITY);
        }
        let difference = (&theirs - &ours).abs().max().double_value(&[]);
        assert!(difference < 1e-6, "{difference}");
    }
}
