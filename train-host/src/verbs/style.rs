//! `train-host style`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::pictures::Pictures;
use super::schooling::Schooling;
use super::seen::SeenOptions;

#[cfg(feature = "torch")]
mod practice;
#[cfg(feature = "torch")]
mod training;

/// What comes after the pre-training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// TD3, rewarded as --reward says
    Td3,
    /// More of the pre-training: supervised regression alone
    Regression,
}

/// What TD3 is rewarded for the decrease of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RewardKind {
    /// What a device measures: distance of style, content term, and what the content guard refuses
    Distance,
    /// The paper's StyleScore and half of its content term
    StyleScore,
}

/// Options of the verb.
#[derive(Debug, Clone, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Options {
    #[command(flatten)]
    pictures: Pictures,
    /// Pipelines with their shares: software, varied, foreign, paper
    #[arg(long, default_value = "software=0.6,varied=0.4")]
    pipelines: String,
    /// Side of the pictures in pixels
    #[arg(long, default_value_t = 32)]
    side: usize,
    /// Inputs with their goals for which an answer is searched
    #[arg(long, default_value_t = 2000)]
    lessons: u64,
    /// As many beside them, not learned from, that the policy is judged by
    #[arg(long, default_value_t = 100)]
    held_out: u64,
    /// What comes after the pre-training
    #[arg(long, value_enum, default_value = "td3")]
    method: Method,
    /// What TD3 is rewarded for the decrease of
    #[arg(long, value_enum, default_value = "distance")]
    reward: RewardKind,
    /// torchvision's weights of VGG-19 (.safetensors or .pth) for the StyleScore [default: random
    /// ones]
    #[arg(long, value_name = "FILE")]
    vgg: Option<PathBuf>,
    #[command(flatten)]
    seen: SeenOptions,
    #[command(flatten)]
    schooling: Schooling,
}

#[cfg(not(feature = "torch"))]
/// Says that this build cannot train.
///
/// # Errors
/// Always.
pub fn run(_: &Options) -> anyhow::Result<()> {
    super::no_libtorch("style")
}

#[cfg(feature = "torch")]
pub use training::run;
