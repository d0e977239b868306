//! Exported networks against a plain evaluation of the same numbers.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use tuner::actor::{Actor, OBSERVATION_LENGTH, Provenance};

use super::network::Operator;
use super::*;

fn normal(rng: &mut ChaCha8Rng, count: usize, sigma: f32) -> Vec<f32> {
    (0..count).map(|_| sigma * Distribution::<f32>::sample(&StandardNormal, &mut *rng)).collect()
}

fn dense(rng: &mut ChaCha8Rng, inputs: usize, outputs: usize) -> Dense {
    let sigma = (inputs as f32).sqrt().recip();
    Dense { weights: normal(rng, inputs * outputs, sigma), bias: normal(rng, outputs, 0.1) }
}

fn norm(rng: &mut ChaCha8Rng, length: usize) -> Norm {
    let scale = normal(rng, length, 0.2).into_iter().map(|value| 1.0 + value).collect();
    Norm { scale, bias: normal(rng, length, 0.1), epsilon: 1e-5 }
}

fn network(seed: u64) -> Network {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    let hidden = vec![
        Hidden { dense: dense(rng, OBSERVATION_LENGTH, 48), norm: Some(norm(rng, 48)) },
        Hidden { dense: dense(rng, 48, 32), norm: None },
    ];
    Network::perceptron(hidden, dense(rng, 32, 9)).unwrap()
}

/// The network in 64-bit floats, straight from the definitions of its layers.
fn evaluated(network: &Network, observation: &[f32]) -> Vec<f64> {
    let mut values: Vec<Vec<f64>> = vec![observation.iter().copied().map(f64::from).collect()];
    for layer in &network.layers {
        let x = &values[layer.inputs[0].0];
        let value = match &layer.operator {
            Operator::Dense(dense) => dense
                .weights
                .chunks(x.len())
                .zip(&dense.bias)
                .map(|(row, &bias)| {
                    row.iter().zip(x).map(|(&w, x)| f64::from(w) * x).sum::<f64>() + f64::from(bias)
                })
                .collect(),
            Operator::Norm(norm) => {
                let n = x.len() as f64;
                let mean = x.iter().sum::<f64>() / n;
                let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
                let root = (variance + f64::from(norm.epsilon)).sqrt();
                let affine = norm.scale.iter().zip(&norm.bias);
                x.iter()
                    .zip(affine)
                    .map(|(x, (&scale, &bias))| {
                        (x - mean) / root * f64::from(scale) + f64::from(bias)
                    })
                    .collect()
            }
            Operator::Silu => x.iter().map(|x| x / (1.0 + (-x).exp())).collect(),
            Operator::Relu => x.iter().map(|x| x.max(0.0)).collect(),
            other => panic!("no layer of a perceptron: {other:?}"),
        };
        values.push(value);
    }
    values.pop().unwrap()
}

fn observation(seed: u64) -> [f32; OBSERVATION_LENGTH] {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    normal(rng, OBSERVATION_LENGTH, 1.0).try_into().unwrap()
}

fn largest_difference(network: &Network, form: Form) -> f64 {
    let file = encode(network, form, &Provenance::default()).unwrap();
    let actor = Actor::from_bytes("test", &file).unwrap();
    let mut largest = 0.0_f64;
    for seed in 0..20 {
        let observation = observation(seed);
        let outputs = actor.infer(&observation).unwrap();
        for (ours, wanted) in outputs.iter().zip(evaluated(network, &observation)) {
            largest = largest.max((f64::from(*ours) - wanted).abs());
        }
    }
    largest
}

#[test]
fn the_file_computes_what_the_numbers_say() {
    let network = network(1);
    let [float, half, int8] =
        [Form::Float, Form::Half, Form::Int8].map(|form| largest_difference(&network, form));
    assert!(float < 1e-5, "{float}");
    assert!(half < 5e-3, "{half}");
    assert!(int8 < 5e-2, "{int8}");
    assert!(float < half && half < int8, "{float} {half} {int8}: is the form in the file?");
}

#[test]
fn layers_may_read_any_earlier_value() {
    let rng = &mut ChaCha8Rng::seed_from_u64(2);
    let mut network = Network::new();
    let first = network.dense(Network::INPUT, dense(rng, OBSERVATION_LENGTH, 16)).unwrap();
    let gated = network.relu(first).unwrap();
    network.silu(first).unwrap();
    network.dense(gated, dense(rng, 16, 9)).unwrap();
    assert!(largest_difference(&network, Form::Float) < 1e-5);
    assert!(matches!(network.silu(ValueId(99)), Err(ExportError::ForeignValue(99))));
}

#[test]
fn eight_bits_take_a_quarter_of_the_space() {
    let size = |form| encode(&network(3), form, &Provenance::default()).unwrap().len();
    let (float, half, int8) = (size(Form::Float), size(Form::Half), size(Form::Int8));
    assert!(half * 100 < float * 60 && int8 * 100 < float * 40, "{float} {half} {int8}");
}

#[test]
fn a_file_says_where_it_comes_from() {
    let provenance = Provenance {
        command: "train-host train --minutes 60".into(),
        commit: "abc".into(),
        figures: "50 dB at 10 queries\n42 at 3".into(),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("actor.onnx");
    write(&path, &network(4), Form::Int8, &provenance).unwrap();
    assert_eq!(Actor::load(&path).unwrap().provenance(), &provenance);
}

#[test]
fn numbers_that_do_not_fit_are_refused_by_the_layer_that_has_them() {
    let rng = &mut ChaCha8Rng::seed_from_u64(5);
    let text = |result: Result<Network, ExportError>| result.unwrap_err().to_string();
    let narrow = dense(rng, 48, 9);
    let error = text(Network::perceptron(Vec::new(), narrow));
    assert_eq!(error, "dense_0: weights has 432 numbers, it must have 3096");
    let error = text(Network::perceptron(Vec::new(), dense(rng, OBSERVATION_LENGTH, 8)));
    assert_eq!(error, "dense_0: output has 8 numbers, it must have 9");
    let mut broken = dense(rng, OBSERVATION_LENGTH, 9);
    broken.bias[3] = f32::NAN;
    let error = text(Network::perceptron(Vec::new(), broken));
    assert!(error.starts_with("dense_0: bias holds NaN"), "{error}");
    let mut large = dense(rng, OBSERVATION_LENGTH, 9);
    large.weights[7] = 1e6;
    let network = Network::perceptron(Vec::new(), large).unwrap();
    let error = encode(&network, Form::Half, &Provenance::default()).unwrap_err().to_string();
    assert!(error.contains("weights as f16 holds 1000000"), "{error}");
    let empty = encode(&Network::new(), Form::Float, &Provenance::default());
    assert!(matches!(empty, Err(ExportError::Empty)));
}

#[test]
fn a_network_that_overflows_is_not_exported() {
    let huge = Dense { weights: vec![3e38; 9 * OBSERVATION_LENGTH], bias: vec![0.0; 9] };
    let network = Network::perceptron(Vec::new(), huge).unwrap();
    let error = encode(&network, Form::Float, &Provenance::default()).unwrap_err().to_string();
    assert!(error.contains("failed its test: output 0 is"), "{error}");
}
