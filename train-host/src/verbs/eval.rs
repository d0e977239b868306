//! `train-host eval`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use isp_hw::PipelineFile;
use rayon::prelude::*;
use train_host::evaluation::{CHECKPOINTS, PolicyRun, Summary, run_policy};
use train_host::photographs::read_manifest;
use tuner::Frame;
use tuner::actor::{Actor, Representation};

/// Kinds of policies that compare pixels with a goal's.
const KINDS: [Representation; 2] = [Representation::Residual, Representation::Paper];

/// Options of the verb.
#[derive(Debug, Args)]
pub struct Options {
    /// Policy to judge (ONNX)
    #[arg(long, required_unless_present = "checkpoint", conflicts_with = "checkpoint")]
    model: Option<PathBuf>,
    /// Policy to judge (checkpoint of a training, in 32-bit floats; needs libtorch)
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// Folder of photographs that the policy was not trained on
    #[arg(long)]
    photos: PathBuf,
    /// Photographs, spread evenly over the folder; 0 takes all
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Pipeline file [default: the software ISP]
    #[arg(long)]
    pipeline: Option<PathBuf>,
    /// Seed of the goals
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Judges a policy.
///
/// # Errors
/// When policy, photographs or pipeline cannot be used.
pub fn run(options: &Options) -> Result<()> {
    let actor = Arc::new(match (&options.model, &options.checkpoint) {
        (Some(path), _) => Actor::load_one_of(path, &KINDS)?,
        (None, Some(path)) => of_checkpoint(path)?,
        (None, None) => bail!("name a policy with --model or --checkpoint"),
    });
    let file = match &options.pipeline {
        Some(path) => PipelineFile::load(path)?,
        None => PipelineFile::software(),
    };
    let all = read_manifest(&options.photos)?;
    let count = if options.count == 0 { all.len() } else { options.count };
    let spacing = (all.len() / count.max(1)).max(1);
    let chosen: Vec<PathBuf> =
        all.into_iter().map(|photo| photo.path).step_by(spacing).take(count).collect();
    let runs: Vec<PolicyRun> = chosen
        .par_iter()
        .enumerate()
        .map(|(number, path)| {
            let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            let photograph = Frame::load(path)?;
            run_policy(&file, &actor, &photograph, seed).context(path.display().to_string())
        })
        .collect::<Result<_>>()?;
    let summaries = |of: fn(&PolicyRun) -> &[f64]| -> Option<Vec<Summary>> {
        (0..CHECKPOINTS.len())
            .map(|at| {
                let values: Vec<f64> =
                    runs.iter().filter_map(|run| of(run).get(at).copied()).collect();
                Summary::of(&values)
            })
            .collect()
    };
    let none = || format!("{}: no photograph", options.photos.display());
    let best = summaries(|run| &run.best).with_context(none)?;
    let last = summaries(|run| &run.last).with_context(none)?;
    if options.json {
        let columns = |summaries: &[Summary], figure: fn(&Summary) -> f64| -> Vec<f64> {
            summaries.iter().map(|each| (figure(each) * 100.0).round() / 100.0).collect()
        };
        let object = serde_json::json!({
            "pipeline": file.label(),
            "photographs": runs.len(),
            "seed": options.seed,
            "queries": CHECKPOINTS,
            "mean_db": columns(&best, |each| each.mean),
            "median_db": columns(&best, |each| each.median),
            "p10_db": columns(&best, |each| each.p10),
            "last_mean_db": columns(&last, |each| each.mean),
        });
        println!("{object}");
        return Ok(());
    }
    println!(
        "{}: the policy alone, {} photographs, random goals, seed {}; dB of the best query so far",
        file.label(),
        runs.len(),
        options.seed
    );
    let heads: Vec<String> = CHECKPOINTS.iter().map(|count| format!("{count:>6}")).collect();
    println!("{:14}{}", "queries", heads.concat());
    let line = |name: &str, summaries: &[Summary], figure: fn(&Summary) -> f64| {
        let cells: Vec<String> =
            summaries.iter().map(|each| format!("{:6.1}", figure(each))).collect();
        println!("{name:14}{}", cells.concat());
    };
    line("mean", &best, |each| each.mean);
    line("median", &best, |each| each.median);
    line("10th percent.", &best, |each| each.p10);
    line("mean of last", &last, |each| each.mean);
    Ok(())
}

#[cfg(feature = "torch")]
fn of_checkpoint(path: &std::path::Path) -> Result<Actor> {
    use train_host::torch::TrainedPolicy;

    let name = path.display().to_string();
    let actor = TrainedPolicy::load(path)?.actor(name.clone())?;
    if !KINDS.contains(&actor.kind()) {
        bail!("{name}: this policy is not for goals of the same content");
    }
    Ok(actor)
}

#[cfg(not(feature = "torch"))]
fn of_checkpoint(_: &std::path::Path) -> Result<Actor> {
    super::no_libtorch("eval --checkpoint")?;
    bail!("no libtorch")
}
