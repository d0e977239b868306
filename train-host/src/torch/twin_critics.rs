//! The two critics of TD3, computed as one.

use tch::Tensor;

use super::policy::{NORM_EPSILON, PolicyShape};

/// The critics' two networks, computed as one: each weight matrix is a batch of two.
#[derive(Debug)]
pub struct TwinCritics(pub PolicyShape);

impl TwinCritics {
    /// The flat weights of both as 2 × inputs × outputs for each matrix, 2 × 1 × outputs for the rest.
    pub fn cut(&self, weights: &Tensor) -> Vec<Tensor> {
        let mut shapes: Vec<[i64; 3]> = Vec::new();
        for span in self.0.spans() {
            let (inputs, outputs) = (span.inputs as i64, span.outputs as i64);
            shapes.extend([[-1, inputs, outputs], [-1, 1, outputs]]);
            shapes.extend(span.norm.map(|_| [[-1, 1, outputs]; 2]).into_iter().flatten());
        }
        let sizes: Vec<i64> = shapes.iter().map(|[_, rows, columns]| rows * columns).collect();
        let one = self.0.weight_count() as i64;
        let pieces = weights.view([-1, one]).split_with_sizes(sizes, 1);
        pieces.into_iter().zip(shapes).map(|(piece, shape)| piece.view(shape)).collect()
    }

    /// Values (critics × n) of these actions; as many critics as the pieces have.
    pub fn values(&self, pieces: &[Tensor], observations: &Tensor, actions: &Tensor) -> Tensor {
        let critics = pieces.first().map_or(1, |piece| piece.size().first().copied().unwrap_or(1));
        let state = Tensor::cat(&[observations, actions], 1).unsqueeze(0);
        let mut values = state.expand([critics, -1, -1], false);
        let mut pieces = pieces.iter();
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
    use tch::Device;

    use super::*;
    use crate::torch::policy::{HiddenForm, Policy, to_host};

    #[test]
    fn two_at_once_value_as_one_after_the_other() {
        for form in [HiddenForm::NormSilu, HiddenForm::Relu] {
            let shape = PolicyShape { inputs: 5, hidden: vec![7, 6], outputs: 1, form };
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
