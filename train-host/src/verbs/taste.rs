//! `train-host taste`.

use clap::{Args, ValueEnum};

use super::pair_options::PairOptions;
use super::schooling::Schooling;

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
    /// What comes after the pre-training
    #[arg(long, value_enum, default_value = "td3")]
    method: Method,
    /// First epsilon of TD3's exploration; falls linearly to 0.01
    #[arg(long, default_value_t = 0.3)]
    epsilon: f64,
    /// Instead of one training one for each pair, which learns from the others and is judged by it
    #[arg(long, conflicts_with = "resume")]
    leave_one_out: bool,
    #[command(flatten)]
    schooling: Schooling,
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
    training::train(options, studied.lessons(), &options.schooling.out)?;
    Ok(())
}
