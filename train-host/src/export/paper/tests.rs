//! The exported network against a plain evaluation of the layers that it was made of.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::actor::{Actor, PAPER_OBSERVATION_LENGTH, PAPER_PICTURE, Provenance};

use super::*;
use crate::export::{Form, Norm, encode};

const EPSILON: f32 = 1e-5;

/// Planes of one side.
#[derive(Clone)]
struct Map {
    side: usize,
    planes: Vec<Vec<f64>>,
}

impl Map {
    fn at(&self, plane: usize, y: isize, x: isize) -> f64 {
        let inside = |at: isize| usize::try_from(at).ok().filter(|at| *at < self.side);
        inside(y).zip(inside(x)).map_or(0.0, |(y, x)| self.planes[plane][y * self.side + x])
    }

    fn of(side: usize, planes: usize, value: impl Fn(usize, usize, usize) -> f64) -> Self {
        let plane = |plane| {
            (0..side * side).map(|at| value(plane, at / side, at % side)).collect::<Vec<f64>>()
        };
        Self { side, planes: (0..planes).map(plane).collect() }
    }

    /// 3×3, zeros around.
    fn convolved(&self, dense: &Dense, stride: usize) -> Self {
        let planes = self.planes.len();
        Self::of(self.side / stride, dense.bias.len(), |output, y, x| {
            let mut sum = f64::from(dense.bias[output]);
            for plane in 0..planes {
                for (row, column) in (0..9).map(|at| (at / 3, at % 3)) {
                    let weight = dense.weights[((output * planes + plane) * 3 + row) * 3 + column];
                    let at = [y * stride + row, x * stride + column].map(|at| at as isize - 1);
                    sum += f64::from(weight) * self.at(plane, at[0], at[1]);
                }
            }
            sum
        })
    }

    fn means(&self, window: usize) -> Self {
        Self::of(self.side / window, self.planes.len(), |plane, y, x| {
            let pixels = (0..window * window).map(|at| (at / window, at % window));
            let sum: f64 = pixels
                .map(|(row, column)| {
                    self.planes[plane][(y * window + row) * self.side + x * window + column]
                })
                .sum();
            sum / (window * window) as f64
        })
    }

    fn enlarged(&self) -> Self {
        Self::of(2 * self.side, self.planes.len(), |plane, y, x| {
            self.planes[plane][y / 2 * self.side + x / 2]
        })
    }

    fn with(&self, other: &Self, join: impl Fn(f64, f64) -> f64) -> Self {
        Self::of(self.side, self.planes.len(), |plane, y, x| {
            let at = y * self.side + x;
            join(self.planes[plane][at], other.planes[plane][at])
        })
    }

    fn relu(&self) -> Self {
        self.with(self, |value, _| value.max(0.0))
    }
}

fn linear(dense: &Dense, values: &[f64]) -> Vec<f64> {
    let rows = dense.weights.chunks(values.len()).zip(&dense.bias);
    rows.map(|(row, bias)| {
        row.iter().zip(values).map(|(w, v)| f64::from(*w) * v).sum::<f64>() + f64::from(*bias)
    })
    .collect()
}

fn relu(values: Vec<f64>) -> Vec<f64> {
    values.into_iter().map(|value| value.max(0.0)).collect()
}

/// The features, as the paper and `PaperFeatures::forward` describe them.
fn features(parts: &PaperFeatures, layers: &[Dense], observation: &[f32]) -> Vec<f64> {
    let mut layers = layers.iter();
    let mut next = || layers.next().unwrap();
    let observation: Vec<f64> = observation.iter().copied().map(f64::from).collect();
    let pictures = Map::of(64, 6, |plane, y, x| observation[plane * 64 * 64 + y * 64 + x] - 0.5);
    let map = if parts.dual_path {
        let half = pictures.means(2);
        let quarter = half.means(2);
        let fine = pictures.with(&half.enlarged(), |a, b| a - b).convolved(next(), 2);
        let middle = half.with(&quarter.enlarged(), |a, b| a - b).convolved(next(), 1);
        let coarse = quarter.convolved(next(), 1).enlarged();
        let first = fine.with(&middle, |a, b| a + b).with(&coarse, |a, b| a + b).relu();
        let encoded = first.convolved(next(), 2).relu();
        let local = encoded.convolved(next(), 1).relu().convolved(next(), 1);
        let flat = encoded.convolved(next(), 2).relu().planes.concat();
        let hidden = relu(linear(next(), &flat));
        let hidden = relu(linear(next(), &hidden));
        let global = linear(next(), &hidden);
        Map::of(16, 32, |plane, y, x| local.planes[plane][y * 16 + x] + global[plane]).relu()
    } else {
        (0..3).fold(pictures, |map, _| map.convolved(next(), 2).relu())
    };
    let mut values = map.means(map.side / 4).planes.concat();
    let numbers = &observation[2 * PAPER_PICTURE..];
    if parts.statistics {
        values.extend(linear(next(), &numbers[..192]));
        values.extend(&numbers[192..200]);
    }
    if parts.history {
        values.extend(linear(next(), &numbers[200..]));
    }
    assert!(layers.next().is_none(), "a layer is not used");
    values
}

fn random_dense(random: &mut ChaCha8Rng, inputs: usize, outputs: usize) -> Dense {
    let reach = (3.0 / inputs as f32).sqrt();
    let mut numbers = |count: usize, reach: f32| {
        (0..count).map(|_| random.random_range(-reach..reach)).collect::<Vec<f32>>()
    };
    Dense { weights: numbers(inputs * outputs, reach), bias: numbers(outputs, 0.1) }
}

/// Largest difference between the model file and the plain evaluation on a few observations, and the
/// largest output.
fn compared(parts: PaperFeatures, form: Form) -> [f64; 2] {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let front = parts.first_weights(&mut random);
    let map = random_dense(&mut random, parts.count(), 24);
    let norm = Norm { scale: vec![1.1; 24], bias: vec![0.1; 24], epsilon: EPSILON };
    let output = random_dense(&mut random, 24, 9);
    let hidden = vec![Hidden { dense: map.clone(), norm: Some(norm) }];
    let network = Network::paper(&parts, &front, hidden, output.clone()).unwrap();
    let file = encode(&network, form, &Provenance::default()).unwrap();
    let actor = Actor::of_kind(Representation::Paper, "test", &file).unwrap();
    let front = layers(&parts, &front).unwrap();
    let (mut difference, mut size) = (0.0_f64, 0.0_f64);
    for _ in 0..3 {
        let observation: Vec<f32> =
            (0..PAPER_OBSERVATION_LENGTH).map(|_| random.random_range(0.0..1.0)).collect();
        let values = linear(&map, &features(&parts, &front, &observation));
        let mean = values.iter().sum::<f64>() / 24.0;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 24.0;
        let root = (variance + f64::from(EPSILON)).sqrt();
        let normed = values
            .iter()
            .map(|value| (value - mean) / root * f64::from(1.1_f32) + f64::from(0.1_f32));
        let gated: Vec<f64> = normed.map(|value| value / (1.0 + (-value).exp())).collect();
        let outputs = actor.infer(&observation).unwrap();
        for (ours, wanted) in outputs.iter().zip(linear(&output, &gated)) {
            difference = difference.max((f64::from(*ours) - wanted).abs());
            size = size.max(wanted.abs());
        }
    }
    [difference, size]
}

const ALL: PaperFeatures = PaperFeatures { dual_path: true, statistics: true, history: true };

#[test]
fn the_file_computes_what_the_layers_say_whatever_is_left_out() {
    let without = |parts: fn(&mut PaperFeatures)| {
        let mut features = ALL;
        parts(&mut features);
        features
    };
    let all_parts = [
        ALL,
        without(|parts| parts.dual_path = false),
        without(|parts| parts.statistics = false),
        without(|parts| parts.history = false),
        PaperFeatures { dual_path: false, statistics: false, history: false },
    ];
    for parts in all_parts {
        let [difference, size] = compared(parts, Form::Float);
        println!("{parts:?}: {difference:e} of {size}");
        assert!(size > 0.1, "{parts:?}: the outputs say nothing");
        assert!(difference < 1e-5, "{parts:?}: {difference}");
    }
}

#[test]
fn smaller_forms_lose_as_little_as_those_of_other_policies() {
    let [half, int8] = [Form::Half, Form::Int8].map(|form| compared(ALL, form)[0]);
    println!("f16 {half:e}, int8 {int8:e}");
    assert!(half < 5e-3, "{half}");
    assert!(int8 < 5e-2, "{int8}");
    assert!(half < int8, "{half} {int8}: is the form in the file?");
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let output = || Dense { weights: vec![0.0; 9 * ALL.count()], bias: vec![0.0; 9] };
    let front = vec![0.0; ALL.weight_count()];
    let refused = |front: &[f32], output: Dense| {
        Network::paper(&ALL, front, Vec::new(), output).unwrap_err().to_string()
    };
    assert!(refused(&front[1..], output()).contains("the front of the network"));
    let narrow = Dense { weights: vec![0.0; 9], ..output() };
    assert!(refused(&front, narrow).contains("the perceptron's first layer"));
    let mut broken = front.clone();
    broken[5] = f32::NAN;
    assert!(refused(&broken, output()).contains("holds NaN"));
    assert!(Network::paper(&ALL, &front, Vec::new(), output()).is_ok());
}
