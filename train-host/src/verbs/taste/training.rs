//! One training: regression, then the method.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tch::Device;
use train_host::environment::{ControlTask, Taste, TasteLesson};
use train_host::torch::{
    Exploration, Finished, PolicyShape, Regression, RegressionOptions, TasteLoss, Td3, Td3Options,
    TrainedPolicy,
};
use tuner::actor::TASTE_LENGTH;

use super::{Method, Options};

/// Time between checkpoints.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
/// Iterations between lines on the terminal and in the metrics.
const REPORT_EVERY: u64 = 100;
/// Environments of TD3 side by side.
const ENVIRONMENTS: usize = 32;
/// Epsilon at the end of TD3's exploration.
const LAST_EPSILON: f64 = 0.01;

/// Trains on these lessons and leaves the checkpoint in `out`; the policy.
pub fn train(options: &Options, lessons: Vec<TasteLesson>, out: &Path) -> Result<TrainedPolicy> {
    let mut run = Run {
        started: Instant::now(),
        saved: Instant::now(),
        minutes: options.minutes,
        metrics: out.with_extension("jsonl"),
    };
    if !options.resume {
        std::fs::write(&run.metrics, "").with_context(|| run.metrics.display().to_string())?;
    }
    let pretrained = out.with_extension("pretrained");
    let pretraining = RegressionOptions {
        iterations: options.pretraining,
        batch: options.batch,
        rate: options.rate,
        seed: options.seed,
        ..RegressionOptions::default()
    };
    let mut first = match &options.init {
        _ if options.resume => Regression::resume(&pretrained, None, Device::Cpu)?,
        Some(path) => {
            let policy = TrainedPolicy::load(path)?;
            ensure!(
                policy.shape.inputs == TASTE_LENGTH,
                "{}: a policy that goes to a goal; --init wants one of taste, as `train-host taste` \
                 makes it",
                path.display()
            );
            let TrainedPolicy { shape, weights, .. } = policy;
            Regression::from_policy(shape, &weights, pretraining, Device::Cpu)
        }
        None => Regression::new(PolicyShape::taste(options.width, 2), pretraining, Device::Cpu),
    };
    if !run.regress(&mut first, &lessons, TasteLoss::Answer, &pretrained)? {
        first.save(out)?;
        return Ok(TrainedPolicy::load(out)?);
    }
    let steps = options.steps.unwrap_or(if options.method == Method::Td3 { 20_000 } else { 1000 });
    match options.method {
        Method::Regression | Method::Simulator => {
            let loss = match options.method {
                Method::Simulator => TasteLoss::Picture,
                _ => TasteLoss::Answer,
            };
            let second = RegressionOptions { iterations: steps, ..first.options().clone() };
            let (shape, weights) = (first.shape().clone(), first.averaged_weights());
            let mut training = if options.resume && out.exists() {
                Regression::resume(out, None, Device::Cpu)?
            } else {
                Regression::from_policy(shape, &weights, second, Device::Cpu)
            };
            run.regress(&mut training, &lessons, loss, out)?;
        }
        Method::Td3 => {
            let lessons = Arc::new(lessons);
            let tasks = (0..ENVIRONMENTS)
                .map(|_| Ok(Box::new(Taste::new(Arc::clone(&lessons))?) as Box<dyn ControlTask>))
                .collect::<Result<Vec<_>>>()?;
            let mut td3 = if options.resume && out.exists() {
                Td3::resume(out, tasks, Device::Cpu)?
            } else {
                let weights = first.averaged_weights();
                let critics = vec![options.width; 2];
                let settings = td3_options(options, steps);
                let shape = first.shape().clone();
                Td3::new(shape, Some(&weights), critics, tasks, settings, Device::Cpu)?
            };
            run.reinforce(&mut td3, steps, out)?;
        }
    }
    Ok(TrainedPolicy::load(out)?)
}

fn td3_options(options: &Options, steps: u64) -> Td3Options {
    Td3Options {
        gamma: 0.5,
        ema: 0.99,
        policy_delay: 2,
        target_noise: 0.05,
        noise_clip: 0.1,
        exploration: Exploration::EpsilonGreedy {
            first: options.epsilon,
            last: LAST_EPSILON,
            steps,
        },
        batch_size: 128,
        replay_size: 100_000,
        learning_starts: 1000,
        random_starts: false,
        actor_starts: 1000,
        updates_per_step: 8,
        actor_rate: options.actor_rate,
        critic_rate: 3e-4,
        gradient_norm: Some(1.0),
        huber: true,
        squash: 1.0,
        demonstrations: 4000,
        demonstration_noise: 0.1,
        demonstration_share: 0.25,
        bc: options.bc,
        seed: options.seed,
    }
}

/// The clock and the metrics of one training.
struct Run {
    started: Instant,
    saved: Instant,
    minutes: Option<f64>,
    metrics: std::path::PathBuf,
}

impl Run {
    /// Regression up to its last iteration; whether it got there in time.
    fn regress(
        &mut self,
        training: &mut Regression,
        lessons: &[TasteLesson],
        kind: TasteLoss,
        out: &Path,
    ) -> Result<bool> {
        let mut sum = 0.0;
        let all = training.options().iterations;
        while training.iteration() < all {
            sum += training.learn_taste(lessons, kind)?.loss;
            if training.iteration().is_multiple_of(REPORT_EVERY) {
                self.report(&serde_json::json!({
                    "stage": if kind == TasteLoss::Answer { "regression" } else { "simulator" },
                    "iteration": training.iteration(),
                    "loss": rounded(sum / REPORT_EVERY as f64),
                    "seconds": self.started.elapsed().as_secs(),
                }))?;
                sum = 0.0;
            }
            if self.saved.elapsed() > CHECKPOINT_EVERY {
                training.save(out)?;
                self.saved = Instant::now();
            }
            if self.over() {
                training.save(out)?;
                return Ok(false);
            }
        }
        training.save(out)?;
        Ok(true)
    }

    fn reinforce(&mut self, td3: &mut Td3, steps: u64, out: &Path) -> Result<()> {
        let mut ended: Vec<Finished> = Vec::new();
        let mut reported = td3.steps();
        while td3.steps() < steps && !self.over() {
            ended.extend(td3.step()?);
            if td3.steps() - reported >= 10 * REPORT_EVERY {
                reported = td3.steps();
                let figures: Vec<f64> = ended.iter().filter_map(|each| each.figure).collect();
                let count = figures.len().max(1) as f64;
                let earned = ended.iter().map(|each| each.earned).sum::<f64>();
                self.report(&serde_json::json!({
                    "stage": "td3",
                    "steps": td3.steps(),
                    "updates": td3.updates(),
                    "earned": rounded(earned / count),
                    "delta_e00": rounded(figures.iter().sum::<f64>() / count),
                    "seconds": self.started.elapsed().as_secs(),
                }))?;
                ended.clear();
            }
            if self.saved.elapsed() > CHECKPOINT_EVERY {
                td3.save(out)?;
                self.saved = Instant::now();
            }
        }
        Ok(td3.save(out)?)
    }

    fn over(&self) -> bool {
        let spent = self.started.elapsed().as_secs_f64() / 60.0;
        self.minutes.is_some_and(|minutes| spent > minutes)
    }

    fn report(&self, line: &serde_json::Value) -> Result<()> {
        let told = || self.metrics.display().to_string();
        let mut file = OpenOptions::new().append(true).create(true).open(&self.metrics);
        let file = file.as_mut().map_err(|error| anyhow::anyhow!("{error}")).with_context(told)?;
        writeln!(file, "{line}").with_context(told)?;
        eprintln!("{line}");
        Ok(())
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
