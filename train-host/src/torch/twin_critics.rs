//! The two critics of TD3, computed as one.

use rand::Rng;
use tch::{Device, Tensor};

use super::policy::{NORM_EPSILON, Policy, PolicyShape};

/// The critics' two networks, computed as one: each weight matrix is a batch of two. Where the
/// observation is the paper's, both see the same features, whose weights come first.
#[derive(Debug)]
pub struct TwinCritics(pub PolicyShape);

impl TwinCritics {
    /// Random first weights of both.
    pub fn first_weights(&self, random: &mut impl Rng, device: Device) -> Tensor {
        let shape = &self.0;
        let mut weights = Vec::new();
        if let Some(features) = shape.features {
            weights.push(Tensor::from_slice(&features.first_weights(random)).to_device(device));
        }
        let one = Policy::new(PolicyShape { features: None, ..shape.clone() });
        weights.extend([(); 2].map(|()| one.first_weights(random, device)));
        Tensor::cat(&weights, 0)
    }

    /// Pieces of the features, then the flat weights of both critics as 2 × inputs × outputs for each
    /// matrix, 2 × 1 × outputs for the rest.
    pub fn cut(&self, weights: &Tensor) -> Vec<Tensor> {
        let shared = self.0.feature_weights() as i64;
        let features = weights.narrow(0, 0, shared);
        let weights = match shared {
            // A cut less: its gradient would be as long as the whole.
            0 => weights.shallow_clone(),
            _ => weights.narrow(0, shared, weights.numel() as i64 - shared),
        };
        let mut shapes: Vec<[i64; 3]> = Vec::new();
        for span in self.0.spans() {
            let (inputs, outputs) = (span.inputs as i64, span.outputs as i64);
            shapes.extend([[-1, inputs, outputs], [-1, 1, outputs]]);
            shapes.extend(span.norm.map(|_| [[-1, 1, outputs]; 2]).into_iter().flatten());
        }
        let sizes: Vec<i64> = shapes.iter().map(|[_, rows, columns]| rows * columns).collect();
        let one = self.0.layer_weights() as i64;
        let pieces = weights.view([-1, one]).split_with_sizes(sizes, 1);
        let layers = pieces.into_iter().zip(shapes).map(|(piece, shape)| piece.view(shape));
        let shapes = self.0.features.map_or_else(Vec::new, |features| features.shapes());
        let sizes: Vec<i64> = shapes.iter().map(|shape| shape.iter().product()).collect();
        let pieces =
            if sizes.is_empty() { Vec::new() } else { features.split_with_sizes(sizes, 0) };
        let features = pieces.into_iter().zip(shapes).map(|(piece, shape)| piece.view(&shape[..]));
        features.chain(layers).collect()
    }

    /// The pieces of the first critic alone.
    pub fn first(&self, pieces: &[Tensor]) -> Vec<Tensor> {
        let shared = self.0.features.map_or(0, |features| features.shapes().len());
        let own = |(place, piece): (usize, &Tensor)| {
            if place < shared { piece.shallow_clone() } else { piece.narrow(0, 0, 1) }
        };
        pieces.iter().enumerate().map(own).collect()
    }

    /// Values (critics × n) of these actions; as many critics as the pieces have.
    pub fn values(&self, pieces: &[Tensor], observations: &Tensor, actions: &Tensor) -> Tensor {
        let critics = pieces.last().map_or(1, |piece| piece.size().first().copied().unwrap_or(1));
        let mut pieces = pieces.iter();
        let features = self.0.features.map(|features| features.forward(&mut pieces, observations));
        let observations = features.as_ref().unwrap_or(observations);
        let state = Tensor::cat(&[observations, actions], 1).unsqueeze(0);
        let mut values = state.expand([critics, -1, -1], false);
        for span in self.0.spans() {
            let (Some(matrix), Some(bias)) = (pieces.next(), pieces.next()) else { break };
            values = bias.baddbmm(&values, matrix, 1.0, 1.0);
            if let Some((factors, offsets)) =
                span.norm.and_then(|_| pieces.next().zip(pieces.next()))
            {
                let norm = [span.outputs as i64];
                let normal =
                    values.layer_norm(norm, None::<&Tensor>, None::<&Tensor>, NORM_EPSILON, false);
                values = (normal * factors + offsets).silu();
            } else if !span.last {
                values = values.relu();
            }
        }
        values.squeeze_dim(2)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::torch::policy::{HiddenForm, to_host};

    #[test]
    fn two_at_once_value_as_one_after_the_other() {
        for form in [HiddenForm::NormSilu, HiddenForm::Relu] {
            let shape = PolicyShape { inputs: 5, outputs: 1, form, ..PolicyShape::residual(7, 2) };
            let (first, mut random) = (Policy::new(shape.clone()), ChaCha8Rng::seed_from_u64(2));
            let each = [(); 2].map(|()| first.first_weights(&mut random, Device::Cpu));
            let critics = TwinCritics(shape);
            let both = critics.cut(&Tensor::cat(&each, 0));
            let number = |at: i32| (f64::from(at) * 1.7).sin() as f32;
            let observations: Vec<f32> = (0..9).map(number).collect();
            let actions: Vec<f32> = (9..15).map(number).collect();
            let observations = Tensor::from_slice(&observations).view([3, 3]);
            let actions = Tensor::from_slice(&actions).view([3, 2]);
            let together = to_host(&critics.values(&both, &observations, &actions));
            let apart: Vec<f32> = each
                .iter()
                .flat_map(|flat| {
                    to_host(&critics.values(&critics.cut(flat), &observations, &actions))
                })
                .collect();
            assert_eq!(together.len(), 6);
            for (a, b) in together.iter().zip(&apart) {
                assert!((a - b).abs() < 1e-6, "{together:?} {apart:?}");
            }
            assert_ne!(together[..3], together[3..]);
        }
    }
}
