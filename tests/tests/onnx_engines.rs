//! An exported model is sound ONNX, and onnxruntime computes what tract computes.
//!
//! The Python is `ISPTUNE_PYTHON` (default `python3`); without onnx and onnxruntime the test does
//! not run, and says so.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use isp_hw::{Implementation, Input, Renderer, SoftwareIsp, Threads};
use isptune_tests::program;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use train_host::export::{Dense, Form, Hidden, Network, Norm, encode};
use train_host::paper_network::PaperFeatures;
use tuner::actor::{Actor, ActorEye, OBSERVATION_LENGTH, PaperEye, PaperView, Provenance};
use tuner::{Params, Planes};

const OBSERVATIONS: usize = 1000;

/// Numbers in [−1, 1) that look random, from a linear congruence (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
    }

    fn params(&mut self) -> Params {
        Params::new([(); 9].map(|()| self.next())).unwrap()
    }

    fn weights(&mut self, count: usize, size: f64) -> Vec<f32> {
        (0..count).map(|_| (size * self.next()) as f32).collect()
    }

    /// Initialised like a layer that is about to be trained (Kaiming, uniform).
    fn dense(&mut self, inputs: usize, outputs: usize) -> Dense {
        let size = (3.0 / inputs as f64).sqrt();
        Dense { weights: self.weights(inputs * outputs, size), bias: self.weights(outputs, 0.1) }
    }
}

/// A network of the size that is trained: three hidden layers of 384.
fn network(numbers: &mut Numbers) -> Network {
    let mut inputs = OBSERVATION_LENGTH;
    let mut hidden = Vec::new();
    for _ in 0..3 {
        let dense = numbers.dense(inputs, 384);
        let scale = numbers.weights(384, 0.3).into_iter().map(|value| 1.0 + value).collect();
        let norm = Norm { scale, bias: numbers.weights(384, 0.2), epsilon: 1e-5 };
        hidden.push(Hidden { dense, norm: Some(norm) });
        inputs = 384;
    }
    Network::perceptron(hidden, numbers.dense(inputs, 9)).unwrap()
}

/// Observations of renderings on the way to a few goals.
fn observations(numbers: &mut Numbers) -> Vec<Vec<f32>> {
    let found = program::picture();
    let mask = vec![true; found.width() * found.height()];
    let input = Input::srgb(found.clone());
    let isp = SoftwareIsp::new(Implementation::Fast, Threads::One);
    let found = Planes::from(&found);
    let render = |params: &Params| Planes::from(&isp.render_picture(&input, params, 0));
    let mut observations = Vec::new();
    while observations.len() < OBSERVATIONS {
        let eye = ActorEye::new(&found, &render(&numbers.params()), &mask).unwrap();
        for _ in 0..50 {
            let params = numbers.params();
            observations.push(eye.observe(&render(&params), &params).unwrap().values.to_vec());
        }
    }
    observations
}

fn by_onnxruntime(model: &Path, observations: &[Vec<f32>]) -> Result<Vec<f32>, String> {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/onnx_engine.py");
    let mut child = Command::new(&python)
        .arg(script)
        .arg(model)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python}: {error}"))?;
    let bytes: Vec<u8> =
        observations.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    // A Python without onnx ends before it reads: its exit status tells, not the broken pipe.
    let _ = child.stdin.take().unwrap().write_all(&bytes);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        return Err(format!("{python}: {}", errors.trim()));
    }
    assert!(output.status.success(), "{errors}");
    let (values, rest) = output.stdout.as_chunks::<4>();
    assert!(rest.is_empty());
    Ok(values.iter().copied().map(f32::from_le_bytes).collect())
}

/// The paper's network as it is first drawn, with all parts of the state.
fn paper_network(numbers: &mut Numbers) -> Network {
    let features = PaperFeatures { dual_path: true, statistics: true, history: true };
    let front = features.first_weights(&mut ChaCha8Rng::seed_from_u64(7));
    let mut inputs = features.count();
    let mut hidden = Vec::new();
    for _ in 0..4 {
        hidden.push(Hidden { dense: numbers.dense(inputs, 512), norm: None });
        inputs = 512;
    }
    Network::paper(&features, &front, hidden, numbers.dense(inputs, 9)).unwrap()
}

/// What the paper's policy sees in episodes of ten queries.
fn paper_observations(numbers: &mut Numbers) -> Vec<Vec<f32>> {
    let found = program::picture();
    let mask = vec![true; found.width() * found.height()];
    let view = PaperView::new(found.width(), found.height(), &mask).unwrap();
    let input = Input::srgb(found);
    let isp = SoftwareIsp::new(Implementation::Fast, Threads::One);
    let render = |params: &Params| {
        view.shrunk(&Planes::from(&isp.render_picture(&input, params, 0))).unwrap()
    };
    let mut observations = Vec::new();
    for _ in 0..20 {
        let mut eye = PaperEye::new(&render(&numbers.params())).unwrap();
        observations.push(eye.observe(&render(&Params::NEUTRAL)).unwrap());
        for _ in 1..10 {
            let params = numbers.params();
            observations.push(eye.observe_query(&render(&params), &params).unwrap());
        }
    }
    observations
}

/// Both engines compute the same in every form, where onnxruntime is there to be asked.
fn agree(network: &Network, observations: &[Vec<f32>]) {
    let folder = TempDir::new().unwrap();
    for form in [Form::Float, Form::Half, Form::Int8] {
        let path = folder.path().join(format!("{form:?}.onnx"));
        std::fs::write(&path, encode(network, form, &Provenance::default()).unwrap()).unwrap();
        let theirs = match by_onnxruntime(&path, observations) {
            Ok(theirs) => theirs,
            Err(reason) => {
                println!("not run: {reason} (pip install onnx onnxruntime, or set ISPTUNE_PYTHON)");
                return;
            }
        };
        let actor = Actor::load_kind(&path, network.kind()).unwrap();
        let ours: Vec<f32> =
            observations.iter().flat_map(|values| actor.infer(values).unwrap()).collect();
        assert_eq!(ours.len(), observations.len() * 9);
        assert_eq!(ours.len(), theirs.len());
        let differences = ours.iter().zip(&theirs).map(|(ours, theirs)| (ours - theirs).abs());
        let largest = differences.fold(0.0_f32, f32::max);
        let size = ours.iter().fold(0.0_f32, |size, value| size.max(value.abs()));
        println!("{form:?}: largest difference {largest:e} of values up to {size}");
        assert!(largest <= 1e-4, "{form:?}: {largest}");
        assert!(size > 0.1, "{form:?}: the outputs say nothing");
    }
}

#[test]
fn onnxruntime_and_tract_agree_on_every_form() {
    let mut numbers = Numbers(7);
    let network = network(&mut numbers);
    let observations = observations(&mut numbers);
    assert_eq!(observations.len(), OBSERVATIONS);
    agree(&network, &observations);
}

#[test]
fn onnxruntime_and_tract_agree_on_the_papers_network() {
    let mut numbers = Numbers(11);
    let network = paper_network(&mut numbers);
    agree(&network, &paper_observations(&mut numbers));
}
