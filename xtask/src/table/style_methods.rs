//! What methods come to on pairs of a picture and a goal that shows something else.

use std::sync::Arc;

use anyhow::{Context, Result};
use rayon::prelude::*;
use train_host::evaluation::{StyleReached, StyleTrace, style_trace};
use tuner::actor::Actor;
use tuner::{Frame, Params, StyleGoal, strategy};

use super::scenario::Scenario;
use crate::data::photographs;

/// How the files of a pair end.
const INPUT: &str = "_input.jpg";
const STYLE: &str = "_style.jpg";

/// A picture and a goal that shows something else.
pub struct Pair {
    /// How its files begin.
    pub name: String,
    /// The picture as found.
    pub found: Frame,
    /// The goal.
    pub goal: StyleGoal,
}

/// The first pairs by name.
///
/// # Errors
/// When there are none, or a picture cannot be read.
pub fn pairs(most: usize) -> Result<Vec<Pair>> {
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

/// The pairs on one pipeline.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    /// What is tuned.
    pub scenario: Scenario,
    /// The pairs.
    pub pairs: &'a [Pair],
    /// Seed of pipelines and strategies.
    pub seed: u64,
}

impl Block<'_> {
    /// An episode on every pair.
    ///
    /// # Errors
    /// When there is no such strategy, or an episode fails.
    pub fn traces(
        &self,
        name: &str,
        actor: Option<&Arc<Actor>>,
        checkpoints: &[usize],
    ) -> Result<Vec<StyleTrace>> {
        let episode = |number: usize, pair: &Pair| -> Result<StyleTrace> {
            let seed = self.seed_of(number);
            let mut pipeline = self.scenario.clean(&pair.found, seed);
            let simulator = self.scenario.simulator(&pair.found)?;
            let mut strategy =
                strategy::by_name(name, seed, simulator, actor).with_context(|| {
                    format!("there is no strategy \"{name}\" (style-actor needs --model)")
                })?;
            Ok(style_trace(&mut pipeline, strategy.as_mut(), &pair.goal, checkpoints)?)
        };
        let episodes = self.pairs.par_iter().enumerate().map(|(number, pair)| {
            episode(number, pair).with_context(|| format!("{name}, {}", pair.name))
        });
        episodes.collect()
    }

    /// The pictures of parameters, one for each pair.
    ///
    /// # Errors
    /// When one cannot be rendered.
    pub fn rendered(&self, reached: &[StyleReached]) -> Result<Vec<Frame>> {
        let of = |(number, (pair, reached)): (usize, (&Pair, &StyleReached))| {
            let mut pipeline = self.scenario.clean(&pair.found, self.seed_of(number));
            Ok(tuner::Pipeline::query(&mut pipeline, &reached.params)?)
        };
        self.pairs.par_iter().zip(reached).enumerate().map(of).collect()
    }

    const fn seed_of(&self, number: usize) -> u64 {
        self.seed.wrapping_mul(1_000_003).wrapping_add(number as u64)
    }
}

/// What a method came to on all pairs.
pub struct Method {
    /// Name of the strategy.
    pub name: String,
    /// After so many queries.
    pub queries: usize,
    /// Its episodes.
    pub traces: Vec<StyleTrace>,
    /// Which checkpoint of the traces is meant.
    pub place: usize,
}

impl Method {
    /// One for each of these places among the checkpoints.
    pub fn all(
        name: &str,
        traces: &[StyleTrace],
        checkpoints: &[usize],
        places: &[usize],
    ) -> Vec<Self> {
        let places = places.iter().filter_map(|&place| Some((place, *checkpoints.get(place)?)));
        places
            .map(|(place, queries)| Self {
                name: name.to_owned(),
                queries,
                traces: traces.to_vec(),
                place,
            })
            .collect()
    }

    /// What counts on each pair: the best query until the checkpoint that keeps the content, or the
    /// picture as found where there is none.
    ///
    /// # Errors
    /// When a picture as found was not judged.
    pub fn reached(&self) -> Result<Vec<StyleReached>> {
        reached(&self.traces, self.place)
    }

    /// Pairs on which no query until the checkpoint keeps the content.
    pub fn without_result(&self) -> usize {
        let best = self.traces.iter().map(|trace| trace.best.get(self.place));
        best.filter(|best| best.is_none_or(Option::is_none)).count()
    }

    /// Share of all queries that the content guard refused.
    pub fn refused(&self) -> f64 {
        let sum = |count: fn(&StyleTrace) -> usize| self.traces.iter().map(count).sum::<usize>();
        sum(|trace| trace.violating) as f64 / sum(|trace| trace.queries).max(1) as f64
    }
}

/// The pictures as found.
///
/// # Errors
/// When one was not judged.
pub fn as_found(traces: &[StyleTrace]) -> Result<Vec<StyleReached>> {
    let found = |trace: &StyleTrace| {
        let record = trace.found.clone().context("the picture as found was not judged")?;
        Ok(StyleReached { params: Params::NEUTRAL, record })
    };
    traces.iter().map(found).collect()
}

/// What counts after a checkpoint, pair by pair.
///
/// # Errors
/// When a picture as found was not judged.
pub fn reached(traces: &[StyleTrace], place: usize) -> Result<Vec<StyleReached>> {
    let found = as_found(traces)?;
    let best = traces.iter().map(|trace| trace.best.get(place).cloned().flatten());
    Ok(best.zip(found).map(|(best, found)| best.unwrap_or(found)).collect())
}

/// The nearer of two, pair by pair.
pub fn nearer(one: Vec<StyleReached>, other: Vec<StyleReached>) -> Vec<StyleReached> {
    let nearer = |(one, other): (StyleReached, StyleReached)| {
        if other.record.distance < one.record.distance { other } else { one }
    };
    one.into_iter().zip(other).map(nearer).collect()
}
