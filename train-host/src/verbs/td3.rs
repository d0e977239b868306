//! `train-host td3`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::practice::Practice;
use super::seen::SeenOptions;

/// What is learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Environment {
    /// Pendulum-v1, to check the algorithm
    Pendulum,
    /// Photo finishing
    Finishing,
}

/// What is rewarded in finishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RewardKind {
    /// Rise of the PSNR
    Psnr,
    /// Decrease of the mean CIEDE2000 difference
    DeltaE,
}

/// How actions leave the policy's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplorationKind {
    /// Normal noise
    Gaussian,
    /// Now and then a uniform action; ever more seldom
    EpsilonGreedy,
}

/// Options of the verb. Those without a default have one for each environment: docs/training.md.
#[derive(Debug, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Options {
    /// What is learned
    #[arg(long, value_enum)]
    environment: Environment,
    #[command(flatten)]
    practice: Practice,
    /// Pipelines that make the goals, where not the practised ones do, with their shares
    #[arg(long)]
    goals: Option<String>,
    /// What is rewarded in finishing
    #[arg(long, value_enum, default_value = "psnr")]
    reward: RewardKind,
    #[command(flatten)]
    seen: SeenOptions,
    /// Environments side by side
    #[arg(long)]
    environments: Option<usize>,
    /// Steps in all environments together
    #[arg(long, default_value_t = 20_000)]
    steps: u64,
    /// Stop after so many minutes; --resume goes on
    #[arg(long)]
    minutes: Option<f64>,
    /// Updates after each step of all environments
    #[arg(long)]
    updates: Option<usize>,
    /// Transitions of an update
    #[arg(long)]
    batch: Option<usize>,
    /// Widths of the policy's hidden layers; with --init those of its checkpoint
    #[arg(long, value_delimiter = ',')]
    hidden: Option<Vec<usize>>,
    /// Widths of the critics' hidden layers
    #[arg(long, value_delimiter = ',')]
    critic_hidden: Option<Vec<usize>>,
    /// Learning rate of the policy (the paper: 1e-4)
    #[arg(long)]
    actor_rate: Option<f64>,
    /// Learning rate of the critics (the paper: 2e-4)
    #[arg(long)]
    critic_rate: Option<f64>,
    /// Discount of a reward one step away
    #[arg(long)]
    gamma: Option<f64>,
    /// Part of the target networks that an update of theirs leaves (1 - tau)
    #[arg(long)]
    ema: Option<f64>,
    /// Noise of the explored actions, or the first epsilon
    #[arg(long)]
    noise: Option<f64>,
    /// How actions leave the policy's own
    #[arg(long, value_enum, default_value = "gaussian")]
    exploration: ExplorationKind,
    /// Transitions before the first update
    #[arg(long)]
    learning_starts: Option<usize>,
    /// Updates of the critics before the first of the policy
    #[arg(long)]
    actor_starts: Option<u64>,
    /// Transitions of a demonstrator who knows the answer, lived through first
    #[arg(long, default_value_t = 0)]
    demonstrations: usize,
    /// Share of demonstrations in each update
    #[arg(long, default_value_t = 0.25)]
    demonstration_share: f64,
    /// Weight of cloning the demonstrations, against the normalised value (TD3+BC; 0.4 there)
    #[arg(long, default_value_t = 0.0)]
    bc: f64,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Start from the policy in this checkpoint
    #[arg(long, conflicts_with = "resume")]
    init: Option<PathBuf>,
    /// Go on with the checkpoint in --out, with its options
    #[arg(long)]
    resume: bool,
    /// In the end, so many episodes without noise
    #[arg(long, default_value_t = 0)]
    evaluate: usize,
    /// cpu or cuda
    #[arg(long, default_value = "cpu")]
    device: String,
    /// Checkpoint, written every minute; metrics go to the same name with .jsonl
    #[arg(long)]
    out: PathBuf,
}

#[cfg(not(feature = "torch"))]
/// Says that this build cannot train.
///
/// # Errors
/// Always.
pub fn run(_: &Options) -> anyhow::Result<()> {
    super::no_libtorch("td3")
}

#[cfg(feature = "torch")]
pub use with_torch::run;

#[cfg(feature = "torch")]
mod with_torch {
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use anyhow::{Context, Result};
    use train_host::environment::{
        ControlTask, Finishing, Move, Pendulum, PracticeOptions, Reward, State,
    };
    use train_host::torch::{
        Exploration, Finished, HiddenForm, PolicyShape, Td3, Td3Options, TrainedPolicy, device,
        one_thread,
    };
    use tuner::Frame;
    use tuner::actor::OUTPUT_SOFTNESS;

    use super::super::cpu_seconds;
    use super::{Environment, ExplorationKind, Options, RewardKind};

    /// Time between checkpoints.
    const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
    /// Time between lines on the terminal and in the metrics.
    const REPORT_EVERY: Duration = Duration::from_secs(10);
    /// Epsilon at the end of an epsilon-greedy training.
    const LAST_EPSILON: f64 = 0.01;
    /// Seeds of evaluation episodes start here.
    const EVALUATION_SEED: u64 = 1 << 40;

    /// Trains, or evaluates what was trained.
    ///
    /// # Errors
    /// When photographs, options, device or checkpoint cannot be used.
    pub fn run(options: &Options) -> Result<()> {
        one_thread();
        let device = device(&options.device)?;
        let photographs = Arc::new(options.practice.pictures.all(options.seed)?);
        let count =
            options.environments.unwrap_or(match (options.environment, options.seen.state()) {
                (Environment::Pendulum, _) => 1,
                (Environment::Finishing, State::Residual) => 64,
                (Environment::Finishing, State::Paper) => 16,
            });
        let tasks = |count| tasks(options, &photographs, count);
        let mut td3 = if options.resume {
            Td3::resume(&options.out, tasks(count)?, device)?
        } else {
            let (shape, critics, training) = settings(options);
            let (shape, weights) = match &options.init {
                Some(path) => {
                    let first = TrainedPolicy::load(path)?;
                    (first.shape, Some(first.weights))
                }
                None => (shape, None),
            };
            Td3::new(shape, weights.as_deref(), critics, tasks(count)?, training, device)?
        };
        train(options, &mut td3)?;
        if options.evaluate > 0 {
            let ended = td3.evaluate(tasks(options.evaluate)?, EVALUATION_SEED)?;
            println!("{}", means(&ended));
        }
        Ok(())
    }

    fn train(options: &Options, td3: &mut Td3) -> Result<()> {
        let path = options.out.with_extension("jsonl");
        let mut metrics = OpenOptions::new()
            .create(true)
            .append(options.resume)
            .truncate(!options.resume)
            .write(true)
            .open(&path)
            .with_context(|| path.display().to_string())?;
        let started = Instant::now();
        let (first_steps, first_updates) = (td3.steps(), td3.updates());
        let first_cpu = cpu_seconds();
        let (mut saved, mut reported) = (started, started);
        let mut ended = Vec::new();
        while td3.steps() < options.steps {
            ended.extend(td3.step()?);
            let over = options
                .minutes
                .is_some_and(|minutes| started.elapsed().as_secs_f64() > minutes * 60.0);
            let last = over || td3.steps() >= options.steps;
            if last || reported.elapsed() > REPORT_EVERY {
                reported = Instant::now();
                let seconds = started.elapsed().as_secs_f64();
                let cpu = cpu_seconds().zip(first_cpu).map(|(now, first)| now - first);
                let updates = (td3.updates() - first_updates) as f64;
                let mut line = means(&ended);
                let more = serde_json::json!({
                    "steps": td3.steps(),
                    "updates": td3.updates(),
                    "seconds": seconds.round(),
                    "steps_per_second": ((td3.steps() - first_steps) as f64 / seconds).round(),
                    "updates_per_second": (updates / seconds).round(),
                    "updates_per_cpu_second": cpu.map(|cpu| (updates / cpu).round()),
                });
                if let (Some(line), serde_json::Value::Object(more)) = (line.as_object_mut(), more)
                {
                    line.extend(more);
                }
                writeln!(metrics, "{line}")?;
                eprintln!("{line}");
                ended.clear();
            }
            if last || saved.elapsed() > CHECKPOINT_EVERY {
                td3.save(&options.out)?;
                saved = Instant::now();
            }
            if over {
                eprintln!("{:.1} minutes are over; --resume goes on", seconds_of(started) / 60.0);
                break;
            }
        }
        Ok(())
    }

    fn seconds_of(started: Instant) -> f64 {
        started.elapsed().as_secs_f64()
    }

    fn tasks(
        options: &Options,
        photographs: &Arc<Vec<Frame>>,
        count: usize,
    ) -> Result<Vec<Box<dyn ControlTask>>> {
        let reward = match options.reward {
            RewardKind::Psnr => Reward::Psnr,
            RewardKind::DeltaE => Reward::DeltaE,
        };
        let (state, moves) = (options.seen.state(), options.seen.moves());
        let task = || -> Result<Box<dyn ControlTask>> {
            Ok(match options.environment {
                Environment::Pendulum => Box::new(Pendulum::at(0.0, 0.0)),
                Environment::Finishing => {
                    let goals = options.goals.as_deref().map(str::parse).transpose()?;
                    let practice = PracticeOptions { goals, ..options.practice.options()? };
                    let task = Finishing::new(Arc::clone(photographs), practice, reward)?;
                    Box::new(task.seen_as(state, moves))
                }
            })
        };
        (0..count).map(|_| task()).collect()
    }

    /// Sizes of policy and critics, and the options of the training: those of the environment, then
    /// those asked for.
    fn settings(options: &Options) -> (PolicyShape, Vec<usize>, Td3Options) {
        let (mut shape, mut critics, defaults) = match options.environment {
            Environment::Pendulum => pendulum(options.steps),
            Environment::Finishing => finishing(options),
        };
        shape.hidden = options.hidden.clone().unwrap_or(shape.hidden);
        critics = options.critic_hidden.clone().unwrap_or(critics);
        let noise = options.noise;
        let exploration = match (options.exploration, defaults.exploration) {
            (ExplorationKind::Gaussian, Exploration::Gaussian(usual)) => {
                Exploration::Gaussian(noise.unwrap_or(usual))
            }
            (ExplorationKind::Gaussian, other) => other,
            (ExplorationKind::EpsilonGreedy, _) => {
                let (first, last) = (noise.unwrap_or(1.0), LAST_EPSILON);
                Exploration::EpsilonGreedy { first, last, steps: options.steps }
            }
        };
        let training = Td3Options {
            gamma: options.gamma.unwrap_or(defaults.gamma),
            ema: options.ema.unwrap_or(defaults.ema),
            exploration,
            batch_size: options.batch.unwrap_or(defaults.batch_size),
            learning_starts: options.learning_starts.unwrap_or(defaults.learning_starts),
            actor_starts: options.actor_starts.unwrap_or(defaults.actor_starts),
            updates_per_step: options.updates.unwrap_or(defaults.updates_per_step),
            actor_rate: options.actor_rate.unwrap_or(defaults.actor_rate),
            critic_rate: options.critic_rate.unwrap_or(defaults.critic_rate),
            demonstrations: options.demonstrations,
            demonstration_share: options.demonstration_share,
            bc: options.bc,
            seed: options.seed,
            ..defaults
        };
        (shape, critics, training)
    }

    /// The settings that tests/python/td3_reference.py gives Stable-Baselines3.
    fn pendulum(steps: u64) -> (PolicyShape, Vec<usize>, Td3Options) {
        let (hidden, form) = (vec![256, 256], HiddenForm::Relu);
        let shape = PolicyShape {
            inputs: 3,
            hidden: hidden.clone(),
            outputs: 1,
            form,
            ..PolicyShape::residual(1, 1)
        };
        let options = Td3Options {
            gamma: 0.98,
            ema: 0.995,
            policy_delay: 2,
            target_noise: 0.2,
            noise_clip: 0.5,
            exploration: Exploration::Gaussian(0.1),
            batch_size: 64,
            replay_size: usize::try_from(steps).unwrap_or(usize::MAX),
            learning_starts: 1000,
            random_starts: true,
            actor_starts: 0,
            updates_per_step: 1,
            actor_rate: 1e-3,
            critic_rate: 1e-3,
            gradient_norm: None,
            huber: false,
            squash: 1.0,
            demonstrations: 0,
            demonstration_noise: 0.0,
            demonstration_share: 0.0,
            bc: 0.0,
            seed: 0,
        };
        (shape, hidden, options)
    }

    /// A step is tanh(0.3·o), so all noises are 0.3 of what they are for an output o.
    fn finishing(options: &Options) -> (PolicyShape, Vec<usize>, Td3Options) {
        let squash = match options.seen.moves() {
            Move::Step => OUTPUT_SOFTNESS,
            Move::Absolute => 1.0,
        };
        let training = Td3Options {
            gamma: 0.9,
            ema: 0.99,
            policy_delay: 2,
            target_noise: 0.2 * squash,
            noise_clip: 0.5 * squash,
            exploration: Exploration::Gaussian(0.1 * squash),
            batch_size: 192,
            replay_size: 50_000,
            learning_starts: 2000,
            random_starts: false,
            actor_starts: 500,
            updates_per_step: 2,
            actor_rate: 3e-4,
            critic_rate: 5e-4,
            gradient_norm: Some(1.0),
            huber: true,
            squash,
            demonstrations: 0,
            demonstration_noise: 0.1 * squash,
            demonstration_share: 0.25,
            bc: 0.0,
            seed: 0,
        };
        if options.seen.state() == State::Residual {
            return (PolicyShape::residual(384, 3), vec![256, 256], training);
        }
        let training = Td3Options {
            batch_size: 64,
            replay_size: 8000,
            learning_starts: 1000,
            // Absolute actions begin anywhere; small steps begin where they are.
            random_starts: options.seen.moves() == Move::Absolute,
            actor_starts: 200,
            ..training
        };
        (PolicyShape::paper(options.seen.features()), vec![512; 3], training)
    }

    /// Means over episodes, as one JSON object.
    fn means(ended: &[Finished]) -> serde_json::Value {
        let mean = |values: Vec<f64>| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (!values.is_empty()).then_some((mean * 1e3).round() / 1e3)
        };
        serde_json::json!({
            "episodes": ended.len(),
            "mean_return": mean(ended.iter().map(|each| each.earned).collect()),
            "mean_figure": mean(ended.iter().filter_map(|each| each.figure).collect()),
        })
    }
}
