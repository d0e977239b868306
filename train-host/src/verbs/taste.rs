//! `train-host taste`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::pair_options::PairOptions;

#[cfg(feature = "torch")]
mod leave_one_out;
#[cfg(feature = "torch")]
mod lessons;
#[cfg(feature = "torch")]
mod training;

/// What comes after the pre-training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// TD3, rewarded for the decrease of the mean CIEDE2000
    Td3,
    /// Back-propagation of the mean CIEDE2000 through the software ISP
    Simulator,
    /// More of the pre-training: supervised regression alone
    Regression,
}

/// Options of the verb.
#[derive(Debug, Clone, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Options {
    #[command(flatten)]
    pairs: PairOptions,
    /// Random adjustments of each input beside the input itself, each mirrored or not
    #[arg(long, default_value_t = 3)]
    variants: u64,
    /// Longer side of the pictures in training, in pixels
    #[arg(long, default_value_t = 64)]
    side: usize,
    /// Iterations of the pre-training: regression to what a search finds for each pair
    #[arg(long, default_value_t = 1500)]
    pretraining: u64,
    /// What comes after the pre-training
    #[arg(long, value_enum, default_value = "td3")]
    method: Method,
    /// How much of it: steps in all environments for td3, else iterations [default: 20000 or 1000]
    #[arg(long)]
    steps: Option<u64>,
    /// Pictures of an iteration
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Learning rate of the pre-training, and of the method where it is no TD3
    #[arg(long, default_value_t = 1e-3)]
    rate: f64,
    /// Learning rate of the policy in TD3
    #[arg(long, default_value_t = 2e-5)]
    actor_rate: f64,
    /// First epsilon of TD3's exploration; falls linearly to 0.01
    #[arg(long, default_value_t = 0.3)]
    epsilon: f64,
    /// Weight of cloning the search's answers in TD3, against the normalised value
    #[arg(long, default_value_t = 2.5)]
    bc: f64,
    /// Width of the two hidden layers; with --init that of its checkpoint
    #[arg(long, default_value_t = 256)]
    width: usize,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Stop after so many minutes; --resume goes on
    #[arg(long)]
    minutes: Option<f64>,
    /// Start from the policy of taste in this checkpoint: the way to a personal one
    #[arg(long, conflicts_with = "resume")]
    init: Option<PathBuf>,
    /// Go on with the checkpoints beside --out
    #[arg(long)]
    resume: bool,
    /// Instead of one training one for each pair, which learns from the others and is judged by it
    #[arg(long, conflicts_with = "resume")]
    leave_one_out: bool,
    /// Checkpoint; that of the pre-training goes to the same name with .pretrained, metrics with
    /// .jsonl
    #[arg(long)]
    out: PathBuf,
}

#[cfg(not(feature = "torch"))]
/// Says that this build cannot train.
///
/// # Errors
/// Always.
pub fn run(_: &Options) -> anyhow::Result<()> {
    super::no_libtorch("taste")
}

#[cfg(feature = "torch")]
/// Trains, once or for each pair.
///
/// # Errors
/// When the pairs cannot be used or a file cannot be written.
pub fn run(options: &Options) -> anyhow::Result<()> {
    train_host::torch::one_thread();
    let studied = lessons::Studied::prepare(options)?;
    if options.leave_one_out {
        return leave_one_out::run(options, &studied);
    }
    training::train(options, studied.lessons(), &options.out)?;
    Ok(())
}
