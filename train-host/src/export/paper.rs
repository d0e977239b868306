//! The paper's network as a model file has it.
//!
//! Means, the shift of the pictures and the global path are written as convolutions, and the linear
//! layers of statistics and history are one with the perceptron's first: `Conv`, `Relu`, `Add` and
//! `Flatten` are all that a file needs beside the operators of other policies.

use tuner::actor::{PAPER_HISTOGRAMS, PAPER_HISTORY, PAPER_NUMBERS, PAPER_SIDE, Representation};

use super::network::{Conv, Dense, Hidden, Network, ValueId};
use super::{ExportError, paper_encoder};
use crate::paper_network::{EMBEDDED, LEVELS, POOLED, PaperFeatures};

/// Planes of picture and goal.
const PLANES: usize = 6;
/// Is subtracted from their values.
const MIDDLE: f32 = 0.5;

/// The layers of the front, in their order.
type Layers = std::vec::IntoIter<Dense>;

impl Network {
    /// The network on the paper's state: its front, whose weights lie flat as
    /// [`PaperFeatures::shapes`] says, and a chain of hidden layers with an affine map at the end.
    ///
    /// # Errors
    /// [`ExportError`] when lengths do not fit together or a number is not finite.
    pub fn paper(
        features: &PaperFeatures,
        front: &[f32],
        hidden: Vec<Hidden>,
        output: Dense,
    ) -> Result<Self, ExportError> {
        let layers = layers(features, front)?;
        let mut layers = layers.into_iter();
        let mut network = Self::of_kind(Representation::Paper);
        let shifted = network.conv(Self::INPUT, shift())?;
        let map = if features.dual_path {
            dual_path(&mut network, shifted, &mut layers)?
        } else {
            plain(&mut network, shifted, &mut layers)?
        };
        let (planes, side) = network.extent(map)?;
        let means = network.conv(map, means(planes, side / POOLED as usize))?;
        let pictures = network.flatten(means)?;
        let embedding = Embedding::of(features, &mut layers);
        // The perceptron's first map, cut in two: what reads pictures, what reads numbers.
        let mut chain: Vec<(Dense, Option<Hidden>)> = Vec::new();
        for mut layer in hidden {
            let dense =
                std::mem::replace(&mut layer.dense, Dense { weights: vec![], bias: vec![] });
            chain.push((dense, Some(layer)));
        }
        chain.push((output, None));
        let mut value = None;
        for (dense, layer) in chain {
            let mapped = match value {
                Some(value) => network.dense(value, dense)?,
                None => {
                    let [of_pictures, of_numbers] = embedding.halves(features, &dense)?;
                    let ours = network.dense(pictures, of_pictures)?;
                    let theirs = network.dense(Self::NUMBERS, of_numbers)?;
                    network.add(ours, theirs)?
                }
            };
            value = Some(match layer {
                Some(layer) => network.activation(mapped, layer.norm)?,
                None => mapped,
            });
        }
        network.check_output()?;
        Ok(network)
    }
}

/// Cuts flat weights into layers.
fn layers(features: &PaperFeatures, front: &[f32]) -> Result<Vec<Dense>, ExportError> {
    let (expected, found) = (features.weight_count(), front.len());
    if expected != found {
        let layer = "the front of the network".to_owned();
        return Err(ExportError::Shape { layer, what: "all of it", expected, found });
    }
    let mut rest = front;
    let mut piece = |shape: &[i64]| {
        let (own, behind) = rest.split_at(shape.iter().product::<i64>() as usize);
        rest = behind;
        own.to_vec()
    };
    let shapes = features.shapes();
    let pairs = shapes.as_chunks::<2>().0.iter();
    Ok(pairs.map(|[matrix, bias]| Dense { weights: piece(matrix), bias: piece(bias) }).collect())
}

/// The pictures less one half, so that the zeros around them are a middle grey.
fn shift() -> Conv {
    let weights =
        (0..PLANES * PLANES).map(|at| if at.is_multiple_of(PLANES + 1) { 1.0 } else { 0.0 });
    let (weights, bias) = (weights.collect(), vec![-MIDDLE; PLANES]);
    Conv { sides: [1; 2], stride: 1, pads: [0; 4], weights, bias }
}

/// Means of squares of pixels, plane by plane.
fn means(planes: usize, side: usize) -> Conv {
    let share = 1.0 / (side * side) as f32;
    let kernel = |at: usize| if at.is_multiple_of(planes + 1) { share } else { 0.0 };
    let weights = (0..planes * planes).flat_map(|at| vec![kernel(at); side * side]).collect();
    Conv { sides: [side; 2], stride: side, pads: [0; 4], weights, bias: vec![0.0; planes] }
}

fn next(layers: &mut Layers) -> Dense {
    // There are as many as the shapes say: `layers` has seen to it.
    layers.next().unwrap_or(Dense { weights: Vec::new(), bias: Vec::new() })
}

/// A convolution of 3×3, with zeros around the map.
fn around(dense: Dense, stride: usize) -> Conv {
    let Dense { weights, bias } = dense;
    Conv { sides: [3; 2], stride, pads: [1; 4], weights, bias }
}

/// A fully connected layer on a map of so many pixels a side, as a convolution with one place.
fn connected(dense: Dense, side: usize) -> Conv {
    let Dense { weights, bias } = dense;
    Conv { sides: [side; 2], stride: 1, pads: [0; 4], weights, bias }
}

/// ReLU(local + global) of the pyramid's features.
fn dual_path(
    network: &mut Network,
    pictures: ValueId,
    layers: &mut Layers,
) -> Result<ValueId, ExportError> {
    let levels: [Dense; LEVELS] = std::array::from_fn(|_| next(layers));
    let first = network.conv(pictures, paper_encoder::pyramid(&levels, PLANES))?;
    let first = network.relu(first)?;
    let encoded = network.conv(first, paper_encoder::second(&next(layers)))?;
    let encoded = network.relu(encoded)?;
    let local = network.conv(encoded, around(next(layers), 1))?;
    let local = network.relu(local)?;
    let local = network.conv(local, around(next(layers), 1))?;
    let mut global = network.conv(encoded, around(next(layers), 2))?;
    for side in [PAPER_SIDE / 8, 1, 1] {
        global = network.relu(global)?;
        global = network.conv(global, connected(next(layers), side))?;
    }
    let sum = network.add(local, global)?;
    network.relu(sum)
}

/// Three convolutions of stride 2.
fn plain(
    network: &mut Network,
    pictures: ValueId,
    layers: &mut Layers,
) -> Result<ValueId, ExportError> {
    let mut value = pictures;
    for _ in 0..3 {
        value = network.conv(value, around(next(layers), 2))?;
        value = network.relu(value)?;
    }
    Ok(value)
}

/// The linear layers of what is no picture.
struct Embedding {
    histograms: Option<Dense>,
    history: Option<Dense>,
}

impl Embedding {
    fn of(features: &PaperFeatures, layers: &mut Layers) -> Self {
        let histograms = features.statistics.then(|| next(layers));
        let history = features.history.then(|| next(layers));
        Self { histograms, history }
    }

    /// The map of features cut into one of the pictures' features and one of the numbers that an
    /// observation ends with.
    fn halves(&self, features: &PaperFeatures, map: &Dense) -> Result<[Dense; 2], ExportError> {
        let (outputs, width) = (map.bias.len(), features.count());
        if map.weights.len() != outputs * width {
            let (layer, what) = ("the perceptron's first layer".to_owned(), "weights");
            let (expected, found) = (outputs * width, map.weights.len());
            return Err(ExportError::Shape { layer, what, expected, found });
        }
        let embedded = EMBEDDED as usize;
        let others = if features.statistics { width_of_statistics() } else { 0 }
            + if features.history { embedded } else { 0 };
        let mut of_pictures = Dense { weights: Vec::new(), bias: Vec::new() };
        let mut of_numbers = Dense { weights: Vec::new(), bias: vec![0.0; outputs] };
        for (row, bias) in map.weights.chunks_exact(width.max(1)).zip(&map.bias) {
            let (pictures, mut rest) = row.split_at(width - others);
            let mut numbers = vec![0.0_f64; PAPER_NUMBERS];
            let mut offset = f64::from(*bias);
            if let Some(layer) = &self.histograms {
                let (own, behind) = rest.split_at(embedded);
                let (statistics, behind) = behind.split_at(width_of_statistics() - embedded);
                let slots = numbers.iter_mut();
                offset += composed(own, layer, slots.take(PAPER_HISTOGRAMS));
                let slots = numbers.iter_mut().skip(PAPER_HISTOGRAMS).zip(statistics);
                slots.for_each(|(slot, weight)| *slot = f64::from(*weight));
                rest = behind;
            }
            if let Some(layer) = &self.history {
                let slots = numbers.iter_mut().skip(PAPER_NUMBERS - PAPER_HISTORY);
                offset += composed(rest, layer, slots);
            }
            of_pictures.weights.extend_from_slice(pictures);
            of_pictures.bias.push(offset as f32);
            of_numbers.weights.extend(numbers.into_iter().map(|weight| weight as f32));
        }
        Ok([of_pictures, of_numbers])
    }
}

/// Features of the histograms and the statistics together.
const fn width_of_statistics() -> usize {
    EMBEDDED as usize + tuner::actor::PAPER_STATISTICS
}

/// Adds `weights` · the layer's matrix to `slots`, one for each of its inputs; `weights` · its bias.
fn composed<'a>(weights: &[f32], layer: &Dense, slots: impl Iterator<Item = &'a mut f64>) -> f64 {
    let slots: Vec<&mut f64> = slots.collect();
    let inputs = slots.len();
    for (input, slot) in slots.into_iter().enumerate() {
        let column = layer.weights.iter().skip(input).step_by(inputs.max(1));
        *slot +=
            weights.iter().zip(column).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
    }
    weights.iter().zip(&layer.bias).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[cfg(test)]
mod tests;
