//! What trainings have in common that begin with regression to what a search found.

use std::path::PathBuf;

use clap::Args;

#[cfg(feature = "torch")]
mod run;

#[cfg(feature = "torch")]
pub use run::{Run, rounded};

/// Options of such a training.
#[derive(Debug, Clone, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Schooling {
    /// Iterations of the pre-training: regression to what a search finds
    #[arg(long, default_value_t = 1500)]
    pretraining: u64,
    /// How much of the method comes after it: steps in all environments for td3, else iterations
    /// [default: 20000 or 1000]
    #[arg(long)]
    steps: Option<u64>,
    /// Episodes of an iteration
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Learning rate of the pre-training, and of the method where it is no TD3
    #[arg(long, default_value_t = 1e-3)]
    rate: f64,
    /// Learning rate of the policy in TD3
    #[arg(long, default_value_t = 2e-5)]
    actor_rate: f64,
    /// Weight of cloning the search's answers in TD3, against the normalised value
    #[arg(long, default_value_t = 2.5)]
    bc: f64,
    /// Width of the two hidden layers; with --init that of its checkpoint
    #[arg(long, default_value_t = 256)]
    pub width: usize,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Stop after so many minutes; --resume goes on
    #[arg(long)]
    minutes: Option<f64>,
    /// Start from the policy of the same kind in this checkpoint
    #[arg(long, conflicts_with = "resume")]
    pub init: Option<PathBuf>,
    /// Go on with the checkpoints beside --out
    #[arg(long)]
    pub resume: bool,
    /// Checkpoint; that of the pre-training goes to the same name with .pretrained, metrics with
    /// .jsonl
    #[arg(long)]
    pub out: PathBuf,
}

#[cfg(feature = "torch")]
mod with_torch {
    use std::path::Path;

    use anyhow::{Result, bail};
    use tch::Device;
    use train_host::environment::ControlTask;
    use train_host::torch::{
        Exploration, PolicyShape, Regression, RegressionOptions, Td3, Td3Options, TrainedPolicy,
    };

    use super::Schooling;

    impl Schooling {
        /// How much of the method comes after the pre-training, where it is TD3 and where it is not.
        pub fn steps(&self, is_td3: bool) -> u64 {
            self.steps.unwrap_or(if is_td3 { 20_000 } else { 1000 })
        }

        /// The pre-training at its start, from random weights of `fresh` or those of --init, or where
        /// it was left.
        ///
        /// # Errors
        /// When a checkpoint cannot be read or is of another kind.
        pub fn pretraining(&self, fresh: PolicyShape, pretrained: &Path) -> Result<Regression> {
            if self.resume {
                return Ok(Regression::resume(pretrained, None, Device::Cpu)?);
            }
            let options = RegressionOptions {
                iterations: self.pretraining,
                batch: self.batch,
                rate: self.rate,
                seed: self.seed,
                ..RegressionOptions::default()
            };
            let Some(path) = &self.init else {
                return Ok(Regression::new(fresh, options, Device::Cpu));
            };
            let TrainedPolicy { shape, weights, .. } = TrainedPolicy::load(path)?;
            if shape.inputs != fresh.inputs {
                bail!(
                    "{}: a policy that sees {} numbers; --init wants one of the same verb, which sees \
                     {}",
                    path.display(),
                    shape.inputs,
                    fresh.inputs
                );
            }
            Ok(Regression::from_policy(shape, &weights, options, Device::Cpu))
        }

        /// More regression, from where the pre-training ended or where it was left.
        ///
        /// # Errors
        /// When the checkpoint cannot be read.
        pub fn more_regression(&self, first: &Regression, out: &Path) -> Result<Regression> {
            if self.resume && out.exists() {
                return Ok(Regression::resume(out, None, Device::Cpu)?);
            }
            let iterations = self.steps(false);
            let options = RegressionOptions { iterations, ..first.options().clone() };
            let (shape, weights) = (first.shape().clone(), first.averaged_weights());
            Ok(Regression::from_policy(shape, &weights, options, Device::Cpu))
        }

        /// TD3 from where the pre-training ended or where it was left.
        ///
        /// # Errors
        /// When the checkpoint cannot be read or an episode cannot be drawn.
        pub fn td3(
            &self,
            first: &Regression,
            tasks: Vec<Box<dyn ControlTask>>,
            options: Td3Options,
            out: &Path,
        ) -> Result<Td3> {
            if self.resume && out.exists() {
                return Ok(Td3::resume(out, tasks, Device::Cpu)?);
            }
            let (shape, weights) = (first.shape().clone(), first.averaged_weights());
            let critics = vec![self.width; 2];
            Ok(Td3::new(shape, Some(&weights), critics, tasks, options, Device::Cpu)?)
        }

        /// What does not depend on the task.
        pub fn td3_options(&self, gamma: f64, squash: f64, exploration: Exploration) -> Td3Options {
            Td3Options {
                gamma,
                ema: 0.99,
                policy_delay: 2,
                target_noise: 0.05,
                noise_clip: 0.1,
                exploration,
                batch_size: 128,
                replay_size: 100_000,
                learning_starts: 1000,
                random_starts: false,
                actor_starts: 1000,
                updates_per_step: 8,
                actor_rate: self.actor_rate,
                critic_rate: 3e-4,
                gradient_norm: Some(1.0),
                huber: true,
                squash,
                demonstrations: 4000,
                demonstration_noise: 0.1,
                demonstration_share: 0.25,
                bc: self.bc,
                seed: self.seed,
            }
        }
    }
}
