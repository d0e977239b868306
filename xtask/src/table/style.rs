//! `cargo xtask table style`: goals that show something else, beside what 250 queries reach.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use train_host::evaluation::StyleReached;
use tuner::actor::{Actor, Representation};
use tuner::strategy::STYLE_ACTOR_NAMES;

use super::scenario::{Pipelines, Scenario};
use super::style_methods::{Block, Method, Pair, as_found, nearer, pairs, reached};
use super::style_rows::{head, name_worst, row};
use super::style_score::{FILTER_SEED, Scorer};
use super::style_sheet::{Row, write_sheet};

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
        "{} pairs. Each figure is of the best *measured* query that keeps the content, or of the \
         picture as found where none does, over the pixels that a tune looks at, 8 bit, in means over \
         the pairs. Distance: of style, in thousandths of the range of luma. Optimum: the better of \
         {} with {} queries each, pair by pair; above optimum: mean distance over the mean of the \
         optima, less 1. Histograms: 100 · luma + 50 · chroma. Violations: pairs on which no query \
         keeps the content, and the share of all queries that the content guard refused. StyleScore: \
         not the paper's VGG-19 but three layers of random filters (seed {FILTER_SEED}), 100 · \
         relative distance of Gram matrices + histograms. Seed {}.\n",
        pairs.len(),
        options.searches.join(" and "),
        LONG.last().copied().unwrap_or(0),
        options.seed
    );
    for pipelines in SCENARIOS {
        let scenario = Scenario { pipelines, noisy: false };
        if scenario.name().contains(&options.scenario) {
            let block = Block { scenario, pairs: &pairs, seed: options.seed };
            print_block(block, actor.as_ref(), options)?;
        }
    }
    Ok(())
}

fn print_block(block: Block<'_>, actor: Option<&Arc<Actor>>, options: &Options) -> Result<()> {
    println!("### {}, {} pairs\n", block.scenario.name(), block.pairs.len());
    head();
    let mut methods = Vec::new();
    let named = options.strategies.iter().map(String::as_str);
    let learned: &[&str] = if actor.is_some() { &STYLE_ACTOR_NAMES } else { &[] };
    for name in named.chain(learned.iter().copied()) {
        let traces = block.traces(name, actor, &SHORT)?;
        methods.extend(Method::all(name, &traces, &SHORT, &[0, 1, 3]));
    }
    let mut optimum: Option<Vec<StyleReached>> = None;
    for name in options.searches.iter().filter(|name| !name.is_empty()) {
        let traces = block.traces(name, None, &LONG)?;
        let last = reached(&traces, LONG.len() - 1)?;
        optimum = Some(match optimum {
            Some(best) => nearer(best, last),
            None => last,
        });
        methods.extend(Method::all(name, &traces, &LONG, &[0, 1, 2]));
    }
    let scorer = Scorer::new(block.pairs.iter().map(|pair| &pair.goal));
    let score = |reached: &[StyleReached]| scorer.mean(&block.rendered(reached)?);
    let found = as_found(&methods.first().context("no method")?.traces)?;
    row("as found", 0, &found, None, score(&found)?, "")?;
    for method in &methods {
        let reached = method.reached()?;
        let violations = format!("{}, {:.0} %", method.without_result(), 100.0 * method.refused());
        let (name, queries) = (&method.name, method.queries);
        row(name, queries, &reached, optimum.as_deref(), score(&reached)?, &violations)?;
        let limit = options.worst.filter(|_| queries == 10);
        if let (Some(limit), Some(optimum)) = (limit, &optimum) {
            name_worst(method, block.pairs, optimum, limit)?;
        }
    }
    if let Some(optimum) = &optimum {
        row("optimum", LONG.last().copied().unwrap_or(0), optimum, None, score(optimum)?, "")?;
    }
    println!();
    let sheet = options.sheet.as_ref();
    if let Some(path) = sheet.filter(|_| block.scenario.pipelines == Pipelines::Known) {
        write_sheet(&sheet_rows(block, &methods)?, path)?;
        let names: Vec<&str> = block.pairs.iter().map(|pair| pair.name.as_str()).collect();
        eprintln!("{}: {}", path.display(), names.join(", "));
    }
    Ok(())
}

fn sheet_rows(block: Block<'_>, methods: &[Method]) -> Result<Vec<Row>> {
    let cmaes = methods.iter().find(|method| method.name == "cmaes" && method.queries == 200);
    let cmaes = block.rendered(&cmaes.context("--sheet needs the search cmaes")?.reached()?)?;
    let ours = methods.iter().find(|method| method.queries == 10).context("no strategy")?;
    let ours = block.rendered(&ours.reached()?)?;
    let row = |((pair, cmaes), ours): ((&Pair, _), _)| {
        [pair.found.clone(), pair.goal.picture().clone(), cmaes, ours]
    };
    Ok(block.pairs.iter().zip(cmaes).zip(ours).map(row).collect())
}
