//! `cargo xtask table extras`: parameters beside the nine, which no policy and no simulator knows.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use daemon::shipped_actor;
use isp_hw::random_goal;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use train_host::evaluation::EpisodeTrace;
use train_host::evaluation::markdown::{self, Row};
use tuner::actor::Actor;
use tuner::{
    EXACT_DB, EpisodeOptions, Frame, Goal, GoalOptions, Limits, Params, Pipeline, run_episode,
    strategy,
};

use super::extras_pipeline::{AXES, ExtrasPipeline};
use super::scenario::{Pipelines, Scenario};
use crate::data::{Photograph, photographs};

const CHECKPOINTS: [usize; 6] = [1, 3, 5, 7, 10, 200];

/// Options of the table.
#[derive(Debug, Args)]
pub struct Options {
    /// Validation photographs (folder val, spread evenly)
    #[arg(long, default_value_t = 20)]
    photographs: usize,
    /// Seed of goals and devices
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Strategies with ten queries
    #[arg(long, value_delimiter = ',', default_value = "hybrid,model")]
    strategies: Vec<String>,
    /// Strategies with two hundred
    #[arg(long, value_delimiter = ',', default_value = "cmaes")]
    patient: Vec<String>,
}

/// What the search may do with the two extra parameters.
#[derive(Clone, Copy)]
enum Extras {
    /// They stay neutral.
    Neutral,
    /// They stand at the goal's values from the start.
    Right,
    Free,
}

/// Prints the table as Markdown.
///
/// # Errors
/// When the photographs are missing, or an episode fails.
pub fn print(options: &Options) -> Result<()> {
    let actor = shipped_actor::actor(None)?;
    let all = photographs(&["val"], usize::MAX)?;
    let spacing = (all.len() / options.photographs.max(1)).max(1);
    let chosen: Vec<Photograph> =
        all.into_iter().step_by(spacing).take(options.photographs).collect();
    markdown::print_head(options.seed, chosen.len());
    let modes = [(Extras::Neutral, "locked"), (Extras::Right, "known"), (Extras::Free, "free")];
    let quick = options.strategies.iter().map(|strategy| (strategy, 10));
    let patient = options.patient.iter().map(|strategy| (strategy, 200));
    let searches: Vec<(&String, usize)> = quick.chain(patient).collect();
    for pipelines in [Pipelines::Known, Pipelines::Unknown] {
        let scenario = Scenario { pipelines, noisy: false };
        markdown::print_block_head(&scenario.name(), &CHECKPOINTS);
        for &(strategy, budget) in &searches {
            for (extras, name) in modes {
                let episodes = chosen.par_iter().enumerate().map(|(number, photograph)| {
                    let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
                    let search = Search { scenario, strategy, budget, extras, seed };
                    search.episode(&actor, &photograph.frame).context(photograph.name.clone())
                });
                let traces: Vec<EpisodeTrace> = episodes.collect::<Result<_>>()?;
                let checkpoints: Vec<usize> =
                    CHECKPOINTS.into_iter().filter(|count| *count <= budget).collect();
                let strategy = &format!("{strategy}, {name}");
                let row = Row { strategy, checkpoints: &checkpoints, traces: &traces };
                markdown::print_row(&row, &CHECKPOINTS, 1);
            }
        }
        println!();
    }
    Ok(())
}

struct Search<'a> {
    scenario: Scenario,
    strategy: &'a str,
    budget: usize,
    extras: Extras,
    seed: u64,
}

impl Search<'_> {
    fn episode(&self, actor: &Arc<Actor>, photograph: &Frame) -> Result<EpisodeTrace> {
        let mut pipeline = ExtrasPipeline::new(self.scenario.clean(photograph, self.seed));
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let nine = random_goal(&mut pipeline, &mut random)?.params;
        let params = AXES
            .into_iter()
            .fold(nine, |params: Params, axis| params.with(axis, random.random_range(-1.0..=1.0)));
        let picture = pipeline.query(&params)?;
        let mut limits = Limits::default();
        match self.extras {
            Extras::Neutral => {}
            Extras::Free => limits = limits.with_extras(AXES.len()),
            Extras::Right => limits = limits.holding(&AXES, &params),
        }
        let found = pipeline.as_found()?;
        let options = GoalOptions { register: false, ..GoalOptions::default() };
        let goal = Goal::prepare(&found, picture, &options)?;
        let simulator = self.scenario.simulator(photograph)?;
        let mut strategy = strategy::by_name(self.strategy, !self.seed, simulator, Some(actor))
            .with_context(|| format!("there is no strategy \"{}\"", self.strategy))?;
        let options = EpisodeOptions { budget: self.budget, ..EpisodeOptions::default() };
        let never = Arc::default();
        let outcome = run_episode(
            &mut pipeline,
            strategy.as_mut(),
            &goal,
            limits,
            &options,
            &never,
            &mut |_| {},
        )?;
        if let Some(error) = outcome.error {
            bail!(error);
        }
        let db: Vec<f64> =
            outcome.queries.iter().map(|query| query.score.psnr_db.min(EXACT_DB)).collect();
        let made = |count: usize| db.get(..count.min(db.len())).unwrap_or(&[]);
        let judged = || CHECKPOINTS.into_iter().filter(|count| *count <= self.budget);
        Ok(EpisodeTrace {
            best: judged().map(|count| made(count).iter().copied().fold(0.0, f64::max)).collect(),
            last: judged().map(|count| made(count).last().copied().unwrap_or(0.0)).collect(),
            queries: db.len(),
        })
    }
}
