//! `cargo xtask table style`: goals that show something else, beside what 250 queries reach.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use rayon::prelude::*;
use train_host::evaluation::{StyleReached, StyleTrace, Summary, style_trace};
use tuner::actor::{Actor, Representation};
use tuner::{Frame, StyleGoal, strategy};

use super::scenario::{Pipelines, Scenario};
use super::style_score::{FILTER_SEED, Scorer};
use super::style_sheet::{Row, write_sheet};
use crate::data::photographs;

/// How the files of a pair end.
const INPUT: &str = "_input.jpg";
const STYLE: &str = "_style.jpg";
/// Query counts of the strategies for style.
const SHORT: [usize; 4] = [1, 3, 5, 10];
/// Query counts of the searches without knowledge; the last one makes the optimum.
const LONG: [usize; 3] = [10, 200, 250];
/// What is tuned.
const SCENARIOS: [Pipelines; 3] = [Pipelines::Known, Pipelines::Unknown, Pipelines::Foreign];

/// Options of the table.
#[derive(Debug, Args)]
pub struct Options {
    /// Pairs at most, by name
    #[arg(long, default_value_t = 30)]
    pairs: usize,
    /// Seed of pipelines and strategies
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Strategies beside the searches
    #[arg(long, value_delimiter = ',', default_value = "style,style-hybrid")]
    strategies: Vec<String>,
    /// Searches with 250 queries, whose better result counts as the optimum; none with --searches ""
    #[arg(long, value_delimiter = ',', default_value = "cmaes,lm")]
    searches: Vec<String>,
    /// Policy of style (ONNX) for style-hybrid and for a row of its own, style-actor
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Only pipelines whose name contains this
    #[arg(long, default_value = "")]
    scenario: String,
    /// Where a contact sheet of the known pipeline goes: input, goal, CMA-ES at 200 queries, the first
    /// strategy at 10; two pairs in a row
    #[arg(long, value_name = "PICTURE")]
    sheet: Option<PathBuf>,
    /// Names the pairs whose distance at 10 queries is above the optimum by more than this part
    #[arg(long)]
    worst: Option<f64>,
}

/// A picture and a goal that shows something else.
struct Pair {
    name: String,
    found: Frame,
    goal: StyleGoal,
}

/// What a method came to on all pairs.
struct Method {
    name: String,
    queries: usize,
    traces: Vec<StyleTrace>,
    /// Which checkpoint of the traces is meant.
    place: usize,
}

impl Method {
    /// The best until the checkpoint, pair by pair.
    fn reached(&self) -> Vec<Option<StyleReached>> {
        let best = self.traces.iter().map(|trace| trace.best.get(self.place));
        best.map(|best| best.cloned().flatten()).collect()
    }
}

/// Prints the table as Markdown.
///
/// # Errors
/// When pictures are missing or an episode fails.
pub fn print(options: &Options) -> Result<()> {
    let pairs = pairs(options.pairs)?;
    let actor = options.model.as_deref();
    let actor = actor.map(|path| Actor::load_kind(path, Representation::Style)).transpose()?;
    let actor = actor.map(Arc::new);
    println!(
        "{} pairs. Each figure is of the best *measured* query that keeps the content, over the \
         pixels that a tune looks at, 8 bit. Distance: of style, in thousandths of the range of \
         luma. Optimum: the better of {} with {} queries each, pair by pair; above optimum: mean \
         distance over the mean of the optima, less 1. Histograms: 100 · luma + 50 · chroma. \
         Violations: pairs without a result, and the share of queries that the content guard \
         refused. StyleScore: not the paper's VGG-19 but three layers of random filters (seed {FILTER_SEED}), \
         100 · relative distance of Gram matrices + histograms. Seed {}.\n",
        pairs.len(),
        options.searches.join(" and "),
        LONG.last().copied().unwrap_or(0),
        options.seed
    );
    for pipelines in SCENARIOS {
        let scenario = Scenario { pipelines, noisy: false };
        if scenario.name().contains(&options.scenario) {
            print_block(scenario, &pairs, actor.as_ref(), options)?;
        }
    }
    Ok(())
}

fn pairs(most: usize) -> Result<Vec<Pair>> {
    let all = photographs(&["style"], usize::MAX)?;
    let inputs = all.iter().filter(|picture| picture.name.ends_with(INPUT)).take(most);
    inputs
        .map(|input| {
            let name = input.name.trim_end_matches(INPUT).to_owned();
            let wanted = format!("{name}{STYLE}");
            let goal = all.iter().find(|other| other.name == wanted);
            let goal = goal.with_context(|| format!("{wanted} is missing"))?.frame.clone();
            let goal = StyleGoal::new(goal, None).with_context(|| wanted.clone())?;
            Ok(Pair { name, found: input.frame.clone(), goal })
        })
        .collect()
}

fn print_block(
    scenario: Scenario,
    pairs: &[Pair],
    actor: Option<&Arc<Actor>>,
    options: &Options,
) -> Result<()> {
    println!("### {}, {} pairs\n", scenario.name(), pairs.len());
    println!(
        "| method | queries | distance | above optimum | median | 90th percentile | histograms | \
         content | StyleScore | violations |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut methods = Vec::new();
    let named = options.strategies.iter().map(String::as_str);
    let learned: &[&str] = if actor.is_some() { &strategy::STYLE_ACTOR_NAMES } else { &[] };
    for name in named.chain(learned.iter().copied()) {
        let traces = traces(scenario, name, pairs, actor, options.seed, &SHORT)?;
        for place in [0, 1, 3] {
            let queries = SHORT.get(place).copied().unwrap_or(0);
            methods.push(Method { name: name.to_owned(), queries, traces: traces.clone(), place });
        }
    }
    let mut optimum: Vec<Option<StyleReached>> = vec![None; pairs.len()];
    for name in options.searches.iter().filter(|name| !name.is_empty()) {
        let traces = traces(scenario, name, pairs, None, options.seed, &LONG)?;
        for (best, trace) in optimum.iter_mut().zip(&traces) {
            let reached = trace.best.last().cloned().flatten();
            let distance = |each: &Option<StyleReached>| {
                each.as_ref().map_or(f64::INFINITY, |each| each.record.distance)
            };
            if distance(&reached) < distance(best) {
                *best = reached;
            }
        }
        for (place, &queries) in LONG.iter().enumerate() {
            let name = name.clone();
            methods.push(Method { name, queries, traces: traces.clone(), place });
        }
    }
    let scorer = Scorer::new(pairs.iter().map(|pair| &pair.goal));
    let score = |reached: &[Option<StyleReached>]| {
        let with_result = reached.iter().enumerate().filter(|(_, reached)| reached.is_some());
        let numbers: Vec<usize> = with_result.map(|(number, _)| number).collect();
        scorer.mean(&numbers, |number| {
            let pair = pairs.get(number).context("no pair")?;
            let reached = reached.get(number).and_then(Option::as_ref).context("no result")?;
            rendered(scenario, pair, number, options.seed, reached)
        })
    };
    let all: Vec<usize> = (0..pairs.len()).collect();
    let of_found =
        scorer.mean(&all, |number| Ok(pairs.get(number).context("no pair")?.found.clone()))?;
    print_found(&methods, of_found)?;
    for method in &methods {
        let reached = method.reached();
        print_row(method, &reached, &optimum, score(&reached)?)?;
        if let Some(limit) = options.worst.filter(|_| method.queries == 10) {
            name_worst(method, pairs, &optimum, limit);
        }
    }
    let of_optimum: Vec<&StyleReached> = optimum.iter().flatten().collect();
    print_figures("optimum", "250", &of_optimum, None, score(&optimum)?, "")?;
    println!();
    if let Some(path) = options.sheet.as_ref().filter(|_| scenario.pipelines == Pipelines::Known) {
        let rows = rows(scenario, pairs, &methods, options.seed)?;
        write_sheet(&rows, path)?;
        let names: Vec<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        eprintln!("{}: {}", path.display(), names.join(", "));
    }
    Ok(())
}

fn traces(
    scenario: Scenario,
    name: &str,
    pairs: &[Pair],
    actor: Option<&Arc<Actor>>,
    seed: u64,
    checkpoints: &[usize],
) -> Result<Vec<StyleTrace>> {
    let episode = |(number, pair): (usize, &Pair)| -> Result<StyleTrace> {
        let seed = seed_of(seed, number);
        let mut pipeline = scenario.clean(&pair.found, seed);
        let simulator = scenario.simulator(&pair.found)?;
        let mut strategy = strategy::by_name(name, seed, simulator, actor).with_context(|| {
            format!("there is no strategy \"{name}\" (style-actor needs --model)")
        })?;
        Ok(style_trace(&mut pipeline, strategy.as_mut(), &pair.goal, checkpoints)?)
    };
    let episodes = pairs.par_iter().enumerate().map(|(number, pair)| {
        episode((number, pair)).with_context(|| format!("{name}, {}", pair.name))
    });
    episodes.collect()
}

const fn seed_of(seed: u64, number: usize) -> u64 {
    seed.wrapping_mul(1_000_003).wrapping_add(number as u64)
}

fn print_found(methods: &[Method], score: Option<f64>) -> Result<()> {
    let traces = methods.first().context("no method")?.traces.iter();
    let found: Vec<_> = traces.filter_map(|trace| trace.found.as_ref()).collect();
    let count = found.len().max(1) as f64;
    let distance = found.iter().map(|each| each.distance).sum::<f64>() / count;
    let histograms = found.iter().map(|each| each.histogram_distance).sum::<f64>() / count;
    println!(
        "| as found | 0 | {:.1} | | | | {histograms:.1} | 0 | {} | |",
        1e3 * distance,
        written(score)
    );
    Ok(())
}

fn written(score: Option<f64>) -> String {
    score.map(|score| format!("{score:.1}")).unwrap_or_default()
}

fn rendered(
    scenario: Scenario,
    pair: &Pair,
    number: usize,
    seed: u64,
    reached: &StyleReached,
) -> Result<Frame> {
    let mut pipeline = scenario.clean(&pair.found, seed_of(seed, number));
    Ok(tuner::Pipeline::query(&mut pipeline, &reached.params)?)
}

fn print_row(
    method: &Method,
    all: &[Option<StyleReached>],
    optimum: &[Option<StyleReached>],
    score: Option<f64>,
) -> Result<()> {
    let beside: Vec<(&StyleReached, &StyleReached)> = all
        .iter()
        .zip(optimum)
        .filter_map(|(reached, optimum)| Some((reached.as_ref()?, optimum.as_ref()?)))
        .collect();
    let without = all.iter().filter(|reached| reached.is_none()).count();
    let queries: usize = method.traces.iter().map(|trace| trace.queries).sum();
    let violating: usize = method.traces.iter().map(|trace| trace.violating).sum();
    let share = 100.0 * violating as f64 / queries.max(1) as f64;
    let violations = format!("{without}, {share:.0} %");
    let reached: Vec<&StyleReached> = all.iter().flatten().collect();
    let queries = method.queries.to_string();
    print_figures(&method.name, &queries, &reached, Some(&beside), score, &violations)
}

fn print_figures(
    name: &str,
    queries: &str,
    reached: &[&StyleReached],
    beside: Option<&[(&StyleReached, &StyleReached)]>,
    score: Option<f64>,
    violations: &str,
) -> Result<()> {
    let mean = |value: fn(&StyleReached) -> f64| {
        reached.iter().map(|each| value(each)).sum::<f64>() / reached.len().max(1) as f64
    };
    let above = match beside {
        Some(beside) if !beside.is_empty() => {
            let sum = |value: fn(&(&StyleReached, &StyleReached)) -> f64| -> f64 {
                beside.iter().map(value).sum()
            };
            let above = sum(|(ours, _)| ours.record.distance)
                / sum(|(_, optimum)| optimum.record.distance)
                - 1.0;
            // Turned round, so that the tenth percentile is that of the largest losses.
            let losses: Vec<f64> = beside
                .iter()
                .map(|(ours, optimum)| 1.0 - ours.record.distance / optimum.record.distance)
                .collect();
            let summary = Summary::of(&losses).context("no pair")?;
            let percent = |share: f64| format!("{:.1} %", 100.0 * share);
            [percent(above), percent(-summary.median), percent(-summary.p10)].join(" | ")
        }
        _ => " | | ".to_owned(),
    };
    println!(
        "| {name} | {queries} | {:.1} | {above} | {:.1} | {:.3} | {} | {violations} |",
        1e3 * mean(|each| each.record.distance),
        mean(|each| each.record.histogram_distance),
        mean(|each| each.record.content),
        written(score)
    );
    Ok(())
}

fn name_worst(method: &Method, pairs: &[Pair], optimum: &[Option<StyleReached>], limit: f64) {
    for ((pair, trace), optimum) in pairs.iter().zip(&method.traces).zip(optimum) {
        let reached = trace.best.get(method.place).and_then(Option::as_ref);
        let (Some(reached), Some(optimum)) = (reached, optimum) else {
            eprintln!("{}, {}: no result", method.name, pair.name);
            continue;
        };
        let above = reached.record.distance / optimum.record.distance - 1.0;
        if above > limit {
            eprintln!(
                "{}, {}: {:.4} is {:.0} % above {:.4}, content {:.3}, {} queries, {:?}; optimum {:?}",
                method.name,
                pair.name,
                reached.record.distance,
                100.0 * above,
                optimum.record.distance,
                reached.record.content,
                trace.queries,
                reached.params.values(),
                optimum.params.values()
            );
        }
    }
}

fn rows(scenario: Scenario, pairs: &[Pair], methods: &[Method], seed: u64) -> Result<Vec<Row>> {
    let of = |name: &str, queries: usize| {
        methods.iter().find(|method| method.name == name && method.queries == queries)
    };
    let cmaes = of("cmaes", 200).context("no CMA-ES")?;
    let ours = methods.iter().find(|method| method.queries == 10).context("no strategy")?;
    let row = |(number, pair): (usize, &Pair)| -> Result<Row> {
        let render = |method: &Method| -> Result<Frame> {
            let trace = method.traces.get(number).context("no trace")?;
            let reached = trace.best.get(method.place).and_then(Option::as_ref);
            let Some(reached) = reached else { return Ok(pair.found.clone()) };
            rendered(scenario, pair, number, seed, reached)
        };
        Ok([pair.found.clone(), pair.goal.picture().clone(), render(cmaes)?, render(ours)?])
    };
    pairs.iter().enumerate().map(row).collect()
}
