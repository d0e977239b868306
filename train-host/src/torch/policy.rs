//! The policy on functionals: layers of numbers, kept in one flat tensor.

use rand::{Rng, RngExt};
use tch::{Device, Kind, Tensor};
use tuner::Parameter;
use tuner::actor::{OBSERVATION_LENGTH, STYLE_LENGTH, TASTE_LENGTH};

use crate::paper_network::PaperFeatures;

/// The last layer starts this much smaller, so that first steps are small.
const LAST_LAYER_SCALE: f32 = 0.1;
/// Keeps layer normalisation defined.
pub const NORM_EPSILON: f64 = 1e-5;

/// What stands behind each hidden layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HiddenForm {
    /// Layer normalisation, then SiLU.
    #[default]
    NormSilu,
    /// ReLU alone, as TD3 was published.
    Relu,
}

/// Sizes of a policy.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PolicyShape {
    /// Numbers in: of the observation, or features and what else is put beside them.
    pub inputs: usize,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// Numbers out.
    pub outputs: usize,
    /// What stands behind each hidden layer.
    #[serde(default)]
    pub form: HiddenForm,
    /// What makes features of the observation, where it is the paper's.
    #[serde(default)]
    pub features: Option<PaperFeatures>,
}

impl PolicyShape {
    /// From an observation to nine outputs, through `layers` layers of `width`.
    #[must_use]
    pub fn residual(width: usize, layers: usize) -> Self {
        Self {
            inputs: OBSERVATION_LENGTH,
            hidden: vec![width; layers],
            outputs: Parameter::COUNT,
            form: HiddenForm::NormSilu,
            features: None,
        }
    }

    /// From an observation without a goal to nine outputs, through `layers` layers of `width`.
    #[must_use]
    pub fn taste(width: usize, layers: usize) -> Self {
        Self { inputs: TASTE_LENGTH, ..Self::residual(width, layers) }
    }

    /// From an observation of style to nine outputs, through `layers` layers of `width`.
    #[must_use]
    pub fn style(width: usize, layers: usize) -> Self {
        Self { inputs: STYLE_LENGTH, ..Self::residual(width, layers) }
    }

    /// From the paper's observation to nine outputs: a perceptron of four layers, 512 wide.
    #[must_use]
    pub fn paper(features: PaperFeatures) -> Self {
        let features_and = Self { inputs: features.count(), ..Self::residual(512, 3) };
        Self { features: Some(features), ..features_and }
    }

    /// Numbers of an observation.
    #[must_use]
    pub const fn observation_length(&self) -> usize {
        match self.features {
            Some(_) => PaperFeatures::OBSERVATION_LENGTH,
            None => self.inputs,
        }
    }

    /// Inputs and outputs of every layer.
    pub fn layers(&self) -> Vec<[usize; 2]> {
        let widths: Vec<usize> = std::iter::once(self.inputs)
            .chain(self.hidden.iter().copied())
            .chain([self.outputs])
            .collect();
        widths.windows(2).filter_map(|pair| pair.try_into().ok()).collect()
    }

    /// Number of weights, those of the features included.
    #[must_use]
    pub fn weight_count(&self) -> usize {
        self.feature_weights() + self.layer_weights()
    }

    /// Number of the features' weights, which come first.
    pub(super) fn feature_weights(&self) -> usize {
        self.features.map_or(0, |features| features.weight_count())
    }

    /// Number of the layers' weights.
    pub(super) fn layer_weights(&self) -> usize {
        let norms: usize = match self.form {
            HiddenForm::NormSilu => self.hidden.iter().map(|width| 2 * width).sum(),
            HiddenForm::Relu => 0,
        };
        self.layers().iter().map(|[inputs, outputs]| (inputs + 1) * outputs).sum::<usize>() + norms
    }

    /// Where the weights of each layer lie in the flat tensor.
    pub fn spans(&self) -> Vec<LayerSpan> {
        let mut at = self.feature_weights();
        let mut take = |count: usize| {
            let start = at;
            at += count;
            start
        };
        let count = self.layers().len();
        self.layers()
            .into_iter()
            .enumerate()
            .map(|(number, [inputs, outputs])| LayerSpan {
                inputs,
                outputs,
                weights: take(inputs * outputs),
                bias: take(outputs),
                norm: (number + 1 < count && self.form == HiddenForm::NormSilu)
                    .then(|| [take(outputs), take(outputs)]),
                last: number + 1 == count,
            })
            .collect()
    }
}

/// One layer's place in the flat tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerSpan {
    /// Numbers in.
    pub inputs: usize,
    /// Numbers out.
    pub outputs: usize,
    /// First of the `outputs × inputs` weights, row by row.
    pub weights: usize,
    /// First of the `outputs` biases.
    pub bias: usize,
    /// First of the factors and of the offsets of the layer normalisation; the last layer has none.
    pub norm: Option<[usize; 2]>,
    /// The layer gives the outputs.
    pub last: bool,
}

/// A multi-layer perceptron: linear and what [`HiddenForm`] says; the last layer linear alone.
#[derive(Debug)]
pub struct Policy {
    shape: PolicyShape,
    spans: Vec<LayerSpan>,
}

impl Policy {
    /// A policy of this shape.
    #[must_use]
    pub fn new(shape: PolicyShape) -> Self {
        let spans = shape.spans();
        Self { shape, spans }
    }

    /// Its shape.
    #[must_use]
    pub const fn shape(&self) -> &PolicyShape {
        &self.shape
    }

    /// Random first weights: uniform within 1/√inputs, as libtorch's linear layers start. With
    /// normalisation the last layer starts near 0.
    pub fn first_weights(&self, random: &mut impl Rng, device: Device) -> Tensor {
        let mut weights = self.shape.features.map_or_else(Vec::new, |f| f.first_weights(random));
        weights.resize(self.shape.weight_count(), 0.0);
        for span in &self.spans {
            let reach = (span.inputs as f32).sqrt().recip();
            let small = span.last && self.shape.form == HiddenForm::NormSilu;
            let scale = if small { LAST_LAYER_SCALE } else { 1.0 };
            let own = weights.iter_mut().skip(span.weights).take(span.inputs * span.outputs);
            own.for_each(|weight| *weight = scale * random.random_range(-reach..reach));
            if !small {
                let bias = weights.iter_mut().skip(span.bias).take(span.outputs);
                bias.for_each(|weight| *weight = random.random_range(-reach..reach));
            }
            let Some([factors, _]) = span.norm else { continue };
            let factors = weights.iter_mut().skip(factors).take(span.outputs);
            factors.for_each(|weight| *weight = 1.0);
        }
        Tensor::from_slice(&weights).to_device(device)
    }

    /// The flat `weights` as one tensor for each matrix, bias, factor and offset, in their order.
    /// Cut once for all queries of an iteration: the gradient of a cut is as long as the whole.
    #[must_use]
    pub fn cut(&self, weights: &Tensor) -> Vec<Tensor> {
        let mut shapes = self.shape.features.map_or_else(Vec::new, |features| features.shapes());
        let mut sizes: Vec<i64> = shapes.iter().map(|shape| shape.iter().product()).collect();
        for span in &self.spans {
            let (inputs, outputs) = (span.inputs as i64, span.outputs as i64);
            let mut piece = |shape: Vec<i64>| {
                sizes.push(shape.iter().product::<i64>());
                shapes.push(shape);
            };
            piece(vec![outputs, inputs]);
            piece(vec![outputs]);
            if span.norm.is_some() {
                piece(vec![outputs]);
                piece(vec![outputs]);
            }
        }
        let pieces = weights.split_with_sizes(sizes, 0);
        pieces.into_iter().zip(shapes).map(|(piece, shape)| piece.view(&shape[..])).collect()
    }

    /// Outputs (n × 9) for observations (n × 344, or the paper's), with weights as [`Self::cut`]
    /// gives them.
    pub fn forward(&self, pieces: &[Tensor], observations: &Tensor) -> Tensor {
        let mut pieces = pieces.iter();
        let mut values = match self.shape.features {
            Some(features) => features.forward(&mut pieces, observations),
            None => observations.shallow_clone(),
        };
        for span in &self.spans {
            let (Some(matrix), bias) = (pieces.next(), pieces.next()) else { break };
            values = values.linear(matrix, bias);
            if span.norm.is_some() {
                let norm = [span.outputs as i64];
                values = values
                    .layer_norm(norm, pieces.next(), pieces.next(), NORM_EPSILON, false)
                    .silu();
            } else if !span.last {
                values = values.relu();
            }
        }
        values
    }
}

/// Copies a flat tensor of floats to the host.
#[must_use]
pub fn to_host(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.to_device(Device::Cpu).to_kind(Kind::Float).flatten(0, -1).contiguous();
    let mut values = vec![0.0_f32; flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    values
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn spans_tile_the_weights() {
        for form in [HiddenForm::NormSilu, HiddenForm::Relu] {
            let features = None;
            tiled(&PolicyShape { inputs: 5, hidden: vec![4, 3], outputs: 2, form, features });
        }
        let parts = PaperFeatures { dual_path: true, statistics: false, history: true };
        tiled(&PolicyShape { hidden: vec![4, 3], ..PolicyShape::paper(parts) });
    }

    fn tiled(shape: &PolicyShape) {
        let mut used = vec![0; shape.weight_count()];
        used[..shape.feature_weights()].fill(1);
        for span in shape.spans() {
            let norms = span.norm.into_iter().flatten().map(|start| (start, span.outputs));
            let own = [(span.weights, span.inputs * span.outputs), (span.bias, span.outputs)];
            for (start, count) in own.into_iter().chain(norms) {
                used[start..start + count].iter_mut().for_each(|place| *place += 1);
            }
        }
        assert!(used.iter().all(|&times| times == 1), "{used:?}");
    }

    #[test]
    fn first_outputs_are_small_and_depend_on_the_input() {
        let shape = PolicyShape { inputs: 6, outputs: 3, ..PolicyShape::residual(32, 2) };
        let policy = Policy::new(shape);
        let weights = policy.first_weights(&mut ChaCha8Rng::seed_from_u64(1), Device::Cpu);
        let inputs =
            Tensor::from_slice(&[0.3_f32, -1.0, 2.0, 0.0, 0.1, 0.5, 1.0, 1.0, 0.0, 0.0, -1.0, 0.2])
                .view([2, 6]);
        let outputs = to_host(&policy.forward(&policy.cut(&weights), &inputs));
        assert!(outputs.iter().all(|value| value.abs() < 0.3 && *value != 0.0), "{outputs:?}");
        assert_ne!(outputs[..3], outputs[3..]);
    }
}
