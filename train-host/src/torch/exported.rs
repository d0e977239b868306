//! Trained weights in the terms of the exporter.

use tuner::actor::Representation;

use super::policy::{NORM_EPSILON, PolicyShape};
use crate::export::{Dense, ExportError, Hidden, Network, Norm};

/// The network of these flat `weights`, which lie as [`PolicyShape::spans`] says, on observations of
/// this kind.
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
    Network::of_kind(kind).with_perceptron(hidden, output)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use tch::{Device, Tensor};
    use tuner::actor::{Actor, OBSERVATION_LENGTH, Provenance};

    use super::*;
    use crate::export::{Form, encode};
    use crate::torch::Policy;
    use crate::torch::policy::to_host;

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
}
