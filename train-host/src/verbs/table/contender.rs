//! Whoever is compared.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use isp_hw::{Input, ViewSimulator};
use rayon::prelude::*;
use train_host::evaluation::{EpisodeTrace, TrueGoal, trace};
use train_host::torch::{PaperActor, Proxy, ProxyDescent, ProxySimulator, Td3Policy};
use tuner::actor::{Actor, PAPER_SIDE};
use tuner::{Frame, Planes, SearchStrategy, Simulator, View, strategy};

use super::Options;
use super::pairs::Pair;

/// Query counts of most contenders.
const SHORT: [usize; 5] = [1, 2, 3, 5, 10];
/// Query counts of those that are slow to learn.
const LONG: [usize; 7] = [1, 2, 3, 5, 10, 50, 200];
/// Strategies that are followed up to 200 queries, as in the paper.
const LONG_STRATEGIES: [&str; 2] = ["cmaes", "greedy"];
/// Strategy of the rows in which a proxy gives derivatives, without and with a policy.
const NEWTON: [&str; 2] = ["model", "hybrid"];
/// What strategies draw has nothing to do with how goals were drawn.
const STRATEGY_STREAM: u64 = 0x5eed_0000_0000_0001;

/// How a contender searches.
enum Searcher {
    /// A strategy of isptune; where it simulates, with the pipeline's own formulas.
    Strategy(String),
    /// Descent through a proxy.
    Descent(Arc<Proxy>),
    /// A strategy of isptune that simulates with a proxy.
    Newton(&'static str, Arc<Proxy>),
    /// A policy on the paper's state.
    Paper(Arc<Td3Policy>),
}

/// A row of the table.
pub struct Contender {
    /// Its name.
    pub name: String,
    /// Query counts that it is judged at.
    pub checkpoints: &'static [usize],
    searcher: Searcher,
    actor: Option<Arc<Actor>>,
}

/// All rows that are asked for.
pub fn all(options: &Options) -> Result<Vec<Contender>> {
    let side = options.side;
    ensure!(side >= 4, "--side {side}: four pixels or more are needed");
    let fits = options.policies.is_empty() || side == PAPER_SIDE;
    ensure!(fits, "--side {side}: policies on the paper's state want --side {PAPER_SIDE}");
    let actor = options.model.as_deref().map(Actor::load).transpose()?.map(Arc::new);
    let row = |name: String, searcher: Searcher| {
        let actor = actor.clone();
        let long = LONG_STRATEGIES.contains(&name.as_str());
        let checkpoints: &[usize] = if long { &LONG } else { &SHORT };
        Contender { name, checkpoints, searcher, actor }
    };
    let mut rows = Vec::new();
    for name in options.strategies.iter().filter(|name| !name.is_empty()) {
        rows.push(row(name.clone(), Searcher::Strategy(name.clone())));
    }
    for named in &options.proxies {
        let (name, path) = split(named)?;
        let proxy = Arc::new(Proxy::load(path)?);
        rows.push(row(format!("{name} proxy, descent"), Searcher::Descent(Arc::clone(&proxy))));
        for strategy in NEWTON.into_iter().take(if actor.is_some() { 2 } else { 1 }) {
            let title = match strategy {
                "model" => format!("{name} proxy-newton"),
                other => format!("{name} proxy in {other}"),
            };
            rows.push(row(title, Searcher::Newton(strategy, Arc::clone(&proxy))));
        }
    }
    for named in &options.policies {
        let (name, path) = split(named)?;
        let policy = Td3Policy::load(path)?
            .with_context(|| format!("{}: no checkpoint of td3", path.display()))?;
        rows.push(row(name.to_owned(), Searcher::Paper(Arc::new(policy))));
    }
    Ok(rows)
}

fn split(named: &str) -> Result<(&str, &Path)> {
    let parts = named.split_once('=').with_context(|| format!("\"{named}\": write NAME=FILE"))?;
    Ok((parts.0, Path::new(parts.1)))
}

impl Contender {
    /// One episode for each pair, on all cores.
    pub fn run(&self, options: &Options, pairs: &[Pair]) -> Result<Vec<EpisodeTrace>> {
        let episode = |(number, pair): (usize, &Pair)| -> Result<EpisodeTrace> {
            let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            let mut strategy = self.strategy(options, &pair.found, seed ^ STRATEGY_STREAM)?;
            let goal = TrueGoal { seen: pair.goal.clone(), clean: pair.goal.clone() };
            let pipeline = || options.pipeline.on(&pair.found);
            let (mut met, mut clean) = (pipeline(), pipeline());
            trace(&mut met, &mut clean, strategy.as_mut(), &goal, self.checkpoints)
                .with_context(|| format!("{}, {}", self.name, pair.name))
        };
        pairs.par_iter().enumerate().map(episode).collect()
    }

    fn strategy(
        &self,
        options: &Options,
        found: &Frame,
        seed: u64,
    ) -> Result<Box<dyn SearchStrategy>> {
        let by_name = |name: &str, simulator: Box<dyn Simulator>| {
            strategy::by_name(name, seed, simulator, self.actor.as_ref())
                .with_context(|| format!("no strategy \"{name}\", or it needs --model"))
        };
        match &self.searcher {
            Searcher::Strategy(name) => {
                let [width, height] = found.size();
                let view = View::of_size(width, height);
                let input = Input::srgb(found.clone());
                let own = ViewSimulator::new(options.pipeline.renderer(), &input, &view)?;
                by_name(name, Box::new(own))
            }
            Searcher::Descent(proxy) => Ok(Box::new(ProxyDescent::new(proxy))),
            Searcher::Newton(name, proxy) => {
                by_name(name, Box::new(ProxySimulator::new(proxy, &Planes::from(found))))
            }
            Searcher::Paper(policy) => {
                let actor = PaperActor::new(policy)
                    .with_context(|| format!("{}: not the paper's state", self.name))?;
                Ok(Box::new(actor))
            }
        }
    }
}
