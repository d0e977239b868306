//! `cargo xtask table match`: all strategies, all scenarios, validation photographs.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use daemon::shipped_actor;
use isp_hw::random_goal;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use train_host::evaluation::{
    EpisodeTrace, TrueGoal,
    markdown::{self, Row},
    trace,
};
use tuner::actor::Actor;
use tuner::{Pipeline, SearchStrategy, strategy};

use super::scenario::Scenario;
use crate::data::{Photograph, photographs};

/// Query counts of every strategy.
const SHORT: [usize; 5] = [1, 2, 3, 5, 10];
/// Further ones for the strategies that need them.
const LONG: [usize; 8] = [1, 2, 3, 5, 10, 20, 50, 200];
/// Strategies that are followed up to 200 queries.
const LONG_STRATEGIES: [&str; 2] = ["cmaes", "lm"];

/// What the strategies draw must have nothing to do with how the goal was drawn: with one seed for
/// both, random search draws the goal's own parameters.
const STRATEGY_STREAM: u64 = 0x5eed_0000_0000_0001;
/// The goal's noise is not that of any query.
const GOAL_NOISE_STREAM: u64 = 0xa5a5;

/// Options of the match table.
#[derive(Debug, Args)]
pub struct Options {
    /// Validation photographs at most (folders val and cameras, by name)
    #[arg(long, default_value_t = 188)]
    photographs: usize,
    /// Seed of goals, pipelines and strategies
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these strategies
    #[arg(long, value_delimiter = ',')]
    strategies: Vec<String>,
    /// Only scenarios whose name contains this
    #[arg(long, default_value = "")]
    scenario: String,
    /// Policy of the strategies that need one (ONNX); the shipped one without
    #[arg(long)]
    model: Option<PathBuf>,
    /// Folders of photographs: val and cameras for figures, train for choices
    #[arg(long, value_delimiter = ',', default_value = "val,cameras")]
    folders: Vec<String>,
    /// Decimals of the means
    #[arg(long, default_value_t = 1)]
    decimals: usize,
    /// Names the photographs below this, in dB, of each block (10 queries)
    #[arg(long)]
    worst: Option<f64>,
}

/// Prints the table as Markdown.
///
/// # Errors
/// When the photographs are missing or an episode fails.
pub fn print(options: &Options) -> Result<()> {
    let folders: Vec<&str> = options.folders.iter().map(String::as_str).collect();
    let photographs = photographs(&folders, options.photographs)?;
    let actor = shipped_actor::actor(options.model.as_deref())?;
    let strategies: Vec<&str> = match options.strategies.as_slice() {
        [] => strategy::ACTOR_NAMES.into_iter().chain(strategy::NAMES).collect(),
        some => some.iter().map(String::as_str).collect(),
    };
    markdown::print_head(options.seed, photographs.len());
    for scenario in Scenario::all() {
        if !scenario.name().contains(&options.scenario) {
            continue;
        }
        markdown::print_block_head(&scenario.name(), &LONG);
        let mut refused = 0;
        for strategy in &strategies {
            let long = LONG_STRATEGIES.contains(strategy);
            let checkpoints: &[usize] = if long { &LONG } else { &SHORT };
            let traces = run(scenario, strategy, &actor, &photographs, options.seed, checkpoints)?;
            let row = Row { strategy, checkpoints, traces: &traces };
            markdown::print_row(&row, &LONG, options.decimals);
            refused = traces.iter().filter(|trace| trace.queries == 0).count();
            if let Some(limit) = options.worst {
                name_worst(&photographs, &traces, limit);
            }
        }
        markdown::print_refused(refused);
        println!();
    }
    Ok(())
}

/// One episode for each photograph, on all cores.
fn run(
    scenario: Scenario,
    strategy: &str,
    actor: &Arc<Actor>,
    photographs: &[Photograph],
    seed: u64,
    checkpoints: &[usize],
) -> Result<Vec<EpisodeTrace>> {
    let episodes = photographs.par_iter().enumerate().map(|(number, photograph)| {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
        episode(scenario, strategy, actor, photograph, seed, checkpoints)
            .with_context(|| format!("{}, {strategy}, {}", scenario.name(), photograph.name))
    });
    episodes.collect()
}

fn episode(
    scenario: Scenario,
    name: &str,
    actor: &Arc<Actor>,
    photograph: &Photograph,
    seed: u64,
    checkpoints: &[usize],
) -> Result<EpisodeTrace> {
    let frame = &photograph.frame;
    let mut clean = scenario.clean(frame, seed);
    let goal = random_goal(&mut clean, &mut ChaCha8Rng::seed_from_u64(seed))?;
    let seen = scenario.met(frame, seed, seed ^ GOAL_NOISE_STREAM).query(&goal.params)?;
    let goal = TrueGoal { seen, clean: goal.picture };
    let mut pipeline = scenario.met(frame, seed, seed);
    let mut strategy: Box<dyn SearchStrategy> =
        strategy::by_name(name, seed ^ STRATEGY_STREAM, scenario.simulator(frame)?, Some(actor))
            .with_context(|| format!("there is no strategy \"{name}\""))?;
    Ok(trace(&mut pipeline, &mut clean, strategy.as_mut(), &goal, checkpoints)?)
}

fn name_worst(photographs: &[Photograph], traces: &[EpisodeTrace], limit: f64) {
    for (photograph, trace) in photographs.iter().zip(traces) {
        let at_ten = trace.best.get(SHORT.len() - 1).copied().unwrap_or(0.0);
        if at_ten < limit {
            eprintln!(
                "{:24} {:?} ({} queries)",
                photograph.name,
                rounded(&trace.best),
                trace.queries
            );
        }
    }
}

fn rounded(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| (value * 10.0).round() / 10.0).collect()
}
