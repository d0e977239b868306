//! Lessons, regression, then the method.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use serde_json::json;
use train_host::environment::{
    ControlTask, EpisodeError, STYLE_QUERIES, StyleLesson, StyleStudio, Styling,
};
use train_host::evaluation::{StyleRun, run_style_policy};
use train_host::torch::{Exploration, PolicyShape, TrainedPolicy, one_thread};
use tuner::actor::OUTPUT_SOFTNESS;

use super::{Method, Options};
use crate::verbs::schooling::{Run, rounded};

/// Environments of TD3 side by side.
const ENVIRONMENTS: usize = 32;
/// Discount of TD3: any of the queries may be the one that is chosen, the first ones are dearest.
const GAMMA: f64 = 0.8;
/// Standard deviation of TD3's exploration.
const EXPLORATION: f64 = 0.05;

/// Trains.
///
/// # Errors
/// When the pictures cannot be used or a file cannot be written.
pub fn run(options: &Options) -> Result<()> {
    one_thread();
    ensure!((16..=512).contains(&options.side), "--side {}: from 16 to 512 pixels", options.side);
    let schooling = &options.schooling;
    let out = &schooling.out;
    let mut run = Run::start(schooling, out)?;
    let studio = StyleStudio::new(
        options.pictures.photographs()?,
        options.pictures.scenes(schooling.seed)?,
        options.pipelines.parse().context("--pipelines")?,
        options.side,
    )?;
    let started = Instant::now();
    let (all, first) = (options.lessons, schooling.seed.wrapping_mul(1_000_003));
    let lessons = drawn(&studio, first, 0..all)?;
    let held_out = drawn(&studio, first, all..all + options.held_out)?;
    ensure!(!lessons.is_empty(), "--lessons 0: nothing to learn from");
    eprintln!(
        "{} lessons, {} held out; answers searched in {:.0} s",
        lessons.len(),
        held_out.len(),
        started.elapsed().as_secs_f64()
    );
    let pretrained = out.with_extension("pretrained");
    let mut first = schooling.pretraining(PolicyShape::style(schooling.width, 2), &pretrained)?;
    let learn = |training: &mut train_host::torch::Regression| training.learn_style(&lessons);
    if !run.regress(&mut first, "regression", &pretrained, learn)? {
        first.save(out)?;
        return judge(&run, "regression", &TrainedPolicy::load(out)?, &held_out);
    }
    judge(&run, "regression", &TrainedPolicy::load(&pretrained)?, &held_out)?;
    match options.method {
        Method::Regression => {
            let mut training = schooling.more_regression(&first, out)?;
            run.regress(&mut training, "regression", out, learn)?;
        }
        Method::Td3 => {
            let lessons = Arc::new(lessons);
            let tasks = (0..ENVIRONMENTS)
                .map(|_| Ok(Box::new(Styling::new(Arc::clone(&lessons))?) as Box<dyn ControlTask>))
                .collect::<Result<Vec<_>>>()?;
            let exploration = Exploration::Gaussian(EXPLORATION);
            let settings = schooling.td3_options(GAMMA, OUTPUT_SOFTNESS, exploration);
            let mut td3 = schooling.td3(&first, tasks, settings, out)?;
            run.reinforce(&mut td3, schooling.steps(true), "distance", out)?;
        }
    }
    let stage = if options.method == Method::Td3 { "td3" } else { "regression" };
    judge(&run, stage, &TrainedPolicy::load(out)?, &held_out)
}

fn drawn(
    studio: &StyleStudio,
    first: u64,
    numbers: Range<u64>,
) -> Result<Vec<StyleLesson>, EpisodeError> {
    let numbers: Vec<u64> = numbers.collect();
    numbers.into_par_iter().map(|number| studio.lesson(first.wrapping_add(number))).collect()
}

/// A line with the mean distances on lessons that nothing was learned from.
fn judge(run: &Run, stage: &str, policy: &TrainedPolicy, held_out: &[StyleLesson]) -> Result<()> {
    if held_out.is_empty() {
        return Ok(());
    }
    let actor = policy.actor("the policy".to_owned())?;
    let runs: Vec<StyleRun> = held_out
        .par_iter()
        .map(|lesson| run_style_policy(&actor, lesson, STYLE_QUERIES))
        .collect::<Result<_, _>>()?;
    let mean = |of: &dyn Fn(&StyleRun) -> f64| {
        rounded(runs.iter().map(of).sum::<f64>() / runs.len() as f64)
    };
    let best = |at: usize| mean(&|run| run.best.get(at).copied().unwrap_or(run.found));
    run.report(&json!({
        "held_out_after": stage,
        "found": mean(&|run| run.found),
        "searched": mean(&|run| run.searched),
        "best": (0..STYLE_QUERIES).map(best).collect::<Vec<f64>>(),
    }))
}
