//! Policies on the paper's state, written down instead of trained, from the exporter through the
//! loader to a tune.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use isp_hw::{Input, PicturePipeline, SoftwareIsp, ViewSimulator};
use isptune_tests::program;
use train_host::environment::{ControlTask, Finishing, Move, PracticeOptions, Reward, State};
use train_host::export::{Conv, Dense, Form, Network, encode};
use train_host::photographs::dead_leaves;
use tuner::actor::{
    Actor, PAPER_HISTOGRAMS, PAPER_NUMBERS, PAPER_PICTURE, PAPER_SIDE, Provenance, Representation,
    taste_params,
};
use tuner::strategy::{ACTOR_NAMES, NAMES, STYLE_ACTOR_NAMES, by_name};
use tuner::{
    EpisodeOptions, Frame, Goal, GoalOptions, Limits, Measured, Outcome, Parameter, Params,
    Pipeline, Planes, Samples, Task, View, run_episode,
};

/// A policy whose outputs depend on means of the pictures, by `of_pictures`, and on all other values.
fn written_down(of_pictures: f32, numbers: Vec<f32>) -> Vec<u8> {
    let mut network = Network::of_kind(Representation::Paper);
    let means = Conv {
        sides: [16; 2],
        stride: 16,
        pads: [0; 4],
        weights: (0..2 * 6 * 256).map(|at| 0.001 * (at as f32 * 0.71).sin()).collect(),
        bias: vec![0.1, -0.1],
    };
    let map = network.conv(Network::INPUT, means).unwrap();
    let map = network.relu(map).unwrap();
    let row = network.flatten(map).unwrap();
    let weights = (0..9 * 32).map(|at| of_pictures * (at as f32 * 0.37).cos()).collect();
    let pictures = network.dense(row, Dense { weights, bias: vec![0.0; 9] }).unwrap();
    let numbers = Dense { weights: numbers, bias: vec![0.0; 9] };
    let numbers = network.dense(Network::NUMBERS, numbers).unwrap();
    network.add(pictures, numbers).unwrap();
    let provenance = Provenance { command: "written down".to_owned(), ..Provenance::default() };
    encode(&network, Form::Float, &provenance).unwrap()
}

/// Its exposure follows how much brighter than the picture the goal is in the mean.
fn brightening() -> Vec<u8> {
    let mut numbers = vec![0.0; 9 * PAPER_NUMBERS];
    let exposure = Parameter::Exposure.index() * PAPER_NUMBERS + PAPER_HISTOGRAMS;
    numbers[exposure] = -2.0;
    numbers[exposure + 4] = 2.0;
    written_down(0.0, numbers)
}

fn loaded(file: &[u8]) -> Arc<Actor> {
    Arc::new(Actor::of_kind(Representation::Paper, "written down", file).unwrap())
}

/// A policy to which everything matters that it is shown.
fn attentive() -> Arc<Actor> {
    let numbers = (0..9 * PAPER_NUMBERS).map(|at| 0.05 * (at as f32 * 0.93).sin()).collect();
    loaded(&written_down(1.0, numbers))
}

fn planes(values: &[f32]) -> Planes {
    let plane = |number: usize| values[number * 64 * 64..(number + 1) * 64 * 64].to_vec();
    Planes::new(PAPER_SIDE, PAPER_SIDE, [0, 1, 2].map(plane)).unwrap()
}

/// Every pixel three times across and twice down.
fn enlarged(small: &Planes) -> Planes {
    let planes = small.channels().map(|plane| {
        let rows = plane.chunks(PAPER_SIDE).flat_map(|row| [row, row]);
        rows.flat_map(|row| row.iter().flat_map(|value| [*value; 3])).collect()
    });
    Planes::new(3 * PAPER_SIDE, 2 * PAPER_SIDE, planes).unwrap()
}

/// Largest difference between what the policy asks for in training and on a device whose pictures are
/// `shown` as large ones.
fn apart(shown: fn(&Planes) -> Planes) -> f64 {
    let photographs = Arc::new(vec![dead_leaves(1, 96, 72).unwrap()]);
    let mix = "software".parse().unwrap();
    let practice = PracticeOptions { mix, goals: None, noisy_share: 0.0, side: PAPER_SIDE };
    let mut training = Finishing::new(photographs, practice, Reward::Psnr)
        .unwrap()
        .seen_as(State::Paper, Move::Absolute);
    let mut seen = training.reset(5).unwrap();
    let (initial, goal) = (shown(&planes(&seen)), shown(&planes(&seen[PAPER_PICTURE..])));
    let task = Task {
        mask: vec![true; initial.pixel_count()],
        initial,
        goal,
        style: None,
        start: Params::NEUTRAL,
        limits: Limits::default(),
        budget: 10,
        cancel: Arc::default(),
    };
    let actor = attentive();
    let mut strategy = by_name("actor", 0, Box::new(Nothing), Some(&actor)).unwrap();
    let mut largest = 0.0_f64;
    for _ in 0..5 {
        let wanted = taste_params(&actor.infer(&seen).unwrap());
        let asked = strategy.ask(&task).unwrap();
        assert_eq!(Some(asked), strategy.ask(&task), "asking again must not move on");
        for (asked, wanted) in asked.values().into_iter().zip(wanted.values()) {
            largest = largest.max((asked - wanted).abs());
        }
        let action = wanted.values().map(|value| value as f32);
        seen = training.step(&action).unwrap().observation;
        let params = Params::clamped(action.map(f64::from));
        let picture = shown(&planes(&seen));
        strategy.tell(&task, &Measured { params, picture: &picture, mse: 0.01 });
    }
    largest
}

/// A simulator that nobody asks.
struct Nothing;

impl tuner::Simulator for Nothing {
    fn simulate(&mut self, _: &Params) -> Planes {
        panic!("the policy alone asks no simulator")
    }
}

#[test]
fn trainer_and_device_show_the_policy_the_same() {
    let same = apart(Planes::clone);
    assert!(same < 1e-9, "{same}");
    let large = apart(enlarged);
    assert!(large < 1e-4, "{large}");
}

fn pipeline(frame: Frame) -> PicturePipeline<SoftwareIsp> {
    PicturePipeline::new(SoftwareIsp::default(), Input::srgb(frame))
}

fn tuned(found: Frame, exposure: f64, limits: Limits) -> Outcome {
    let view = View::of_size(found.width(), found.height());
    let simulator =
        ViewSimulator::new(SoftwareIsp::default(), &Input::srgb(found.clone()), &view).unwrap();
    let wanted = Params::NEUTRAL.with(Parameter::Exposure, exposure);
    let mut pipeline = pipeline(found.clone());
    let goal = pipeline.query(&wanted).unwrap();
    let goal = Goal::prepare(&found, goal, &GoalOptions::default()).unwrap();
    let actor = loaded(&brightening());
    let mut strategy = by_name("actor", 0, Box::new(simulator), Some(&actor)).unwrap();
    let options = EpisodeOptions { budget: 4, target_db: 200.0 };
    let never = Arc::new(AtomicBool::new(false));
    let strategy = strategy.as_mut();
    run_episode(&mut pipeline, strategy, &goal, limits, &options, &never, &mut |_| {}).unwrap()
}

#[test]
fn a_policy_on_pictures_brings_one_nearer_to_its_goal() {
    for exposure in [-0.4, 0.3] {
        let outcome = tuned(program::picture(), exposure, Limits::default());
        let best = outcome.best_query().unwrap();
        let [found, reached] = [outcome.found.psnr_db, best.score.psnr_db];
        println!("{exposure}: {found:.1} dB, then {reached:.1}");
        assert!(reached > found + 3.0, "{found} {reached}");
        assert_eq!(best.params.get(Parameter::Exposure) > 0.0, exposure > 0.0);
    }
}

#[test]
fn limits_and_locks_hold_against_what_the_policy_names() {
    let mut limits = Limits::default();
    limits.lock(Parameter::Contrast, 0.2).unwrap();
    limits.narrow(Parameter::Exposure, [-0.05, 0.05]).unwrap();
    let outcome = tuned(program::picture(), 0.4, limits);
    assert!(!outcome.queries.is_empty());
    for query in &outcome.queries {
        assert_eq!(query.params, limits.clamp(query.params));
        assert_eq!(query.params.get(Parameter::Contrast), 0.2);
    }
}

#[test]
fn flat_pictures_are_tuned_without_a_panic() {
    for value in [0, 90, 255] {
        let flat = Frame::new(70, 48, Samples::U8(vec![value; 70 * 48 * 3])).unwrap();
        let goal = Planes::from(&flat);
        let task = Task {
            mask: vec![true; goal.pixel_count()],
            initial: goal.clone(),
            goal: goal.clone(),
            style: None,
            start: Params::NEUTRAL,
            limits: Limits::default(),
            budget: 10,
            cancel: Arc::default(),
        };
        let mut strategy = by_name("actor", 0, Box::new(Nothing), Some(&attentive())).unwrap();
        let params = strategy.ask(&task).unwrap();
        assert!(params.values().into_iter().all(f64::is_finite));
        strategy.tell(&task, &Measured { params, picture: &goal, mse: 0.0 });
    }
}

#[test]
fn it_looks_at_whole_pictures_unless_they_are_huge() {
    let strategy = by_name("actor", 0, Box::new(Nothing), Some(&attentive())).unwrap();
    assert!(strategy.view(1920, 1080).is_whole());
    assert_eq!(strategy.view(4000, 3000), View::of_size(4000, 3000));
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/actor.onnx");
    let of_pixels = Arc::new(Actor::load(&shipped).unwrap());
    let usual = by_name("actor", 0, Box::new(Nothing), Some(&of_pixels)).unwrap();
    assert_eq!(usual.view(1920, 1080), View::of_size(1920, 1080));
}

#[test]
fn only_the_policy_alone_takes_it() {
    let actor = attentive();
    for name in ACTOR_NAMES.into_iter().chain(STYLE_ACTOR_NAMES) {
        let takes = by_name(name, 0, Box::new(Nothing), Some(&actor)).is_some();
        assert_eq!(takes, name == "actor", "{name}");
    }
    assert!(NAMES.iter().all(|name| by_name(name, 0, Box::new(Nothing), Some(&actor)).is_some()));
}

/// The tests of the command line have no exporter. `ISPTUNE_WRITE_FIXTURES=1` writes the file.
#[test]
fn the_fixture_of_the_command_line_is_this_policy() {
    let path: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemon/tests/command_line/paper.onnx");
    if std::env::var_os("ISPTUNE_WRITE_FIXTURES").is_some() {
        std::fs::write(&path, brightening()).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == brightening(), "{}", path.display());
}
