//! `cargo xtask table rawtherapee`: a real raw developer, never met before, as the pipeline.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use clap::Args;
use daemon::shipped_actor;
use isp_hw::{OpenPipeline, PipelineFile, random_goal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use train_host::evaluation::{
    EpisodeTrace, TrueGoal,
    markdown::{self, Row},
    trace,
};
use tuner::actor::Actor;
use tuner::{Frame, View, strategy};

use crate::data::{Photograph, checkout, photographs};

const CHECKPOINTS: [usize; 5] = [1, 2, 3, 5, 10];

/// Options of the RawTherapee table.
#[derive(Debug, Args)]
pub struct Options {
    /// Validation photographs (folder val, spread evenly)
    #[arg(long, default_value_t = 20)]
    photographs: usize,
    /// Seed of the goals
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Strategies
    #[arg(long, value_delimiter = ',', default_value = "hybrid,actor-broyden,model")]
    strategies: Vec<String>,
    /// Policy of the strategies that need one (ONNX); the shipped one without
    #[arg(long)]
    model: Option<PathBuf>,
}

/// Prints the table as Markdown.
///
/// # Errors
/// When rawtherapee-cli or the photographs are missing, or an episode fails.
pub fn print(options: &Options) -> Result<()> {
    let file = PipelineFile::load(&checkout().join("pipelines/rawtherapee.toml"))?;
    let actor = shipped_actor::actor(options.model.as_deref())?;
    let all = photographs(&["val"], usize::MAX)?;
    let spacing = (all.len() / options.photographs.max(1)).max(1);
    let chosen: Vec<Photograph> =
        all.into_iter().step_by(spacing).take(options.photographs).collect();
    markdown::print_head(options.seed, chosen.len());
    markdown::print_block_head("rawtherapee-cli, as found", &CHECKPOINTS);
    for strategy in &options.strategies {
        let episodes = chosen.par_iter().enumerate().map(|(number, photograph)| {
            let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            episode(&file, strategy, &actor, photograph, seed).context(photograph.name.clone())
        });
        let traces: Vec<EpisodeTrace> = episodes.collect::<Result<_>>()?;
        for (photograph, trace) in chosen.iter().zip(&traces) {
            eprintln!("{:12} {:?}", photograph.name, trace.best);
        }
        markdown::print_row(
            &Row { strategy, checkpoints: &CHECKPOINTS, traces: &traces },
            &CHECKPOINTS,
            1,
        );
    }
    Ok(())
}

fn episode(
    file: &PipelineFile,
    strategy: &str,
    actor: &Arc<Actor>,
    photograph: &Photograph,
    seed: u64,
) -> Result<EpisodeTrace> {
    let frame: &Frame = &photograph.frame;
    let cancel = Arc::new(AtomicBool::new(false));
    let mut clean: OpenPipeline = file.open_frame(frame.clone(), &cancel)?;
    let goal = random_goal(&mut clean, &mut ChaCha8Rng::seed_from_u64(seed))?;
    let goal = TrueGoal { seen: goal.picture.clone(), clean: goal.picture };
    let mut pipeline = file.open_frame(frame.clone(), &cancel)?;
    let simulator = pipeline.simulator(frame, &View::of_size(frame.width(), frame.height()))?;
    let mut strategy = strategy::by_name(strategy, !seed, simulator, Some(actor))
        .with_context(|| format!("there is no strategy \"{strategy}\""))?;
    Ok(trace(&mut pipeline, &mut clean, strategy.as_mut(), &goal, &CHECKPOINTS)?)
}
