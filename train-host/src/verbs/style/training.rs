//! Lessons, regression, then the method.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use serde_json::json;
use tch::Device;
use train_host::environment::{
    ControlTask, EpisodeError, Move, STYLE_QUERIES, State, StyleCosts, StyleEpisode, StyleLesson,
    StyleStudio, Styling,
};
use train_host::evaluation::{StyleRun, run_style_policy};
use train_host::torch::{
    Exploration, PaperReward, PolicyShape, Td3, Td3Options, TrainedPolicy, Vgg, one_thread,
};
use tuner::actor::OUTPUT_SOFTNESS;

use super::{Method, Options, RewardKind};
use crate::verbs::schooling::{Run, rounded};

/// Environments of TD3 side by side.
const ENVIRONMENTS: usize = 32;
/// The same with pictures, of which an update costs more.
const PAPER_ENVIRONMENTS: usize = 16;
/// Standard deviation of TD3's exploration where actions are the parameters.
const PAPER_EXPLORATION: f64 = 0.1;
/// Seed of the weights that stand in for VGG-19's.
const VGG_SEED: u64 = 0;
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
    let practice = Practice { options, costs: costs(options)?, lessons: Arc::new(lessons) };
    if options.seen.state() == State::Paper {
        return practice.learn_from_reward(&mut run, &held_out);
    }
    let pretrained = out.with_extension("pretrained");
    let mut first = schooling.pretraining(PolicyShape::style(schooling.width, 2), &pretrained)?;
    let learn =
        |training: &mut train_host::torch::Regression| training.learn_style(&practice.lessons);
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
            let tasks = practice.tasks(ENVIRONMENTS)?;
            let exploration = Exploration::Gaussian(EXPLORATION);
            let settings = schooling.td3_options(GAMMA, OUTPUT_SOFTNESS, exploration);
            let mut td3 = schooling.td3(&first, tasks, settings, out)?;
            run.reinforce(&mut td3, schooling.steps(true), "distance", out)?;
        }
    }
    let stage = if options.method == Method::Td3 { "td3" } else { "regression" };
    judge(&run, stage, &TrainedPolicy::load(out)?, &held_out)
}

/// What TD3 practises on.
struct Practice<'a> {
    options: &'a Options,
    costs: Option<Arc<dyn StyleCosts>>,
    lessons: Arc<Vec<StyleLesson>>,
}

impl Practice<'_> {
    fn tasks(&self, count: usize) -> Result<Vec<Box<dyn ControlTask>>> {
        (0..count).map(|_| self.task(Arc::clone(&self.lessons))).collect()
    }

    fn task(&self, lessons: Arc<Vec<StyleLesson>>) -> Result<Box<dyn ControlTask>> {
        let seen = &self.options.seen;
        let task = Styling::new(lessons)?.seen_as(seen.state(), seen.moves());
        Ok(match &self.costs {
            Some(costs) => Box::new(task.rewarded_by(Arc::clone(costs))),
            None => Box::new(task),
        })
    }

    /// A policy on the paper's state: regression has no labels for it, so TD3 starts at random
    /// weights.
    fn learn_from_reward(&self, run: &mut Run, held_out: &[StyleLesson]) -> Result<()> {
        let Options { seen, schooling, method, .. } = self.options;
        ensure!(
            *method == Method::Td3 && schooling.init.is_none(),
            "--state paper: neither --method regression nor --init go with it; TD3 starts at random \
             weights there"
        );
        let moves = seen.moves();
        let (squash, exploration) = match moves {
            Move::Step => (OUTPUT_SOFTNESS, EXPLORATION),
            Move::Absolute => (1.0, PAPER_EXPLORATION),
        };
        let usual = schooling.td3_options(GAMMA, squash, Exploration::Gaussian(exploration));
        let options = Td3Options {
            batch_size: 64,
            replay_size: 8000,
            random_starts: moves == Move::Absolute,
            actor_starts: 200,
            updates_per_step: 2,
            demonstrations: usual.learning_starts,
            ..usual
        };
        let shape = PolicyShape::paper(seen.features());
        let tasks = self.tasks(PAPER_ENVIRONMENTS)?;
        let mut td3 = if schooling.resume {
            Td3::resume(&schooling.out, tasks, Device::Cpu)?
        } else {
            Td3::new(shape, None, vec![512; 3], tasks, options, Device::Cpu)?
        };
        run.reinforce(&mut td3, schooling.steps(true), "distance", &schooling.out)?;
        let tasks = held_out.iter().map(|lesson| self.task(Arc::new(vec![lesson.clone()])));
        let ended = td3.evaluate(tasks.collect::<Result<_>>()?, schooling.seed)?;
        let found = held_out.iter().map(|lesson| Ok(StyleEpisode::new(lesson)?.record().distance));
        let found = found.sum::<Result<f64, EpisodeError>>()?;
        let figures: Vec<f64> = ended.iter().filter_map(|each| each.figure).collect();
        run.report(&json!({
            "held_out_after": "td3",
            "found": rounded(found / figures.len().max(1) as f64),
            "last": rounded(figures.iter().sum::<f64>() / figures.len().max(1) as f64),
        }))
    }
}

/// What is rewarded, where that is not what a device measures.
fn costs(options: &Options) -> Result<Option<Arc<dyn StyleCosts>>> {
    ensure!(
        options.reward == RewardKind::StyleScore || options.vgg.is_none(),
        "--vgg: only --reward style-score asks it"
    );
    ensure!(
        options.reward == RewardKind::Distance || options.method == Method::Td3,
        "--reward style-score: --method regression has no reward"
    );
    if options.reward == RewardKind::Distance {
        return Ok(None);
    }
    let vgg = Vgg::of(options.vgg.as_deref(), VGG_SEED)?;
    eprintln!("StyleScore by VGG-19 with {}", vgg.origin());
    Ok(Some(Arc::new(PaperReward::new(vgg))))
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
