//! Policies of taste, written down instead of trained, from the exporter through the loader to an
//! enhancement.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use isp_hw::{Input, PicturePipeline, SoftwareIsp};
use isptune_tests::program;
use train_host::export::{Dense, Form, Network, encode};
use tuner::actor::{Actor, Provenance, Representation, TASTE_LENGTH};
use tuner::{
    Frame, Limits, Parameter, Params, Pipeline, Samples, Stopped, TasteOptions, run_taste,
};

/// Written down: exposure up where the picture as found is dark (the mean of its darkest tenth), a
/// little saturation always, and half of the saturation taken back once it is seen.
fn written_down() -> Vec<u8> {
    with_exposure(0.0)
}

/// The same with so much exposure on top: with 8, all there is, whatever there is to see.
fn with_exposure(bias_of_exposure: f32) -> Vec<u8> {
    let mut weights = vec![0.0; 9 * TASTE_LENGTH];
    weights[..3].fill(-0.4);
    let saturation = Parameter::Saturation.index();
    weights[saturation * TASTE_LENGTH + 228 + saturation] = -0.5;
    let mut bias = vec![0.0; 9];
    bias[saturation] = 0.2;
    bias[Parameter::Exposure.index()] = bias_of_exposure;
    let network = Network::of_kind(Representation::Taste);
    let network = network.with_perceptron(Vec::new(), Dense { weights, bias }).unwrap();
    let provenance = Provenance { command: "written down".to_owned(), ..Provenance::default() };
    encode(&network, Form::Int8, &provenance).unwrap()
}

fn actor() -> Actor {
    Actor::of_kind(Representation::Taste, "written down", &written_down()).unwrap()
}

fn pipeline(frame: Frame) -> PicturePipeline<SoftwareIsp> {
    PicturePipeline::new(SoftwareIsp::default(), Input::srgb(frame))
}

fn enhanced(frame: Frame, queries: usize, strength: f64) -> tuner::TasteOutcome {
    let mut pipeline = pipeline(frame);
    let limits = Limits::of_table(pipeline.parameters());
    let options = TasteOptions { queries, strength, limits };
    let never = AtomicBool::new(false);
    run_taste(&mut pipeline, &actor(), &options, &never, &mut |_| {}).unwrap()
}

fn flat(value: u8) -> Frame {
    Frame::new(64, 48, Samples::U8(vec![value; 64 * 48 * 3])).unwrap()
}

#[test]
fn dark_pictures_get_more_exposure_than_bright_ones() {
    let exposure = |value| {
        let outcome = enhanced(flat(value), 1, 1.0);
        outcome.result().unwrap().params.get(Parameter::Exposure)
    };
    let (dark, bright) = (exposure(40), exposure(200));
    assert!(dark > 0.2 && bright < -0.2, "{dark} {bright}");
    let expected = (1.2 * (0.4 - 40.0 / 255.0_f64)).tanh();
    assert!((dark - expected).abs() < 5e-3, "{dark} {expected}");
}

#[test]
fn later_queries_see_what_the_first_one_made_and_settle() {
    let outcome = enhanced(program::picture(), 20, 1.0);
    let saturation: Vec<f64> =
        outcome.queries.iter().map(|query| query.params.get(Parameter::Saturation)).collect();
    assert!((saturation[0] - 0.2_f64.tanh()).abs() < 5e-3, "{saturation:?}");
    assert!((saturation[1] - (0.2 - 0.5 * saturation[0]).tanh()).abs() < 5e-3, "{saturation:?}");
    assert_eq!(outcome.stopped, Stopped::Converged);
    assert!(outcome.queries.len() < 20, "{saturation:?}");
}

#[test]
fn strength_is_what_the_last_query_goes() {
    let whole = enhanced(program::picture(), 1, 1.0).result().unwrap().params;
    let part = enhanced(program::picture(), 1, 0.25).result().unwrap().params;
    let pairs = whole.values().into_iter().zip(part.values());
    assert!(pairs.clone().all(|(whole, part)| (0.25 * whole - part).abs() < 1e-12));
    assert_eq!(enhanced(program::picture(), 1, 0.0).result().unwrap().params, Params::NEUTRAL);
    // With more queries those before the last go all the way, so that the policy sees its own.
    let several = enhanced(program::picture(), 3, 0.25);
    assert_eq!(several.queries[0].params, whole);
    let last = several.result().unwrap().params;
    assert!(last.get(Parameter::Saturation) < 0.5 * whole.get(Parameter::Saturation));
}

#[test]
fn black_and_white_pictures_are_refused() {
    for (value, word) in [(0, "black"), (255, "white")] {
        let mut pipeline = pipeline(flat(value));
        let limits = Limits::of_table(pipeline.parameters());
        let options = TasteOptions { queries: 1, strength: 1.0, limits };
        let never = AtomicBool::new(false);
        let error = run_taste(&mut pipeline, &actor(), &options, &never, &mut |_| {}).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn each_kind_is_refused_where_the_other_is_wanted() {
    let taste = Actor::from_bytes("mine.onnx", &written_down()).unwrap_err().to_string();
    assert!(taste.contains("mine.onnx") && taste.contains("isptune enhance --model"), "{taste}");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/actor.onnx");
    let goal = Actor::load_kind(&shipped, Representation::Taste).unwrap_err().to_string();
    assert!(goal.contains("isptune match --model"), "{goal}");
    let wrong = actor().infer(&[0.0; 344]).unwrap_err().to_string();
    assert!(wrong.contains("takes 237 values, the observation has 344"), "{wrong}");
}

/// The tests of the daemon have no exporter. `ISPTUNE_WRITE_FIXTURES=1` writes the files.
#[test]
fn the_fixtures_of_the_daemon_are_these_policies() {
    for (name, policy) in
        [("taste.onnx", written_down()), ("glaring_taste.onnx", with_exposure(8.0))]
    {
        let path: PathBuf =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemon/tests/command_line").join(name);
        if std::env::var_os("ISPTUNE_WRITE_FIXTURES").is_some() {
            std::fs::write(&path, &policy).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == policy, "{}", path.display());
    }
}
