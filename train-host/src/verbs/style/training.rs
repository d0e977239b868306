//! Lessons, regression, then the method.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use serde_json::json;
use train_host::environment::{EpisodeError, STYLE_QUERIES, StyleLesson, StyleStudio};
use train_host::evaluation::{StyleRun, run_style_policy};
use train_host::torch::{PolicyShape, TrainedPolicy, one_thread};

use super::practice::Practice;
use super::{Method, Options};
use crate::verbs::schooling::{Run, rounded};

/// Trains.
///
/// # Errors
/// When the pictures cannot be used or a file cannot be written.
pub fn run(options: &Options) -> Result<()> {
    one_thread();
    ensure!((16..=512).contains(&options.side), "--side {}: from 16 to 512 pixels", options.side);
    let schooling = &options.schooling;
    let out = &schooling.out;
    let practice = Practice::new(options)?;
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
    let lessons = Arc::new(lessons);
    if practice.is_on_paper_state() {
        return practice.on_paper_state(&mut run, &lessons, &held_out);
    }
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
            practice.after_regression(&mut run, &first, &lessons)?;
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
