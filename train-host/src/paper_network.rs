//! Sizes of the front of the paper's networks, which makes features of pictures, statistics and history
//! (Wu et al., NeurIPS 2024, section 3.2 and figure 3), each part of which can be left out (its table
//! 4). What computes them is libtorch in training and a model file on a device.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use tuner::actor::{
    PAPER_HISTOGRAMS, PAPER_HISTORY, PAPER_OBSERVATION_LENGTH, PAPER_PICTURE, PAPER_SIDE,
    PAPER_STATISTICS,
};

/// Channels after the first and the second convolution.
pub(crate) const CHANNELS: [i64; 2] = [16, 32];
/// Width of the global path's first two fully connected layers.
pub(crate) const GLOBAL: i64 = 128;
/// Features that histograms, and the history, are mapped to.
pub(crate) const EMBEDDED: i64 = 64;
/// Sides of the map of features that is handed on.
pub(crate) const POOLED: i64 = 4;
/// Levels of the Laplacian pyramid.
pub(crate) const LEVELS: usize = 3;

/// Which parts of the features there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperFeatures {
    /// F_D: the Laplacian pyramid, a local and a global path. Without it three plain convolutions.
    pub dual_path: bool,
    /// F_S: histograms through one linear layer, and four statistics of either picture.
    pub statistics: bool,
    /// F_H: parameters and distances of the past queries through one linear layer.
    pub history: bool,
}

impl PaperFeatures {
    /// Values that the features are made of.
    pub const OBSERVATION_LENGTH: usize = PAPER_OBSERVATION_LENGTH;
    /// Values of one of the two pictures that an observation begins with.
    pub const PICTURE: usize = PAPER_PICTURE;

    /// Number of features.
    #[must_use]
    pub const fn count(&self) -> usize {
        let pictures = (CHANNELS[1] * POOLED * POOLED) as usize;
        let statistics = EMBEDDED as usize + PAPER_STATISTICS;
        pictures
            + if self.statistics { statistics } else { 0 }
            + if self.history { EMBEDDED as usize } else { 0 }
    }

    /// Shapes of all weights: for each layer the matrix or kernel, then the bias.
    #[must_use]
    pub fn shapes(&self) -> Vec<Vec<i64>> {
        let [few, many] = CHANNELS;
        let convolution = |inputs: i64, outputs: i64| vec![outputs, inputs, 3, 3];
        // One for the pictures, or one for each level of their pyramid.
        let mut layers = vec![convolution(6, few); if self.dual_path { LEVELS } else { 1 }];
        layers.push(convolution(few, many));
        // The local path's two, or the plain encoder's third; then the global path.
        layers.push(convolution(many, many));
        if self.dual_path {
            let flat = many * (PAPER_SIDE as i64 / 8).pow(2);
            layers.extend([convolution(many, many), convolution(many, many)]);
            layers.extend([vec![GLOBAL, flat], vec![GLOBAL, GLOBAL], vec![many, GLOBAL]]);
        }
        if self.statistics {
            layers.push(vec![EMBEDDED, PAPER_HISTOGRAMS as i64]);
        }
        if self.history {
            layers.push(vec![EMBEDDED, PAPER_HISTORY as i64]);
        }
        let biases = |shape: &Vec<i64>| shape.iter().take(1).copied().collect::<Vec<i64>>();
        layers.into_iter().flat_map(|shape| [shape.clone(), biases(&shape)]).collect()
    }

    /// Number of weights.
    #[must_use]
    pub fn weight_count(&self) -> usize {
        self.shapes().iter().map(|shape| shape.iter().product::<i64>() as usize).sum()
    }

    /// Random first weights: uniform within 1/√inputs, as libtorch's layers start.
    pub fn first_weights(&self, random: &mut impl Rng) -> Vec<f32> {
        let shapes = self.shapes();
        let mut weights = Vec::with_capacity(self.weight_count());
        for layer in shapes.chunks(2) {
            let inputs = layer.first().map_or(1, |shape| shape.iter().skip(1).product::<i64>());
            let reach = (inputs as f32).sqrt().recip();
            let count: i64 = layer.iter().map(|shape| shape.iter().product::<i64>()).sum();
            weights.extend((0..count).map(|_| random.random_range(-reach..reach)));
        }
        weights
    }
}

#[cfg(test)]
impl PaperFeatures {
    /// Every choice of parts.
    pub fn all() -> [Self; 8] {
        std::array::from_fn(|number| Self {
            dual_path: number & 1 == 0,
            statistics: number & 2 == 0,
            history: number & 4 == 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn there_are_as_many_first_weights_as_the_shapes_hold() {
        for features in PaperFeatures::all() {
            let weights = features.first_weights(&mut ChaCha8Rng::seed_from_u64(1));
            assert_eq!(weights.len(), features.weight_count(), "{features:?}");
            assert!(features.shapes().chunks(2).all(|layer| layer[0][0] == layer[1][0]));
        }
    }
}
