//! `train-host judge`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use rayon::prelude::*;
use train_host::environment::TASTE_QUERIES;
use train_host::evaluation::{BestOfNine, best_of_nine, run_taste_policy};
use train_host::photographs::Pair;
use tuner::actor::{Actor, Representation};

use super::difference_table::{print_head, print_row};
use super::pair_options::PairOptions;

/// Options of the verb.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pairs: PairOptions,
    /// Policy of taste to judge (ONNX); may be given several times
    #[arg(long)]
    model: Vec<PathBuf>,
    /// Policy of taste to judge (checkpoint, in 32-bit floats; needs libtorch); may be given several
    /// times
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
    /// Leave out what a search for the expert's own picture finds with the nine parameters
    #[arg(long)]
    without_best: bool,
}

/// Judges policies of taste.
///
/// # Errors
/// When a policy or the pairs cannot be used.
pub fn run(options: &Options) -> Result<()> {
    let mut actors = Vec::new();
    for path in &options.model {
        actors.push((name_of(path), Actor::load_kind(path, Representation::Taste)?));
    }
    for path in &options.checkpoint {
        actors.push((name_of(path), of_checkpoint(path)?));
    }
    let found = options.pairs.find()?;
    let judged: Vec<Judged> = found
        .par_iter()
        .filter_map(|paths| match paths.load() {
            Ok(pair) => Some(Judged::new(&pair, &actors, !options.without_best)),
            Err(flaw) => {
                eprintln!("train-host: left out: {flaw}");
                None
            }
        })
        .collect::<Result<_>>()?;
    println!("{} pairs, each at its own size through the software ISP\n", judged.len());
    print_head();
    let unedited: Vec<f64> = judged.iter().map(|each| each.unedited).collect();
    print_row("unedited", &unedited, &unedited)?;
    for (place, (name, _)) in actors.iter().enumerate() {
        for query in 0..TASTE_QUERIES {
            let values: Vec<f64> = judged
                .iter()
                .filter_map(|each| each.policies.get(place)?.get(query).copied())
                .collect();
            let queries = if query == 0 { "query" } else { "queries" };
            print_row(&format!("{name}, {} {queries}", query + 1), &values, &unedited)?;
        }
    }
    let best: Vec<BestOfNine> = judged.iter().filter_map(|each| each.best).collect();
    if !best.is_empty() {
        let [matched, searched]: [Vec<f64>; 2] =
            [|each: &BestOfNine| each.matched, |each: &BestOfNine| each.searched]
                .map(|figure| best.iter().map(figure).collect());
        print_row("matched to the expert's picture itself, 10 queries", &matched, &unedited)?;
        print_row("the same, 20 queries", &searched, &unedited)?;
    }
    Ok(())
}

/// One pair, in mean CIEDE2000.
struct Judged {
    unedited: f64,
    policies: Vec<Vec<f64>>,
    best: Option<BestOfNine>,
}

impl Judged {
    fn new(pair: &Pair, actors: &[(String, Actor)], best: bool) -> Result<Self> {
        let policies = actors
            .iter()
            .map(|(_, actor)| {
                let run = run_taste_policy(actor, pair, TASTE_QUERIES);
                Ok(run.with_context(|| pair.name.clone())?.queries)
            })
            .collect::<Result<_>>()?;
        let best = best.then(|| best_of_nine(pair).with_context(|| pair.name.clone()));
        Ok(Self { unedited: pair.change(), policies, best: best.transpose()? })
    }
}

fn name_of(path: &std::path::Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(feature = "torch")]
fn of_checkpoint(path: &std::path::Path) -> Result<Actor> {
    use train_host::torch::TrainedPolicy;

    Ok(TrainedPolicy::load(path)?.actor(path.display().to_string())?)
}

#[cfg(not(feature = "torch"))]
fn of_checkpoint(_: &std::path::Path) -> Result<Actor> {
    super::no_libtorch("judge --checkpoint")?;
    anyhow::bail!("no libtorch")
}
