//! TD3: Fujimoto, van Hoof and Meger, "Addressing function approximation error in actor-critic
//! methods", ICML 2018, algorithm 1; with the behaviour-cloning term of Fujimoto and Gu, "A
//! minimalist approach to offline reinforcement learning", NeurIPS 2021, equation 4, where asked for.

mod episodes;
mod resume;
#[cfg(test)]
mod tests;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Reduction, Tensor, no_grad};

use super::adam::{AdamW, AdamWOptions};
use super::policy::{Policy, PolicyShape, to_host};
use super::replay::{Minibatch, Replay};
use super::threads::one_thread;
use super::twin_critics::TwinCritics;
use crate::environment::{ControlTask, EpisodeError, Step};
use crate::paper_network::PaperFeatures;

use episodes::Slot;
pub use resume::{Td3Error, Td3Policy};

/// How actions leave the policy's own while it learns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Exploration {
    /// Normal noise of this standard deviation is added.
    Gaussian(f64),
    /// With a probability that falls linearly from `first` to `last` within `steps` steps, the
    /// action is drawn uniformly (Polarr, "Reinforced creativity").
    EpsilonGreedy {
        /// Probability at the start.
        first: f64,
        /// Probability after `steps`.
        last: f64,
        /// Steps of the fall.
        steps: u64,
    },
}

/// Options of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Td3Options {
    /// Discount of a reward one step away.
    pub gamma: f64,
    /// Part of the target networks that an update of theirs leaves as it is (1 − τ).
    pub ema: f64,
    /// Critic updates for each update of the policy and of the targets.
    pub policy_delay: u64,
    /// Standard deviation of the noise on the target policy's actions …
    pub target_noise: f64,
    /// … and its bound.
    pub noise_clip: f64,
    /// How actions leave the policy's own.
    pub exploration: Exploration,
    /// Transitions of an update.
    pub batch_size: usize,
    /// Transitions that are kept.
    pub replay_size: usize,
    /// Transitions before the first update.
    pub learning_starts: usize,
    /// Until then actions are uniform, not the policy's.
    pub random_starts: bool,
    /// Critic updates before the first of the policy.
    pub actor_starts: u64,
    /// Updates after each step of all environments together.
    pub updates_per_step: usize,
    /// Learning rate of the policy.
    pub actor_rate: f64,
    /// Learning rate of the critics.
    pub critic_rate: f64,
    /// Longest gradient that is followed; none: as long as it is.
    pub gradient_norm: Option<f64>,
    /// Critics are judged by the Huber loss instead of the squared error.
    pub huber: bool,
    /// An action is tanh(squash · output).
    pub squash: f64,
    /// Transitions of a demonstrator that are lived through first, and kept.
    pub demonstrations: usize,
    /// Standard deviation of the noise on the demonstrator's actions.
    pub demonstration_noise: f64,
    /// Share of demonstrations in each update.
    pub demonstration_share: f64,
    /// Weight of the behaviour-cloning term against the normalised value (1/α).
    pub bc: f64,
    /// Seed of everything that is drawn.
    pub seed: u64,
}

/// An episode that ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finished {
    /// Sum of its rewards.
    pub earned: f64,
    /// The task's own figure at its end.
    pub figure: Option<f64>,
}

/// Flat weights, their slow copy, their optimiser.
struct Learned {
    weights: Tensor,
    target: Tensor,
    adam: AdamW,
    /// The weights in pieces, without gradient: views, which follow every update.
    live: Vec<Tensor>,
    /// The slow copy in pieces.
    slow: Vec<Tensor>,
}

impl Learned {
    fn new(weights: Tensor, target: Tensor, cut: impl Fn(&Tensor) -> Vec<Tensor>) -> Self {
        let options = AdamWOptions { weight_decay: 0.0, ..AdamWOptions::default() };
        let adam = AdamW::new(weights.numel() as i64, weights.device(), options);
        let (live, slow) = (cut(&weights), cut(&target));
        Self { weights: weights.detach().set_requires_grad(true), target, adam, live, slow }
    }

    /// One step of Adam down this loss.
    fn descend(&mut self, loss: &Tensor, rate: f64, options: &Td3Options) {
        let gradients = Tensor::run_backward(&[loss], &[&self.weights], false, false);
        let norm = options.gradient_norm.unwrap_or(f64::INFINITY);
        for gradient in gradients {
            self.adam.step(&mut self.weights, &gradient, rate, norm);
        }
    }

    fn follow(&mut self, ema: f64) {
        let _ = no_grad(|| self.target.lerp_(&self.weights, 1.0 - ema));
    }
}

/// A running training.
pub struct Td3 {
    options: Td3Options,
    policy: Policy,
    critics: TwinCritics,
    actor: Learned,
    critic: Learned,
    replay: Replay,
    demonstrated: Replay,
    slots: Vec<Slot>,
    random: ChaCha8Rng,
    steps: u64,
    updates: u64,
    device: Device,
}

impl Td3 {
    /// Starts with a policy of this shape, with these weights or random ones, and with critics whose
    /// hidden layers are `critic_hidden`, in `tasks` side by side.
    ///
    /// # Errors
    /// [`Td3Error`] when a task has no episode, shows other things than the policy sees, or has no
    /// demonstrator although one is asked for.
    pub fn new(
        shape: PolicyShape,
        weights: Option<&[f32]>,
        critic_hidden: Vec<usize>,
        tasks: Vec<Box<dyn ControlTask>>,
        options: Td3Options,
        device: Device,
    ) -> Result<Self, Td3Error> {
        let mut random = ChaCha8Rng::seed_from_u64(options.seed);
        let policy = Policy::new(shape);
        let shape = policy.shape();
        let takes = shape.observation_length();
        if let Some(shown) = tasks.iter().map(|t| t.observation_length()).find(|n| *n != takes) {
            return Err(Td3Error::OtherState { takes, shown });
        }
        let inputs = shape.inputs + shape.outputs;
        let critics = PolicyShape { inputs, hidden: critic_hidden, outputs: 1, ..shape.clone() };
        let actor = match weights {
            Some(weights) => Tensor::from_slice(weights).to_device(device),
            None => policy.first_weights(&mut random, device),
        };
        let critics = TwinCritics(critics);
        let twins = critics.first_weights(&mut random, device);
        let actor = Learned::new(actor.copy(), actor, |flat| policy.cut(flat));
        let critic = Learned::new(twins.copy(), twins, |flat| critics.cut(flat));
        let picture = if shape.features.is_some() { PaperFeatures::PICTURE } else { 0 };
        let ring = |size: usize| Replay::new(takes, picture, shape.outputs, size);
        let (replay, demonstrated) = (ring(options.replay_size), ring(options.demonstrations));
        let slots = tasks.into_iter().map(Slot::new).collect();
        let (steps, updates) = (0, 0);
        let mut td3 = Self {
            options,
            policy,
            critics,
            actor,
            critic,
            replay,
            demonstrated,
            slots,
            random,
            steps,
            updates,
            device,
        };
        td3.restart(|_| true)?;
        td3.watch_demonstrations()?;
        Ok(td3)
    }

    /// One step of every environment, then the updates; the episodes that ended.
    ///
    /// # Errors
    /// [`EpisodeError`] when an environment fails.
    pub fn step(&mut self) -> Result<Vec<Finished>, EpisodeError> {
        one_thread();
        let actions = self.explore();
        let finished = self.interact(&actions, false)?;
        self.steps += self.slots.len() as u64;
        if self.replay.len() >= self.options.learning_starts {
            (0..self.options.updates_per_step).for_each(|_| self.update());
        }
        Ok(finished)
    }

    /// What critics say (critics × n) of these actions. They see an action on the scale of the
    /// policy's output: on its own, a step of finishing photographs is lost beside 344 numbers of
    /// unit size.
    fn values(&self, critics: &[Tensor], observations: &Tensor, actions: &Tensor) -> Tensor {
        self.critics.values(critics, observations, &(actions / self.options.squash))
    }

    /// Actions n × a for observations n × o.
    fn act(&self, pieces: &[Tensor], observations: &Tensor) -> Tensor {
        (self.policy.forward(pieces, observations) * self.options.squash).tanh()
    }

    fn explore(&mut self) -> Vec<f32> {
        let action = self.policy.shape().outputs;
        let starting = self.replay.len() < self.options.learning_starts;
        if self.options.random_starts && starting {
            let count = self.slots.len() * action;
            return (0..count).map(|_| self.random.random_range(-1.0..=1.0)).collect();
        }
        let observations = self.slots.iter().map(|slot| slot.observation.as_slice());
        let mut actions = self.greedy(observations);
        match self.options.exploration {
            Exploration::Gaussian(deviation) => {
                for value in &mut actions {
                    let noise: f64 = StandardNormal.sample(&mut self.random);
                    *value = (*value + (deviation * noise) as f32).clamp(-1.0, 1.0);
                }
            }
            Exploration::EpsilonGreedy { first, last, steps } => {
                let part = (self.steps as f64 / steps.max(1) as f64).min(1.0);
                let epsilon = first + (last - first) * part;
                for own in actions.chunks_exact_mut(action) {
                    if self.random.random_range(0.0..1.0) < epsilon {
                        own.fill_with(|| self.random.random_range(-1.0..=1.0));
                    }
                }
            }
        }
        actions
    }

    /// The policy's own actions, one after the other.
    fn greedy<'a>(&self, observations: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
        let seen: Vec<f32> = observations.flatten().copied().collect();
        let seen = Tensor::from_slice(&seen).to_device(self.device);
        let length = self.policy.shape().observation_length() as i64;
        no_grad(|| to_host(&self.act(&self.actor.live, &seen.view([-1, length]))))
    }

    /// Acts in all environments and keeps what came of it.
    fn interact(
        &mut self,
        actions: &[f32],
        demonstration: bool,
    ) -> Result<Vec<Finished>, EpisodeError> {
        let chunks = actions.chunks_exact(self.policy.shape().outputs);
        let pairs: Vec<(&mut Slot, &[f32])> = self.slots.iter_mut().zip(chunks.clone()).collect();
        // A single small environment is not worth another thread.
        let steps: Vec<Step> = if pairs.len() == 1 {
            pairs.into_iter().map(|(slot, action)| slot.step(action)).collect::<Result<_, _>>()?
        } else {
            let steps = pairs.into_par_iter().map(|(slot, action)| slot.step(action));
            steps.collect::<Result<_, _>>()?
        };
        let ring = if demonstration { &mut self.demonstrated } else { &mut self.replay };
        let mut finished = Vec::new();
        let mut ended = vec![false; self.slots.len()];
        let all = self.slots.iter_mut().zip(chunks).zip(steps).zip(&mut ended);
        for (((slot, action), step), ended) in all {
            if !step.dropped {
                let (reward, next) = (step.reward as f32, &step.observation);
                ring.push(&slot.observation, action, reward, step.terminated, next);
            }
            slot.observation = step.observation;
            if step.terminated || step.truncated {
                *ended = true;
                finished.push(Finished { earned: slot.earned, figure: slot.task.figure() });
            }
        }
        self.restart(|number| ended.get(number).copied().unwrap_or(false))?;
        Ok(finished)
    }

    fn restart(&mut self, which: impl Fn(usize) -> bool) -> Result<(), EpisodeError> {
        let chosen = self.slots.iter_mut().enumerate().filter(|(number, _)| which(*number));
        let chosen: Vec<(&mut Slot, u64)> =
            chosen.map(|(_, slot)| (slot, self.random.random_range(0..u64::MAX))).collect();
        chosen.into_par_iter().try_for_each(|(slot, seed)| slot.start(seed))
    }

    fn watch_demonstrations(&mut self) -> Result<(), Td3Error> {
        while self.demonstrated.len() < self.options.demonstrations {
            let shown = self.slots.par_iter_mut().map(|slot| slot.task.demonstration());
            let shown = shown.collect::<Option<Vec<_>>>().ok_or(Td3Error::NoDemonstrator)?;
            let mut actions = shown.concat();
            for value in &mut actions {
                let noise: f64 = StandardNormal.sample(&mut self.random);
                let noise = (self.options.demonstration_noise * noise) as f32;
                *value = (*value + noise).clamp(-1.0, 1.0);
            }
            self.interact(&actions, true)?;
        }
        let shown = self.options.demonstrations > 0;
        Ok(self.restart(|_| shown)?)
    }

    fn update(&mut self) {
        let Td3Options { gamma, target_noise, noise_clip, batch_size, .. } = self.options;
        let shown = (self.options.demonstration_share * batch_size as f64).round() as usize;
        let shown = if self.demonstrated.len() == 0 { 0 } else { shown.min(batch_size) };
        let rings = [(&self.demonstrated, shown), (&self.replay, batch_size - shown)];
        let batch = Replay::sample(rings, &mut self.random, self.device);
        let deviates = (&mut self.random).sample_iter(StandardNormal);
        let deviates: Vec<f32> = deviates.take(batch.actions.numel()).collect();
        let goals = no_grad(|| {
            let noise =
                Tensor::from_slice(&deviates).to_device(self.device).view_as(&batch.actions);
            let noise = (noise * target_noise).clamp(-noise_clip, noise_clip);
            let next = &batch.next_observations;
            let actions = (self.act(&self.actor.slow, next) + noise).clamp(-1.0, 1.0);
            let least = self.values(&self.critic.slow, next, &actions).amin(0, false);
            (&batch.rewards + &batch.continues * least * gamma).unsqueeze(0).expand([2, -1], false)
        });
        let pieces = self.critics.cut(&self.critic.weights);
        let values = self.values(&pieces, &batch.observations, &batch.actions);
        // Twice the mean over both critics is the sum of their losses.
        let loss = 2.0
            * if self.options.huber {
                values.smooth_l1_loss(&goals, Reduction::Mean, 1.0)
            } else {
                values.mse_loss(&goals, Reduction::Mean)
            };
        self.critic.descend(&loss, self.options.critic_rate, &self.options);
        self.updates += 1;
        if self.updates.is_multiple_of(self.options.policy_delay.max(1)) {
            if self.updates > self.options.actor_starts {
                self.improve_policy(&batch, shown);
            }
            self.actor.follow(self.options.ema);
            self.critic.follow(self.options.ema);
        }
    }

    /// The policy follows the first critic, and the first `shown` actions where they are cloned.
    fn improve_policy(&mut self, batch: &Minibatch, shown: usize) {
        let pieces = self.policy.cut(&self.actor.weights);
        let actions = self.act(&pieces, &batch.observations);
        let first = self.critics.first(&self.critic.live);
        let values = self.values(&first, &batch.observations, &actions);
        let mut loss = -values.mean(Kind::Float);
        if self.options.bc > 0.0 && shown > 0 {
            let shown = shown as i64;
            let ours = actions.narrow(0, 0, shown);
            let cloned = ours.mse_loss(&batch.actions.narrow(0, 0, shown), Reduction::Mean);
            loss = loss / values.detach().abs().mean(Kind::Float) + cloned * self.options.bc;
        }
        self.actor.descend(&loss, self.options.actor_rate, &self.options);
    }

    /// Steps made in all environments together, demonstrations not counted.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Updates of the critics made.
    #[must_use]
    pub const fn updates(&self) -> u64 {
        self.updates
    }
}
