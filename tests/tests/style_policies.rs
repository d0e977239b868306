//! Policies of style, written down instead of trained, from the exporter through the loader to a
//! tune.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use isp_hw::{Input, PicturePipeline, SoftwareIsp, ViewSimulator};
use isptune_tests::program;
use train_host::export::{Dense, Form, Network, encode};
use tuner::actor::{Actor, Provenance, Representation, STYLE_LENGTH};
use tuner::strategy::{ACTOR_NAMES, STYLE_ACTOR_NAMES, STYLE_NAMES, by_name};
use tuner::{
    EpisodeOptions, Frame, Limits, Outcome, Parameter, Params, Pipeline, Samples, StyleGoal, View,
    run_style_episode,
};

/// Written down: exposure follows the mean of luma's normalised residual. A step is 5s·o, so this is
/// four times the residual, about what exposure changes luma by.
fn written_down() -> Vec<u8> {
    let mut weights = vec![0.0; 9 * STYLE_LENGTH];
    let exposure = Parameter::Exposure.index() * STYLE_LENGTH;
    weights[exposure..exposure + 16].fill(0.8 / 16.0);
    let network = Network::of_kind(Representation::Style);
    let dense = Dense { weights, bias: vec![0.0; 9] };
    let network = network.with_perceptron(Vec::new(), dense).unwrap();
    let provenance = Provenance { command: "written down".to_owned(), ..Provenance::default() };
    encode(&network, Form::Int8, &provenance).unwrap()
}

fn actor() -> Arc<Actor> {
    Arc::new(Actor::of_kind(Representation::Style, "written down", &written_down()).unwrap())
}

fn pipeline(frame: Frame) -> PicturePipeline<SoftwareIsp> {
    PicturePipeline::new(SoftwareIsp::default(), Input::srgb(frame))
}

/// The picture, upside down and mirrored, with another exposure: its pixels lie elsewhere.
fn goal(exposure: f64) -> StyleGoal {
    goal_of(Params::NEUTRAL.with(Parameter::Exposure, exposure))
}

fn goal_of(params: Params) -> StyleGoal {
    let rendered = pipeline(program::picture()).query(&params).unwrap();
    let [width, height] = rendered.size();
    let Samples::U8(samples) = rendered.samples() else { panic!("8 bits") };
    let turned = samples.as_chunks::<3>().0.iter().rev().flatten().copied().collect();
    StyleGoal::new(Frame::new(width, height, Samples::U8(turned)).unwrap(), None).unwrap()
}

fn tuned(name: &str, found: Frame, goal: &StyleGoal, actor: &Arc<Actor>) -> Outcome {
    let view = View::of_size(found.width(), found.height());
    let simulator =
        ViewSimulator::new(SoftwareIsp::default(), &Input::srgb(found.clone()), &view).unwrap();
    let mut strategy = by_name(name, 0, Box::new(simulator), Some(actor)).unwrap();
    assert_eq!(strategy.name(), name);
    let mut pipeline = pipeline(found);
    let limits = Limits::of_table(pipeline.parameters());
    let options = EpisodeOptions { budget: 10, target_db: 200.0 };
    let never = Arc::new(AtomicBool::new(false));
    let strategy = strategy.as_mut();
    run_style_episode(&mut pipeline, strategy, goal, limits, &options, &never, &mut |_| {}).unwrap()
}

fn distances(outcome: &Outcome) -> Vec<f64> {
    outcome.queries.iter().map(|query| query.style.as_ref().unwrap().distance).collect()
}

#[test]
fn the_policy_alone_goes_to_the_style_step_by_step() {
    // Much brighter than this the picture clips, and the content guard has a say.
    for exposure in [-0.3, 0.1] {
        let outcome = tuned("style-actor", program::picture(), &goal(exposure), &actor());
        let found = outcome.found_style.as_ref().unwrap().distance;
        let distances = distances(&outcome);
        assert!(distances[0] < 0.6 * found, "{found} {distances:?}");
        let Some(best) = outcome.best_query() else { panic!("{:?}", outcome.queries) };
        let reached = best.style.as_ref().unwrap().distance;
        assert!(reached < 0.1 * found, "{found} {distances:?}");
        assert!((best.params.get(Parameter::Exposure) - exposure).abs() < 0.05, "{best:?}");
    }
}

#[test]
fn where_the_policy_clips_too_much_it_goes_back_until_the_content_is_kept() {
    let outcome = tuned("style-actor", program::picture(), &goal(0.6), &actor());
    let keeps = |query: &tuner::QueryRecord| query.style.as_ref().unwrap().violations.is_empty();
    let lost = outcome.queries.iter().position(|query| !keeps(query)).expect("none goes too far");
    let before = outcome.queries[..lost].last().map_or(Params::NEUTRAL, |query| query.params);
    let back = outcome.queries[lost + 1].params.get(Parameter::Exposure);
    let ends = [before, outcome.queries[lost].params].map(|at| at.get(Parameter::Exposure));
    let left = (back - ends[0]) / (ends[1] - ends[0]);
    assert!((0.25..=0.8).contains(&left), "{back} {ends:?}");
    let best = outcome.best_query().expect("no query has kept the content");
    assert!(keeps(best));
    let found = outcome.found_style.as_ref().unwrap().distance;
    assert!(best.style.as_ref().unwrap().distance < found, "{:?}", outcome.queries);
}

#[test]
fn the_hybrid_asks_the_policy_twice_and_then_searches() {
    // The policy knows nothing of colours, so something is left to search.
    let dark = Params::NEUTRAL.with(Parameter::Exposure, -0.3);
    let goal = goal_of(dark.with(Parameter::BlueGain, -0.3).with(Parameter::Saturation, -0.3));
    let alone = tuned("style-actor", program::picture(), &goal, &actor());
    let hybrid = tuned("style-hybrid", program::picture(), &goal, &actor());
    for query in 0..2 {
        assert_eq!(hybrid.queries[query].params, alone.queries[query].params);
    }
    assert_ne!(hybrid.queries[2].params, alone.queries[2].params);
    let least = |outcome: &Outcome| distances(outcome).into_iter().fold(f64::INFINITY, f64::min);
    let found = hybrid.found_style.as_ref().unwrap().distance;
    assert!(least(&hybrid) < 0.02 * found, "{found} {:?} {:?}", distances(&hybrid), hybrid.queries);
}

#[test]
fn a_black_picture_and_one_of_one_colour_are_tuned_without_a_panic() {
    for value in [0, 90, 255] {
        let flat = Frame::new(64, 48, Samples::U8(vec![value; 64 * 48 * 3])).unwrap();
        let outcome = tuned("style-actor", flat, &goal(0.3), &actor());
        assert!(outcome.error.is_none() && !outcome.queries.is_empty(), "{value}: {outcome:?}");
        assert!(distances(&outcome).iter().all(|distance| distance.is_finite()));
    }
}

#[test]
fn each_strategy_takes_only_a_policy_of_its_kind() {
    let found = program::picture();
    let view = View::of_size(found.width(), found.height());
    let simulator = || {
        let input = Input::srgb(found.clone());
        Box::new(ViewSimulator::new(SoftwareIsp::default(), &input, &view).unwrap())
    };
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/actor.onnx");
    let of_pixels = Arc::new(Actor::load(&shipped).unwrap());
    for name in ACTOR_NAMES {
        assert!(by_name(name, 0, simulator(), Some(&actor())).is_none(), "{name}");
        assert!(by_name(name, 0, simulator(), Some(&of_pixels)).is_some(), "{name}");
    }
    for name in STYLE_ACTOR_NAMES {
        assert!(by_name(name, 0, simulator(), None).is_none(), "{name}");
        assert!(by_name(name, 0, simulator(), Some(&of_pixels)).is_none(), "{name}");
    }
    for name in STYLE_NAMES {
        assert!(by_name(name, 0, simulator(), Some(&of_pixels)).is_some(), "{name}");
    }
}

#[test]
fn each_kind_is_refused_where_another_is_wanted() {
    let style = Actor::from_bytes("mine.onnx", &written_down()).unwrap_err().to_string();
    assert!(style.contains("mine.onnx") && style.contains("match --task style"), "{style}");
    let taste = Actor::of_kind(Representation::Taste, "mine.onnx", &written_down()).unwrap_err();
    assert!(taste.to_string().contains("of style"), "{taste}");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/actor.onnx");
    let pixels = Actor::load_kind(&shipped, Representation::Style).unwrap_err().to_string();
    assert!(pixels.contains("--task finish") && pixels.contains("train-host style"), "{pixels}");
    // The file says which of several kinds it is.
    let kinds = [Representation::Style, Representation::Residual];
    assert_eq!(Actor::load_one_of(&shipped, &kinds).unwrap().kind(), Representation::Residual);
}

/// The tests of the command line have no exporter. `ISPTUNE_WRITE_FIXTURES=1` writes the file.
#[test]
fn the_fixture_of_the_command_line_is_this_policy() {
    let path: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemon/tests/command_line/style.onnx");
    if std::env::var_os("ISPTUNE_WRITE_FIXTURES").is_some() {
        std::fs::write(&path, written_down()).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == written_down(), "{}", path.display());
}
