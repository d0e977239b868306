//! `cargo xtask table unreachable`: how near the best that a pipeline can do ten queries come.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use daemon::shipped_actor;
use isp_hw::{Input, PicturePipeline, ViewSimulator};
use rayon::prelude::*;
use train_host::evaluation::{CAP_DB, Summary, TrueGoal, trace};
use tuner::actor::Actor;
use tuner::{View, strategy};

use super::unreachable_goal::{Device, GoalMaker, UnreachableGoal};
use crate::data::{Photograph, photographs};

/// Query counts of the strategies.
const CHECKPOINTS: [usize; 5] = [1, 2, 3, 5, 10];
/// Queries of a search for the optimum.
const OPTIMUM_QUERIES: usize = 250;
/// Losses above this, in dB, are counted.
const LOSS_DB: f64 = 0.5;

/// Options of the table.
#[derive(Debug, Args)]
pub struct Options {
    /// Validation photographs (folders val and cameras, spread evenly); pairs are taken all
    #[arg(long, default_value_t = 40)]
    photographs: usize,
    /// Seed of goals and strategies
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Strategies
    #[arg(long, value_delimiter = ',', default_value = "hybrid,model,actor-broyden,actor")]
    strategies: Vec<String>,
    /// Searches with 250 queries, whose best result counts as the optimum: none of them finds every one.
    /// With --searches "" rows have no losses
    #[arg(long, value_delimiter = ',', default_value = "model,hybrid,lm,cmaes,nelder-mead")]
    searches: Vec<String>,
    /// Policies of the strategies that need one (ONNX), one block of rows each; the shipped one
    /// without. The searches for the optimum take the first
    #[arg(long, value_delimiter = ',')]
    model: Vec<PathBuf>,
    /// Names the goals on which a strategy loses more than this, in dB, and who found the optimum
    #[arg(long)]
    worst: Option<f64>,
    /// Only blocks whose name contains this
    #[arg(long, default_value = "")]
    goals: String,
    /// The ISP that is tuned
    #[arg(long, value_enum, default_value_t = Device::Software)]
    device: Device,
}

/// What a search or a strategy came to on one goal: dB of the best query at each checkpoint.
type Reached = Vec<f64>;

/// Prints the table as Markdown.
///
/// # Errors
/// When photographs are missing or an episode fails.
pub fn print(options: &Options) -> Result<()> {
    let all = photographs(&["val", "cameras"], usize::MAX)?;
    let spacing = (all.len() / options.photographs.max(1)).max(1);
    let chosen: Vec<Photograph> =
        all.into_iter().step_by(spacing).take(options.photographs).collect();
    let shipped = || Ok(vec![(String::new(), shipped_actor::actor(None)?)]);
    let actors: Vec<(String, Arc<Actor>)> = match options.model.as_slice() {
        [] => shipped(),
        some => some.iter().map(|path| named_actor(path)).collect::<Result<_>>(),
    }?;
    println!(
        "{} is tuned. PSNR of the best *measured* query over the whole picture, 8 bit, \
         capped at {CAP_DB} dB; optimum: the best of {} with {OPTIMUM_QUERIES} queries each, goal by \
         goal; loss: optimum less the best query of ten. Seed {}.\n",
        options.device.name(),
        options.searches.join(", "),
        options.seed
    );
    for maker in options.device.makers() {
        if maker.name().contains(&options.goals) {
            let goals = maker.goals(&chosen, options.seed.wrapping_mul(1_000_003))?;
            print_block(maker, &goals, &actors, options)?;
        }
    }
    Ok(())
}

fn named_actor(path: &std::path::Path) -> Result<(String, Arc<Actor>)> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok((format!(", {name}"), shipped_actor::actor(Some(path))?))
}

fn print_block(
    maker: GoalMaker,
    goals: &[UnreachableGoal],
    actors: &[(String, Arc<Actor>)],
    options: &Options,
) -> Result<()> {
    println!("### {}, {} pictures\n", maker.name(), goals.len());
    println!(
        "| strategy | 1 | 2 | 3 | 5 | 10 | p10 | mean loss | 90th percentile | above {LOSS_DB} dB |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let (_, first) = actors.first().context("no policy")?;
    let mut optimum = vec![0.0_f64; goals.len()];
    let mut finders = vec![""; goals.len()];
    for search in options.searches.iter().filter(|name| !name.is_empty()) {
        let found = reached(goals, search, first, options, &[OPTIMUM_QUERIES])?;
        for ((best, finder), found) in optimum.iter_mut().zip(&mut finders).zip(&found) {
            if let Some(found) = found.first().filter(|found| **found > *best) {
                (*best, *finder) = (*found, search.as_str());
            }
        }
    }
    let best = Summary::of(&optimum).context("no goal")?;
    let is_searched = options.searches.iter().any(|name| !name.is_empty());
    let optimum = is_searched.then_some(optimum);
    if optimum.is_some() {
        println!("| optimum | | | | | {:.2} | {:.1} | | | |", best.mean, best.p10);
    }
    for name in &options.strategies {
        let learned = strategy::ACTOR_NAMES.contains(&name.as_str());
        for (of, actor) in actors.iter().take(if learned { actors.len() } else { 1 }) {
            let label = format!("{name}{}", if learned { of } else { "" });
            let found = reached(goals, name, actor, options, &CHECKPOINTS)?;
            print_row(&label, &found, optimum.as_deref())?;
            let optimum = optimum.iter().flatten();
            let told = goals.iter().zip(&found).zip(optimum.zip(&finders));
            for ((goal, found), (optimum, finder)) in told {
                let ten = found.last().copied().unwrap_or(0.0);
                if options.worst.is_some_and(|limit| optimum - ten > limit) {
                    eprintln!("{label}, {}: {found:.2?}, {finder} {optimum:.2}", goal.name);
                }
            }
        }
    }
    println!();
    Ok(())
}

fn print_row(label: &str, found: &[Reached], optimum: Option<&[f64]>) -> Result<()> {
    let column = |place: usize| -> Vec<f64> {
        found.iter().filter_map(|each| each.get(place).copied()).collect()
    };
    let summary = |place: usize| Summary::of(&column(place)).context("no goal");
    let last = CHECKPOINTS.len() - 1;
    let cells: Vec<String> = (0..CHECKPOINTS.len())
        .map(|place| Ok(format!("{:.2}", summary(place)?.mean)))
        .collect::<Result<_>>()?;
    let losses = optimum.map(|optimum| losses(&column(last), optimum)).transpose()?;
    println!(
        "| {label} | {} | {:.1} | {} |",
        cells.join(" | "),
        summary(last)?.p10,
        losses.unwrap_or_else(|| " | | ".to_owned())
    );
    Ok(())
}

/// Mean and 90th percentile of the losses, and the share of those above [`LOSS_DB`].
fn losses(ten: &[f64], optimum: &[f64]) -> Result<String> {
    // Turned round, so that the tenth percentile is that of the largest losses.
    let losses: Vec<f64> = ten.iter().zip(optimum).map(|(ten, best)| ten - best).collect();
    let loss = Summary::of(&losses).context("no goal")?;
    let lost = losses.iter().filter(|loss| **loss < -LOSS_DB).count();
    let share = 100.0 * lost as f64 / losses.len().max(1) as f64;
    Ok(format!("{:.2} | {:.2} | {share:.0} %", -loss.mean, -loss.p10))
}

fn reached(
    goals: &[UnreachableGoal],
    name: &str,
    actor: &Arc<Actor>,
    options: &Options,
    checkpoints: &[usize],
) -> Result<Vec<Reached>> {
    let episode = |(number, goal): (usize, &UnreachableGoal)| -> Result<Reached> {
        let renderer = || options.device.renderer();
        let isp = || PicturePipeline::new(renderer(), Input::srgb(goal.found.clone()));
        let [width, height] = goal.found.size();
        let view = View::of_size(width, height);
        let input = Input::srgb(goal.found.clone());
        let simulator = ViewSimulator::new(renderer(), &input, &view)?;
        let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
        let mut strategy = strategy::by_name(name, seed, Box::new(simulator), Some(actor))
            .with_context(|| format!("there is no strategy \"{name}\""))?;
        let wanted = TrueGoal { seen: goal.goal.clone(), clean: goal.goal.clone() };
        Ok(trace(&mut isp(), &mut isp(), strategy.as_mut(), &wanted, checkpoints)?.best)
    };
    let episodes = goals.par_iter().enumerate().map(|(number, goal)| {
        episode((number, goal)).with_context(|| format!("{name}, {}", goal.name))
    });
    episodes.collect()
}
