//! The front of the paper's networks in libtorch: pictures, statistics and history become features.

use tch::Tensor;
use tuner::actor::{PAPER_HISTOGRAMS, PAPER_HISTORY, PAPER_PICTURE, PAPER_SIDE, PAPER_STATISTICS};

use crate::paper_network::{LEVELS, POOLED, PaperFeatures};

impl PaperFeatures {
    /// Features (n × [`Self::count`]) of observations (n × [`Self::OBSERVATION_LENGTH`]); takes its
    /// weights, shaped as [`Self::shapes`] says, from `pieces`.
    pub fn forward<'a>(
        &self,
        pieces: &mut impl Iterator<Item = &'a Tensor>,
        observations: &Tensor,
    ) -> Tensor {
        let side = PAPER_SIDE as i64;
        let sizes = [2 * PAPER_PICTURE, PAPER_HISTOGRAMS, PAPER_STATISTICS, PAPER_HISTORY];
        let parts = observations.split_with_sizes(sizes.map(|size| size as i64), 1);
        let [pictures, histograms, statistics, history] = parts.as_slice() else {
            return observations.shallow_clone();
        };
        let pictures = pictures.reshape([-1, 6, side, side]) - 0.5;
        let mut convolve = |values: &Tensor, stride: i64| match (pieces.next(), pieces.next()) {
            (Some(kernel), bias) => values.conv2d(kernel, bias, [stride; 2], [1, 1], [1, 1], 1),
            _ => values.shallow_clone(),
        };
        let first = if self.dual_path {
            // The finest level is halved by its convolution, the others meet it at its size.
            let half = [side / 2; 2];
            let levels = pyramid(&pictures).into_iter().enumerate().map(|(number, level)| {
                let own = convolve(&level, if number == 0 { 2 } else { 1 });
                if number < 2 {
                    own
                } else {
                    own.upsample_nearest2d(half, None::<f64>, None::<f64>)
                }
            });
            levels.reduce(|sum, level| sum + level).unwrap_or_else(|| pictures.shallow_clone())
        } else {
            convolve(&pictures, 2)
        };
        let encoded = convolve(&first.relu(), 2).relu();
        let map = if self.dual_path {
            let local = convolve(&encoded, 1).relu();
            let local = convolve(&local, 1);
            let mut global = convolve(&encoded, 2).relu().flatten(1, -1);
            for layer in 0..3 {
                global = linear(pieces, &global);
                global = if layer < 2 { global.relu() } else { global };
            }
            (local + global.unsqueeze(2).unsqueeze(3)).relu()
        } else {
            convolve(&encoded, 2).relu()
        };
        let side = map.size().last().copied().unwrap_or(POOLED);
        let window = [side / POOLED; 2];
        let pooled = map.avg_pool2d(window, window, [0, 0], false, true, None::<i64>);
        let mut features = vec![pooled.flatten(1, -1)];
        if self.statistics {
            features.extend([linear(pieces, histograms), statistics.shallow_clone()]);
        }
        if self.history {
            features.push(linear(pieces, history));
        }
        Tensor::cat(&features, 1)
    }
}

fn linear<'a>(pieces: &mut impl Iterator<Item = &'a Tensor>, values: &Tensor) -> Tensor {
    match (pieces.next(), pieces.next()) {
        (Some(matrix), bias) => values.linear(matrix, bias),
        _ => values.shallow_clone(),
    }
}

/// The levels of the pictures' Laplacian pyramid, the finest first: each half as large as the one
/// before; 2×2 means on the way down, nearest neighbours on the way up.
fn pyramid(pictures: &Tensor) -> Vec<Tensor> {
    let (mut levels, mut level) = (Vec::new(), pictures.shallow_clone());
    for _ in 1..LEVELS {
        let small = level.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>);
        let own = [level.size().last().copied().unwrap_or(0); 2];
        levels.push(&level - small.upsample_nearest2d(own, None::<f64>, None::<f64>));
        level = small;
    }
    levels.push(level);
    levels
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::{Device, Kind};
    use tuner::actor::PAPER_OBSERVATION_LENGTH;

    use super::*;

    const ALL: PaperFeatures = PaperFeatures { dual_path: true, statistics: true, history: true };

    fn cut(features: PaperFeatures, weights: &[f32]) -> Vec<Tensor> {
        let mut at = 0;
        let piece = |shape: Vec<i64>| {
            let count = shape.iter().product::<i64>() as usize;
            at += count;
            Tensor::from_slice(&weights[at - count..at]).view(&shape[..])
        };
        features.shapes().into_iter().map(piece).collect()
    }

    fn features_of(features: PaperFeatures, observations: &Tensor) -> Tensor {
        let weights = features.first_weights(&mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(weights.len(), features.weight_count());
        let pieces = cut(features, &weights);
        let mut pieces = pieces.iter();
        let values = features.forward(&mut pieces, observations);
        assert!(pieces.next().is_none(), "a weight is not used");
        values
    }

    #[test]
    fn every_part_can_be_left_out() {
        let length = PAPER_OBSERVATION_LENGTH as i64;
        let observations = Tensor::rand([2, length], (Kind::Float, Device::Cpu));
        for number in 0..8 {
            let features = PaperFeatures {
                dual_path: number & 1 == 0,
                statistics: number & 2 == 0,
                history: number & 4 == 0,
            };
            let values = features_of(features, &observations);
            assert_eq!(values.size(), [2, features.count() as i64], "{features:?}");
        }
    }

    /// Which features change with one value of the observation.
    fn moved(features: PaperFeatures, place: usize) -> bool {
        let length = PAPER_OBSERVATION_LENGTH as i64;
        let before = Tensor::full([1, length], 0.5, (Kind::Float, Device::Cpu));
        let after = before.copy();
        let _ = after.narrow(1, place as i64, 1).fill_(0.9);
        let change = features_of(features, &before) - features_of(features, &after);
        change.abs().max().double_value(&[]) > 0.0
    }

    #[test]
    fn a_part_sees_what_it_is_for() {
        let plain = PaperFeatures { dual_path: false, statistics: false, history: false };
        let places = [0, PAPER_PICTURE, 2 * PAPER_PICTURE, PAPER_OBSERVATION_LENGTH - 1];
        assert_eq!(places.map(|place| moved(ALL, place)), [true; 4]);
        assert_eq!(places.map(|place| moved(plain, place)), [true, true, false, false]);
    }

    #[test]
    fn the_levels_of_the_pyramid_add_up_to_the_picture() {
        let side = PAPER_SIDE as i64;
        let pictures = Tensor::rand([1, 6, side, side], (Kind::Float, Device::Cpu));
        let levels = pyramid(&pictures);
        let sizes: Vec<i64> = levels.iter().map(|level| level.size()[3]).collect();
        assert_eq!(sizes, [64, 32, 16]);
        let raised = |level: &Tensor| level.upsample_nearest2d([side; 2], None::<f64>, None::<f64>);
        let sum = levels.iter().map(raised).reduce(|a, b| a + b).unwrap();
        let difference = (sum - &pictures).abs().max().double_value(&[]);
        assert!(difference < 1e-5, "{difference}");
    }
}
