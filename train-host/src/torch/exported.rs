//! Trained weights in the terms of the exporter.

use tuner::actor::Representation;

use super::policy::{NORM_EPSILON, PolicyShape};
use crate::export::{Dense, ExportError, Hidden, Network, Norm};

/// The network of these flat `weights`, which lie as [`PolicyShape::spans`] says, on observations of
/// this kind, or of the paper's where the shape has its features.
///
/// # Errors
/// [`ExportError`] when a weight is missing or not finite.
pub fn network(
    shape: &PolicyShape,
    weights: &[f32],
    kind: Representation,
) -> Result<Network, ExportError> {
    let piece = |start: usize, count: usize| -> Vec<f32> {
        weights.iter().skip(start).take(count).copied().collect()
    };
    let mut hidden = Vec::new();
    let mut output = Dense { weights: Vec::new(), bias: Vec::new() };
    for span in shape.spans() {
        let dense = Dense {
            weights: piece(span.weights, span.inputs * span.outputs),
            bias: piece(span.bias, span.outputs),
        };
        if span.last {
            output = dense;
            continue;
        }
        let norm = span.norm.map(|[factors, offsets]| Norm {
            scale: piece(factors, span.outputs),
            bias: piece(offsets, span.outputs),
            epsilon: NORM_EPSILON as f32,
        });
        hidden.push(Hidden { dense, norm });
    }
    match &shape.features {
        Some(features) => {
            let front = weights.get(..shape.feature_weights()).unwrap_or(weights);
            Network::paper(features, front, hidden, output)
        }
        None => Network::of_kind(kind).with_perceptron(hidden, output),
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use tch::{Device, Tensor};
    use tuner::actor::{Actor, OBSERVATION_LENGTH, PaperEye, Provenance};
    use tuner::{Params, Planes};

    use super::*;
    use crate::export::{Form, encode};
    use crate::photographs::dead_leaves;
    use crate::torch::policy::to_host;
    use crate::torch::{PaperFeatures, Policy};

    #[test]
    fn tract_computes_what_libtorch_does() {
        let shape = PolicyShape::residual(64, 3);
        let policy = Policy::new(shape.clone());
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let weights = policy.first_weights(&mut random, Device::Cpu);
        let exported = network(&shape, &to_host(&weights), Representation::Residual).unwrap();
        let file = encode(&exported, Form::Float, &Provenance::default()).unwrap();
        let actor = Actor::from_bytes("test", &file).unwrap();
        for _ in 0..20 {
            let observation: [f32; OBSERVATION_LENGTH] =
                std::array::from_fn(|_| random.random_range(-2.0..2.0));
            let input = Tensor::from_slice(&observation).view([1, OBSERVATION_LENGTH as i64]);
            let theirs = to_host(&policy.forward(&policy.cut(&weights), &input));
            let ours = actor.infer(&observation).unwrap();
            for (a, b) in ours.iter().zip(theirs) {
                assert!((a - b).abs() < 1e-4, "{a} {b}");
            }
        }
    }

    /// What an episode shows of dead leaves on the way to other ones.
    fn seen_by_the_paper(seed: u64) -> Vec<Vec<f32>> {
        let picture = |seed| Planes::from(&dead_leaves(seed, 64, 64).unwrap());
        let mut eye = PaperEye::new(&picture(seed)).unwrap();
        let mut seen = vec![eye.observe(&picture(seed + 1)).unwrap()];
        for query in 0..3_u32 {
            let params = Params::clamped([0.2 - 0.1 * f64::from(query); 9]);
            seen.push(eye.observe_query(&picture(seed + u64::from(query) + 2), &params).unwrap());
        }
        seen
    }

    #[test]
    fn a_policy_on_the_papers_state_is_exported_as_libtorch_computes_it() {
        for (number, features) in (0..).zip(PaperFeatures::all()) {
            let shape = PolicyShape { hidden: vec![64, 32], ..PolicyShape::paper(features) };
            let policy = Policy::new(shape.clone());
            let weights = policy.first_weights(&mut ChaCha8Rng::seed_from_u64(number), Device::Cpu);
            // The last layer starts near 0, where differences would not show.
            let scaled: Vec<f32> = to_host(&weights).iter().map(|weight| 2.0 * weight).collect();
            let exported = network(&shape, &scaled, Representation::Paper).unwrap();
            let file = encode(&exported, Form::Float, &Provenance::default()).unwrap();
            let actor = Actor::of_kind(Representation::Paper, "test", &file).unwrap();
            let pieces = policy.cut(&Tensor::from_slice(&scaled));
            for seen in seen_by_the_paper(number) {
                let input = Tensor::from_slice(&seen).view([1, seen.len() as i64]);
                let theirs = to_host(&policy.forward(&pieces, &input));
                let ours = actor.infer(&seen).unwrap();
                let size = theirs.iter().fold(0.0_f32, |size, value| size.max(value.abs()));
                assert!(size > 1e-2, "the outputs say nothing: {theirs:?}");
                for (a, b) in ours.iter().zip(&theirs) {
                    assert!((a - b).abs() < 1e-4, "{features:?}: {ours:?} {theirs:?}");
                }
            }
        }
    }
}
