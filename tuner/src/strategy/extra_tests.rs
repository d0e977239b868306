//! Strategies on a pipeline with parameters beside the nine, which its simulator does not know.

use super::tests::{LinearPipeline, SIDE, best, goal, mse, simulator};
use super::*;
use crate::Axis;

const VIGNETTE: Axis = Axis::Extra(0);
const WASH: Axis = Axis::Extra(1);

/// A pipeline whose nine act by curves that the simulator does not have, and that darkens corners and
/// washes one side with red beside that; 8 bits.
fn render(params: &Params) -> Planes {
    let curved = params.values().map(|value| value * (1.0 + 0.2 * value.abs()) / 1.2);
    let mut picture = LinearPipeline::new().render(&params.with_values(curved));
    let (vignette, wash) = (params.get(VIGNETTE) as f32, params.get(WASH) as f32);
    for (channel, plane) in picture.channels_mut().into_iter().enumerate() {
        for (at, value) in plane.iter_mut().enumerate() {
            let from_middle = |at: usize| (at as f32 + 0.5) / SIDE as f32 * 2.0 - 1.0;
            let (x, y) = (from_middle(at % SIDE), from_middle(at / SIDE));
            *value *= 1.0 - 0.3 * vignette * (x * x + y * y) / 2.0;
            *value += 0.06 * wash * (1.0 + x) * if channel == 0 { 1.0 } else { -0.3 };
            *value = (*value * 255.0).round().clamp(0.0, 255.0) / 255.0;
        }
    }
    picture
}

/// A task with the goal at these parameters and so many queries.
fn task(goal: &Params, limits: Limits, budget: usize) -> Task {
    Task {
        initial: render(&Params::NEUTRAL),
        goal: render(goal),
        mask: vec![true; SIDE * SIDE],
        style: None,
        start: Params::NEUTRAL,
        limits,
        budget,
        cancel: Arc::default(),
    }
}

fn episode(name: &str, task: &Task) -> Vec<(Params, f64)> {
    let mut strategy = by_name(name, 5, simulator(), None).unwrap();
    let mut queries = Vec::new();
    while let Some(params) = strategy.ask(task).filter(|_| queries.len() < task.budget) {
        assert_eq!(task.limits.clamp(params), params, "{name}");
        let picture = render(&params);
        let mse = mse(&picture, &task.goal);
        strategy.tell(task, &Measured { params, picture: &picture, mse });
        queries.push((params, mse));
    }
    queries
}

/// PSNR of the best query; an exact match ends an episode, so that nothing is above it.
fn best_db(name: &str, goal: &Params, limits: Limits, budget: usize) -> f64 {
    let db = -10.0 * best(&episode(name, &task(goal, limits, budget))).log10();
    db.min(crate::EXACT_DB)
}

/// The goal of the other tests, half as far, with corners darkened and a side washed.
fn goal_beyond_the_nine() -> Params {
    let half = goal().values().map(|value| 0.5 * value);
    Params::clamped(half).with(VIGNETTE, 0.6).with(WASH, -0.4)
}

#[test]
fn model_comes_as_near_as_if_the_extra_parameters_had_been_known() {
    let goal = goal_beyond_the_nine();
    let locked = Limits::default();
    let free = Limits::default().with_extras(2);
    let mut right = free;
    for axis in [VIGNETTE, WASH] {
        right.lock(axis, goal.get(axis)).unwrap();
    }
    let [locked, right, free] =
        [locked, right, free].map(|limits| best_db(MODEL, &goal, limits, 10));
    println!("model, 10 queries: locked {locked:.1} dB, right {right:.1} dB, free {free:.1} dB");
    assert!(free > right - 1.0, "{free:.1} dB, {right:.1} dB if they are right already");
    assert!(free > locked + 10.0, "{free:.1} dB, {locked:.1} dB without them");
}

#[test]
fn every_strategy_tunes_extra_parameters() {
    let goal = goal_beyond_the_nine();
    let budgets = [(MODEL, 10), (LM, 30), (CMAES, 200), (GREEDY, 200), (NELDER_MEAD, 200)];
    for (name, budget) in budgets {
        let locked = best_db(name, &goal, Limits::default(), budget);
        let free = best_db(name, &goal, Limits::default().with_extras(2), budget);
        println!("{name}, {budget} queries: locked {locked:.1} dB, free {free:.1} dB");
        assert!(free > locked, "{name}: {free:.1} dB, {locked:.1} dB without them");
    }
    let queries = episode(RANDOM, &task(&goal, Limits::default().with_extras(2), 9));
    assert!(queries.iter().skip(1).all(|(params, _)| params.get(WASH) != 0.0));
}

#[test]
fn no_query_goes_into_extra_parameters_where_the_nine_reach_the_goal() {
    let goal = Params::clamped(goal().values().map(|value| 0.5 * value));
    let free = Limits::default().with_extras(2);
    let queries = episode(MODEL, &task(&goal, free, 10));
    assert_eq!(queries, episode(MODEL, &task(&goal, Limits::default(), 10)));
}

#[test]
fn extra_parameters_alone_are_tuned_when_the_nine_are_locked() {
    let goal = goal_beyond_the_nine();
    let mut limits = Limits::default().with_extras(2);
    for parameter in crate::Parameter::ALL {
        limits.lock(parameter, goal.get(parameter)).unwrap();
    }
    for name in NAMES.into_iter().filter(|name| *name != RANDOM) {
        let queries = episode(name, &task(&goal, limits, 120));
        let (found, _) = queries.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        for axis in [VIGNETTE, WASH] {
            let error = (found.get(axis) - goal.get(axis)).abs();
            assert!(error < 0.05, "{name}: {axis} is off by {error}");
        }
    }
}

#[test]
fn a_style_leaves_extra_parameters_where_they_are_allowed_to_be() {
    let mut task = task(&goal_beyond_the_nine(), Limits::default().with_extras(2), 10);
    task.limits.lock(WASH, 0.25).unwrap();
    task.style = Some(crate::StyleFeatures::of(&task.goal));
    for name in STYLE_NAMES {
        let mut strategy = by_name(name, 0, simulator(), None).unwrap();
        let params = strategy.ask(&task).unwrap();
        assert_eq!([params.get(VIGNETTE), params.get(WASH)], [0.0, 0.25], "{name}");
    }
}
