//! What every strategy must keep to, on a small pipeline of our own.

use std::sync::atomic::AtomicUsize;

use proptest::prelude::*;

use super::*;
use crate::Parameter;

/// A pipeline whose pixels are linear in the parameters (so that the error is quadratic), each
/// parameter with a pattern of its own: eight smooth ones, and fine detail for texture.
pub(super) struct LinearPipeline {
    patterns: Vec<Planes>,
}

pub(super) const SIDE: usize = 24;

pub(super) fn planes(value: impl Fn(f32, f32, usize) -> f32) -> Planes {
    let plane = |channel: usize| {
        let pixels = (0..SIDE * SIDE).map(|i| ((i % SIDE) as f32, (i / SIDE) as f32));
        pixels.map(|(x, y)| value(x, y, channel)).collect::<Vec<f32>>()
    };
    Planes::new(SIDE, SIDE, [plane(0), plane(1), plane(2)]).unwrap()
}

fn detail(x: f32, y: f32) -> f32 {
    ((x * 2.9).sin() * (y * 2.3).cos()) * 0.05
}

impl LinearPipeline {
    pub(super) fn new() -> Self {
        let patterns = Parameter::ALL.map(|parameter| match parameter {
            Parameter::Texture => planes(|x, y, _| detail(x, y)),
            smooth => {
                let k = smooth.index() as f32;
                planes(|x, y, channel| {
                    let phase = 0.11 * (k + 1.0) * x - 0.07 * k * y + k * channel as f32;
                    0.08 * phase.sin()
                })
            }
        });
        Self { patterns: patterns.to_vec() }
    }

    pub(super) fn render(&self, params: &Params) -> Planes {
        let mut picture = planes(|x, y, _| 0.3 + 0.01 * x + 0.005 * y + detail(x, y));
        for (pattern, (_, value)) in self.patterns.iter().zip(params.iter()) {
            for (target, plane) in picture.channels_mut().into_iter().zip(pattern.channels()) {
                target.iter_mut().zip(plane).for_each(|(t, p)| *t += value as f32 * p);
            }
        }
        picture
    }

    fn task(&self, goal: &Params, limits: Limits) -> Task {
        let mask = vec![true; SIDE * SIDE];
        let (initial, goal) = (self.render(&Params::NEUTRAL), self.render(goal));
        let (start, cancel) = (Params::NEUTRAL, Arc::default());
        Task { initial, goal, mask, style: None, start, limits, budget: 1000, cancel }
    }
}

impl Simulator for LinearPipeline {
    fn simulate(&mut self, params: &Params) -> Planes {
        self.render(params)
    }
}

pub(super) fn simulator() -> Box<dyn Simulator> {
    Box::new(LinearPipeline::new())
}

pub(super) fn mse(a: &Planes, b: &Planes) -> f64 {
    let pairs = a.channels().into_iter().zip(b.channels()).flat_map(|(a, b)| a.iter().zip(b));
    let sum: f64 = pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum();
    sum / (3 * SIDE * SIDE) as f64
}

/// Every query of an episode of at most `most` queries, with its error.
fn episode(name: &str, seed: u64, task: &Task, most: usize) -> Vec<(Params, f64)> {
    let pipeline = LinearPipeline::new();
    let mut strategy = by_name(name, seed, simulator(), None).unwrap();
    let mut queries = Vec::new();
    while let Some(params) = strategy.ask(task).filter(|_| queries.len() < most) {
        assert_eq!(Some(params), strategy.ask(task), "asking again must not move on");
        let picture = pipeline.render(&params);
        let mse = mse(&picture, &task.goal);
        strategy.tell(task, &Measured { params, picture: &picture, mse });
        queries.push((params, mse));
    }
    queries
}

pub(super) fn best(queries: &[(Params, f64)]) -> f64 {
    queries.iter().map(|(_, mse)| *mse).fold(f64::INFINITY, f64::min)
}

pub(super) fn goal() -> Params {
    Params::new([0.4, -0.3, 0.2, 0.6, -0.5, 0.1, -0.7, 0.35, 0.5]).unwrap()
}

/// Best error over the error of doing nothing, in dB (larger is better).
fn gain_db(name: &str, seed: u64, most: usize) -> f64 {
    let pipeline = LinearPipeline::new();
    let task = pipeline.task(&goal(), Limits::default());
    let queries = episode(name, seed, &task, most);
    10.0 * (mse(&task.initial, &task.goal) / best(&queries)).log10()
}

#[test]
fn lm_solves_a_linear_pipeline_in_neutral_nine_probes_and_two_steps() {
    let gain = gain_db(LM, 0, 12);
    assert!(gain > 40.0, "{gain:.1} dB");
}

#[test]
fn model_ends_where_no_parameter_brings_a_goal_out_of_reach_any_nearer() {
    let pipeline = LinearPipeline::new();
    let mut task = pipeline.task(&goal(), Limits::default());
    for (channel, plane) in task.goal.channels_mut().into_iter().enumerate() {
        for (at, value) in plane.iter_mut().enumerate() {
            let (x, y) = ((at % SIDE) as f32, (at / SIDE) as f32);
            *value += 0.1 * (0.5 * x + channel as f32).sin().max(0.0) * (0.4 * y).cos();
        }
    }
    let queries = episode(MODEL, 0, &task, 10);
    let (params, least) = *queries.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert!(queries[0].1 > 1.01 * least, "the functionals alone came as near: {queries:?}");
    for parameter in Parameter::ALL {
        for change in [-0.02, 0.02] {
            let moved = params.with(parameter, params.get(parameter) + change);
            let error = mse(&pipeline.render(&moved), &task.goal);
            assert!(error > least * 0.9995, "{parameter} {change}: {error} {least}");
        }
    }
}

#[test]
fn lm_finds_nothing_more_to_do_soon_after() {
    let task = LinearPipeline::new().task(&goal(), Limits::default());
    let queries = episode(LM, 0, &task, 200);
    assert!(queries.len() < 60, "{} queries", queries.len());
}

#[test]
fn cmaes_converges_within_a_thousand_queries() {
    for seed in 0..3 {
        let gain = gain_db(CMAES, seed, 1000);
        assert!(gain > 30.0, "seed {seed}: {gain:.1} dB");
    }
}

#[test]
fn nelder_mead_converges_within_a_thousand_queries() {
    let gain = gain_db(NELDER_MEAD, 0, 1000);
    assert!(gain > 30.0, "{gain:.1} dB");
}

#[test]
fn greedy_converges_within_three_hundred_queries() {
    let gain = gain_db(GREEDY, 0, 300);
    assert!(gain > 15.0, "{gain:.1} dB");
}

#[test]
fn random_improves_within_three_hundred_queries_and_never_ends_below_neutral() {
    assert!(gain_db(RANDOM, 1, 300) > 1.0);
    assert!(gain_db(RANDOM, 1, 2) >= 0.0);
}

#[test]
fn the_seed_decides_all_and_only_what_is_drawn() {
    let task = LinearPipeline::new().task(&goal(), Limits::default());
    for name in NAMES {
        assert_eq!(by_name(name, 0, simulator(), None).unwrap().name(), name);
        let first = episode(name, 7, &task, 40);
        assert_eq!(first, episode(name, 7, &task, 40), "{name}");
        let draws = [RANDOM, CMAES].contains(&name);
        assert_eq!(first != episode(name, 8, &task, 40), draws, "{name}");
    }
    assert!(by_name("simulated-annealing", 0, simulator(), None).is_none());
}

#[test]
fn without_a_policy_there_is_no_strategy_that_needs_one() {
    for name in ACTOR_NAMES {
        assert!(!NAMES.contains(&name));
        assert!(by_name(name, 0, simulator(), None).is_none(), "{name}");
    }
}

#[test]
fn with_everything_locked_there_is_one_query() {
    let mut limits = Limits::default();
    for parameter in Parameter::ALL {
        limits.lock(parameter, 0.25).unwrap();
    }
    let task = LinearPipeline::new().task(&goal(), limits);
    for name in NAMES {
        let queries = episode(name, 0, &task, 30);
        assert_eq!(queries.len(), 1, "{name}");
        assert_eq!(queries[0].0, Params::clamped([0.25; 9]), "{name}");
    }
}

#[test]
fn one_free_parameter_is_found() {
    let mut limits = Limits::default();
    for parameter in Parameter::ALL.into_iter().filter(|each| *each != Parameter::Contrast) {
        limits.lock(parameter, goal().get(parameter)).unwrap();
    }
    let task = LinearPipeline::new().task(&goal(), limits);
    for name in NAMES {
        let queries = episode(name, 3, &task, 60);
        let (found, _) = queries.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        let error = (found.get(Parameter::Contrast) - 0.1).abs();
        assert!(error < if name == RANDOM { 0.1 } else { 0.01 }, "{name}: off by {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_query_leaves_the_limits(
        ends in prop::collection::vec((-1.0..1.0f64, 0.0..1.0f64, any::<bool>()), 9),
        goal in prop::collection::vec(-1.0..1.0f64, 9),
        seed in any::<u64>(),
    ) {
        let mut limits = Limits::default();
        for (parameter, &(low, width, locked)) in Parameter::ALL.into_iter().zip(&ends) {
            let high = if locked { low } else { (low + width).min(1.0) };
            limits.narrow(parameter, [low, high]).unwrap();
        }
        let goal = Params::clamped(goal.try_into().unwrap());
        let task = LinearPipeline::new().task(&goal, limits);
        for name in NAMES {
            for (params, _) in episode(name, seed, &task, 60) {
                prop_assert_eq!(limits.clamp(params), params, "{}", name);
            }
        }
    }
}

/// A task whose goal is another picture in the look of `goal`: its rows and columns are turned round.
fn style_task(goal: &Params, limits: Limits) -> Task {
    let mut task = LinearPipeline::new().task(goal, limits);
    for channel in task.goal.channels_mut() {
        channel.reverse();
    }
    task.style = Some(crate::StyleFeatures::of(&task.goal));
    task
}

fn style_distances(name: &str, goal: &Params, limits: Limits) -> (f64, Vec<(Params, f64)>) {
    let task = style_task(goal, limits);
    let style = task.style.clone().unwrap();
    let pipeline = LinearPipeline::new();
    let distance = |picture: &Planes| crate::StyleFeatures::of(picture).distance(&style);
    let mut strategy = by_name(name, 3, simulator(), None).unwrap();
    let mut queries = Vec::new();
    while let Some(params) = strategy.ask(&task).filter(|_| queries.len() < 10) {
        assert_eq!(Some(params), strategy.ask(&task), "asking again must not move on");
        let picture = pipeline.render(&params);
        let distance = distance(&picture);
        let mse = distance * distance;
        strategy.tell(&task, &Measured { params, picture: &picture, mse });
        queries.push((params, distance));
    }
    (distance(&task.initial), queries)
}

#[test]
fn style_reaches_the_look_of_a_goal_that_shows_something_else() {
    let goal = Params::new([0.4, -0.3, 0.2, 0.3, -0.2, 0.1, -0.3, 0.3, 0.2]).unwrap();
    for name in STYLE_NAMES {
        let (before, queries) = style_distances(name, &goal, Limits::default());
        let (_, least) = *queries.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert!(least < 0.1 * before, "{name}: {before} {queries:?}");
    }
    // Searches that only see the distance make it small too.
    for name in STYLE_BASELINES {
        let (before, queries) = style_distances(name, &goal, Limits::default());
        assert!(best(&queries) < before, "{name}: {before} {queries:?}");
    }
}

#[test]
fn style_keeps_to_limits_and_asks_once_when_all_is_locked() {
    let mut limits = Limits::default();
    limits.narrow(Parameter::Exposure, [-0.1, 0.1]).unwrap();
    limits.lock(Parameter::Texture, 0.25).unwrap();
    let (_, queries) = style_distances(STYLE, &goal(), limits);
    for (params, _) in &queries {
        assert!(params.get(Parameter::Exposure).abs() <= 0.1, "{params:?}");
        assert_eq!(params.get(Parameter::Texture), 0.25);
    }
    for parameter in Parameter::ALL {
        limits.lock(parameter, 0.25).unwrap();
    }
    let (_, queries) = style_distances(STYLE, &goal(), limits);
    assert_eq!(queries.len(), 1);
}

#[test]
fn style_has_nothing_to_say_to_a_goal_of_the_same_content() {
    let task = LinearPipeline::new().task(&goal(), Limits::default());
    for name in STYLE_NAMES {
        assert!(by_name(name, 0, simulator(), None).unwrap().ask(&task).is_none(), "{name}");
    }
}

/// A simulator on which the task is cancelled after some renderings.
struct Cancelling {
    pipeline: LinearPipeline,
    renderings: Arc<AtomicUsize>,
    cancelled_at: usize,
    cancel: Arc<AtomicBool>,
}

impl Simulator for Cancelling {
    fn simulate(&mut self, params: &Params) -> Planes {
        if self.renderings.fetch_add(1, Ordering::Relaxed) + 1 == self.cancelled_at {
            self.cancel.store(true, Ordering::Relaxed);
        }
        self.pipeline.render(params)
    }
}

/// Renderings of a search, one query's and those of the next, that is cancelled at one of them.
fn renderings(cancelled_at: usize) -> usize {
    let pipeline = LinearPipeline::new();
    let mut task = pipeline.task(&goal(), Limits::default());
    // A goal that cannot be reached, so that pixels are searched as well.
    task.goal.channels_mut().into_iter().flatten().step_by(3).for_each(|value| *value += 0.1);
    let (renderings, cancel) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&task.cancel));
    let simulator =
        Cancelling { pipeline, renderings: Arc::clone(&renderings), cancelled_at, cancel };
    let mut strategy = by_name(MODEL, 0, Box::new(simulator), None).unwrap();
    let pipeline = LinearPipeline::new();
    for _ in 0..3 {
        let asked = strategy.ask(&task);
        let (Some(params), false) = (asked, task.is_cancelled()) else { break };
        let picture = pipeline.render(&params);
        let mse = mse(&picture, &task.goal);
        strategy.tell(&task, &Measured { params, picture: &picture, mse });
    }
    renderings.load(Ordering::Relaxed)
}

#[test]
fn a_cancelled_search_ends_within_the_derivatives_that_it_is_at() {
    let whole = renderings(usize::MAX);
    // The first solution, one explained picture, and pixels take scores of them.
    assert!(whole > 100, "{whole}");
    for cancelled_at in 1..whole {
        let made = renderings(cancelled_at);
        assert!(made <= cancelled_at + 2 * Parameter::COUNT, "{made} of {cancelled_at}");
    }
}
