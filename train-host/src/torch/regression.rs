//! Goal regression: the parameters of a random goal are known, so the policy can be shown them.

mod style;
mod taste;

use std::f64::consts::PI;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor, no_grad};
use tuner::actor::{LONGEST_STEP, OUTPUT_SOFTNESS, STEP_PER_SCALE};
use tuner::{Parameter, Params};

pub use taste::TasteLoss;

use super::adam::{AdamW, AdamWOptions};
use super::checkpoint::{Checkpoint, CheckpointError};
use super::policy::{Policy, PolicyShape, to_host};
use super::threads::one_thread;
use crate::environment::{EpisodeError, GuidedEpisode, Practice, PracticeGround};

const COUNT: i64 = Parameter::COUNT as i64;

/// Longest gradient that is followed.
const GRADIENT_NORM: f64 = 1.0;
/// Iterations of rising learning rate.
const WARM_UP: f64 = 100.0;
/// Learning rate at the end, absolute.
const LAST_RATE: f64 = 1e-6;
/// Decay of the averaged weights.
const AVERAGE_DECAY: f64 = 0.998;

/// Options of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionOptions {
    /// Iterations in all.
    pub iterations: u64,
    /// Episodes an iteration.
    pub batch: usize,
    /// Queries of an episode.
    pub unroll: usize,
    /// Learning rate after the warm-up; falls as a cosine.
    pub rate: f64,
    /// Seed of everything that is drawn.
    pub seed: u64,
}

impl Default for RegressionOptions {
    fn default() -> Self {
        Self { iterations: 4000, batch: 64, unroll: 4, rate: 1e-3, seed: 0 }
    }
}

/// Why a training stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegressionError {
    /// An episode could not be drawn.
    #[error(transparent)]
    Episode(#[from] EpisodeError),
    /// A checkpoint could not be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// There is nothing to practise on.
    #[error("there is no photograph to practise on")]
    NoPhotograph,
}

/// What an iteration came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegressionReport {
    /// Iterations made so far.
    pub iteration: u64,
    /// Mean loss over batch and queries.
    pub loss: f64,
    /// Mean figure after each query of the episodes that started from the picture as found
    /// ([`GuidedEpisode::figure`]: PSNR in dB; of a style, the distance); empty where no query was
    /// rendered.
    pub figures: Vec<f64>,
}

/// A running training.
pub struct Regression {
    options: RegressionOptions,
    policy: Policy,
    weights: Tensor,
    average: Tensor,
    adam: AdamW,
    iteration: u64,
    device: Device,
}

impl Regression {
    /// Starts from random weights.
    #[must_use]
    pub fn new(shape: PolicyShape, options: RegressionOptions, device: Device) -> Self {
        let policy = Policy::new(shape);
        let mut random = ChaCha8Rng::seed_from_u64(options.seed);
        let weights = policy.first_weights(&mut random, device).set_requires_grad(true);
        let count = policy.shape().weight_count() as i64;
        let average = weights.detach().copy();
        let adam = AdamW::new(count, device, AdamWOptions::default());
        Self { options, policy, weights, average, adam, iteration: 0, device }
    }

    /// Starts from the averaged weights of another training, whose shape it takes over.
    ///
    /// # Errors
    /// [`RegressionError::Checkpoint`] when the file is no checkpoint.
    pub fn from_weights(
        path: &Path,
        options: RegressionOptions,
        device: Device,
    ) -> Result<Self, RegressionError> {
        let mut resumed = Self::resume(path, Some(options), device)?;
        let count = resumed.policy.shape().weight_count() as i64;
        resumed.weights = resumed.average.detach().copy().set_requires_grad(true);
        resumed.adam = AdamW::new(count, device, AdamWOptions::default());
        resumed.iteration = 0;
        Ok(resumed)
    }

    /// Starts from the weights of a policy that anything has trained.
    #[must_use]
    pub fn from_policy(
        shape: PolicyShape,
        weights: &[f32],
        options: RegressionOptions,
        device: Device,
    ) -> Self {
        let started = Self::new(shape, options, device);
        let weights = Tensor::from_slice(weights).to_device(device);
        let average = weights.copy();
        Self { weights: weights.set_requires_grad(true), average, ..started }
    }

    /// Goes on where a checkpoint ends; without `options` with those of the checkpoint.
    ///
    /// # Errors
    /// [`RegressionError::Checkpoint`] when the file is no checkpoint.
    pub fn resume(
        path: &Path,
        options: Option<RegressionOptions>,
        device: Device,
    ) -> Result<Self, RegressionError> {
        let saved = Checkpoint::load(path)?;
        let state: State = serde_json::from_value(saved.state.clone()).map_err(|error| {
            CheckpointError::Unusable { path: path.to_owned(), reason: error.to_string() }
        })?;
        let policy = Policy::new(state.shape);
        let count = policy.shape().weight_count();
        let tensor = |name: &str| saved.tensor(name, count, device, path);
        let mut adam = AdamW::new(count as i64, device, AdamWOptions::default());
        adam.mean = tensor("adam_mean")?;
        adam.square = tensor("adam_square")?;
        adam.steps = state.adam_steps;
        Ok(Self {
            options: options.unwrap_or(state.options),
            policy,
            weights: tensor("weights")?.set_requires_grad(true),
            average: tensor("average")?,
            adam,
            iteration: state.iteration,
            device,
        })
    }

    /// Writes a checkpoint with everything that [`Self::resume`] needs to go on.
    ///
    /// # Errors
    /// [`CheckpointError::Write`].
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let state = State {
            shape: self.policy.shape().clone(),
            options: self.options.clone(),
            iteration: self.iteration,
            adam_steps: self.adam.steps,
        };
        let state = serde_json::to_value(state).unwrap_or_default();
        let tensors = [
            ("weights", &self.weights),
            ("average", &self.average),
            ("adam_mean", &self.adam.mean),
            ("adam_square", &self.adam.square),
        ];
        Checkpoint::of(state, &tensors).save(path)
    }

    /// Iterations made so far.
    #[must_use]
    pub const fn iteration(&self) -> u64 {
        self.iteration
    }

    /// The options.
    #[must_use]
    pub const fn options(&self) -> &RegressionOptions {
        &self.options
    }

    /// The sizes of the policy.
    #[must_use]
    pub const fn shape(&self) -> &PolicyShape {
        self.policy.shape()
    }

    /// The averaged weights, flat, in the order of [`PolicyShape::spans`].
    #[must_use]
    pub fn averaged_weights(&self) -> Vec<f32> {
        to_host(&self.average)
    }

    /// Draws the episodes of the next iteration but `ahead`.
    ///
    /// # Errors
    /// [`RegressionError`] when there is no photograph or one is too small.
    pub fn draw(
        &self,
        ground: &PracticeGround,
        ahead: u64,
    ) -> Result<Vec<Practice>, RegressionError> {
        draw(ground, &self.options, self.iteration + ahead)
    }

    /// One iteration on these episodes, while `meanwhile` runs on the other cores.
    ///
    /// # Errors
    /// [`RegressionError`] when an observation fails.
    pub fn learn<T: Send>(
        &mut self,
        episodes: Vec<Practice>,
        meanwhile: impl FnOnce() -> T + Send,
    ) -> Result<(RegressionReport, T), RegressionError> {
        let (report, other) = rayon::join(|| self.learn_alone(episodes), meanwhile);
        Ok((report?, other))
    }

    /// One iteration on these episodes, the first half of which start from the picture as found.
    fn learn_alone<E: GuidedEpisode>(
        &mut self,
        mut episodes: Vec<E>,
    ) -> Result<RegressionReport, RegressionError> {
        one_thread();
        let size = episodes.len() as i64;
        let targets = self.tensor(episodes.iter().flat_map(|each| each.target().values()));
        let metrics = self.tensor(episodes.iter().flat_map(|each| {
            each.metric().entries().iter().flatten().copied().collect::<Vec<f64>>()
        }));
        let metrics = metrics.view([size, COUNT, COUNT]);
        let targets = targets.view([size, COUNT]);
        let from_found = episodes.len().div_ceil(2);
        let mut loss = Tensor::zeros([1], (Kind::Float, self.device));
        let mut figures = Vec::with_capacity(self.options.unroll);
        let pieces = self.policy.cut(&self.weights);
        for _ in 0..self.options.unroll {
            let seen = episodes
                .par_iter()
                .map(E::observe)
                .collect::<Result<Vec<_>, _>>()
                .map_err(EpisodeError::from)?;
            let observations = self
                .tensor(seen.iter().flat_map(|each| each.values.iter().copied().map(f64::from)))
                .view([size, self.policy.shape().inputs as i64]);
            let scales = self.tensor(seen.iter().map(|each| each.scale)).view([size, 1]);
            let reach = (scales * STEP_PER_SCALE).clamp_max(LONGEST_STEP);
            let output = self.policy.forward(&pieces, &observations);
            let step = (output * OUTPUT_SOFTNESS).tanh() / OUTPUT_SOFTNESS * reach;
            let before = self.tensor(episodes.iter().flat_map(|each| each.params().values()));
            let after = (before.view([size, COUNT]) + step).clamp(-1.0, 1.0);
            let error = (&after - &targets).unsqueeze(2);
            let shown = error.transpose(1, 2).matmul(&metrics.matmul(&error)).view([size]);
            loss += (shown + E::LEAST_ERROR).log().mean(Kind::Float);
            let after = to_host(&after.detach());
            episodes.par_iter_mut().zip(after.par_chunks(Parameter::COUNT)).for_each(
                |(episode, values)| {
                    let mut params = [0.0; Parameter::COUNT];
                    for (param, value) in params.iter_mut().zip(values) {
                        *param = f64::from(*value);
                    }
                    episode.query(Params::clamped(params));
                },
            );
            let shown: Vec<f64> = episodes.iter().take(from_found).filter_map(E::figure).collect();
            if !shown.is_empty() {
                figures.push(shown.iter().sum::<f64>() / shown.len() as f64);
            }
        }
        let loss = self.descend(&(loss / self.options.unroll as f64));
        Ok(RegressionReport { iteration: self.iteration, loss, figures })
    }

    /// One step down this loss, which ends the iteration; the loss.
    fn descend(&mut self, loss: &Tensor) -> f64 {
        self.weights.zero_grad();
        loss.backward();
        let gradient = self.weights.grad();
        let rate = self.rate();
        self.adam.step(&mut self.weights, &gradient, rate, GRADIENT_NORM);
        // Young averages forget faster, or the random start would linger in them.
        let age = self.iteration as f64;
        let decay = AVERAGE_DECAY.min(age / (age + 10.0));
        no_grad(|| {
            self.average = &self.average * decay + self.weights.detach() * (1.0 - decay);
        });
        self.iteration += 1;
        loss.double_value(&[0])
    }

    fn rate(&self) -> f64 {
        let part = self.iteration as f64 / self.options.iterations.max(1) as f64;
        let warm = (self.iteration as f64 / WARM_UP + 0.01).min(1.0);
        self.options.rate * warm * 0.5 * (1.0 + (PI * part.min(1.0)).cos()) + LAST_RATE
    }

    fn tensor(&self, values: impl Iterator<Item = f64>) -> Tensor {
        let values: Vec<f32> = values.map(|value| value as f32).collect();
        Tensor::from_slice(&values).to_device(self.device)
    }
}

/// Everything of a training that is no tensor.
#[derive(Serialize, Deserialize)]
struct State {
    shape: PolicyShape,
    options: RegressionOptions,
    iteration: u64,
    adam_steps: i64,
}

/// Draws the episodes of one iteration: what they are depends on seed and iteration only, so that a
/// resumed training sees what an undisturbed one would have seen.
pub fn draw(
    ground: &PracticeGround,
    options: &RegressionOptions,
    iteration: u64,
) -> Result<Vec<Practice>, RegressionError> {
    let photographs = ground.photographs.len();
    if photographs == 0 && ground.live.is_some() {
        return Err(RegressionError::NoPhotograph);
    }
    let mut random = ChaCha8Rng::seed_from_u64(options.seed);
    random.set_stream(iteration + 1);
    let draws: Vec<(usize, u64)> = (0..options.batch)
        .map(|_| (random.random_range(0..photographs.max(1)), random.random_range(0..u64::MAX)))
        .collect();
    draws
        .into_par_iter()
        .enumerate()
        .map(|(number, (photograph, seed))| {
            let from_found = number < options.batch.div_ceil(2);
            Ok(ground.draw(photograph, from_found, seed)?)
        })
        .collect()
}

#[cfg(test)]
mod tests;
