//! A stand-in for the paper's `StyleScore` where there is neither libtorch nor VGG-19: Gram matrices
//! of random filters with a fixed seed.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use tuner::{Planes, StyleHistograms};

/// Channels in and out of each layer of 3 × 3 filters.
const LAYERS: [[usize; 2]; 3] = [[3, 16], [16, 32], [32, 32]];
/// Side of a filter.
const SIDE: usize = 3;
/// Samples are brought to about mean 0 and deviation 1, as VGG-19's are.
const MEAN: f32 = 0.45;
const DEVIATION: f32 = 0.226;
/// Weight of the Gram matrices, that of luma histograms.
const GRAM_WEIGHT: f64 = 100.0;

/// Channels of one layer, each `width × height`.
#[derive(Debug, Clone, PartialEq)]
struct Maps {
    width: usize,
    height: usize,
    channels: Vec<Vec<f32>>,
}

/// Three layers of 3 × 3 filters with normal weights of He's variance, ReLU behind each, the mean of
/// 2 × 2 pixels between them. Random filters see textures and colours, not what a picture shows
/// (Ustyuzhaninov, Brendel, Gatys and Bethge, "What does it take to generate natural textures?",
/// 2017, find that such Gram matrices describe textures).
#[derive(Debug, Clone)]
pub struct FilterBank {
    /// For each layer out × in × 9 weights.
    layers: Vec<Vec<f32>>,
}

/// What a style or a content looks like to the filters.
#[derive(Debug, Clone)]
pub struct FilterSight {
    grams: Vec<Vec<f64>>,
    histograms: StyleHistograms,
}

impl FilterBank {
    /// The filters of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let layer = |[inputs, outputs]: [usize; 2]| {
            let inputs = inputs * SIDE * SIDE;
            let deviation = (2.0 / inputs as f32).sqrt();
            (0..inputs * outputs)
                .map(|_| {
                    let weight: f32 = StandardNormal.sample(&mut random);
                    deviation * weight
                })
                .collect()
        };
        Self { layers: LAYERS.map(layer).to_vec() }
    }

    /// Looks at a picture of any size.
    #[must_use]
    pub fn see(&self, picture: &Planes) -> FilterSight {
        let normal = |plane: &[f32]| plane.iter().map(|v| (v - MEAN) / DEVIATION).collect();
        let channels = picture.channels().into_iter().map(normal).collect();
        let mut maps = Maps { width: picture.width(), height: picture.height(), channels };
        let mut grams = Vec::with_capacity(self.layers.len());
        for (number, weights) in self.layers.iter().enumerate() {
            if number > 0 {
                maps = halved(&maps);
            }
            maps = filtered(&maps, weights);
            grams.push(gram(&maps));
        }
        FilterSight { grams, histograms: StyleHistograms::of(picture) }
    }
}

impl FilterSight {
    /// How far this picture is from the style of `goal`: 100 times the relative distance of Gram
    /// matrices (of their entries, as one vector, in parts of the goal's; the mean over the layers),
    /// 100 times the distance of luma histograms and 50 times that of colour differences. 0 for the
    /// same picture. VGG-19's matrices have a scale of their own, those of random filters have none:
    /// hence parts of the goal's instead of plain squares.
    #[must_use]
    pub fn score(&self, goal: &Self) -> f64 {
        let layers = self.grams.len().max(1) as f64;
        let parts = self.grams.iter().zip(&goal.grams).map(|(ours, goals)| {
            let apart = ours.iter().zip(goals).map(|(ours, goal)| (ours - goal).powi(2));
            let whole: f64 = goals.iter().map(|value| value * value).sum();
            (apart.sum::<f64>() / whole.max(f64::MIN_POSITIVE)).sqrt()
        });
        GRAM_WEIGHT * parts.sum::<f64>() / layers + self.histograms.distance(&goal.histograms)
    }
}

/// Every filter at every place, ReLU behind it; beyond the border nothing is seen.
fn filtered(maps: &Maps, weights: &[f32]) -> Maps {
    let Maps { width, height, channels } = maps;
    let of_filter = |filter: &[f32]| {
        let mut out = vec![0.0_f32; width * height];
        for (kernel, channel) in filter.chunks_exact(SIDE * SIDE).zip(channels) {
            for (place, weight) in kernel.iter().enumerate() {
                add_shifted(&mut out, channel, *width, [place % SIDE, place / SIDE], *weight);
            }
        }
        out.iter_mut().for_each(|value| *value = value.max(0.0));
        out
    };
    let filters = weights.par_chunks_exact((channels.len() * SIDE * SIDE).max(1));
    let channels = filters.map(of_filter).collect();
    Maps { width: *width, height: *height, channels }
}

/// Adds `weight` times the channel, seen one pixel further left or right, up or down: a shift of
/// [1, 1] is none.
fn add_shifted(out: &mut [f32], channel: &[f32], width: usize, [x, y]: [usize; 2], weight: f32) {
    let width = width.max(1);
    let rows = out.chunks_exact_mut(width).skip(1_usize.saturating_sub(y));
    let seen = channel.chunks_exact(width).skip(y.saturating_sub(1));
    for (row, seen) in rows.zip(seen) {
        let row = row.iter_mut().skip(1_usize.saturating_sub(x));
        let seen = seen.iter().skip(x.saturating_sub(1));
        row.zip(seen).for_each(|(value, seen)| *value += weight * seen);
    }
}

/// The means of 2 × 2 pixels; a side of one pixel stays.
fn halved(maps: &Maps) -> Maps {
    let Maps { width, height, channels } = maps;
    if width.min(height) < &2 {
        return maps.clone();
    }
    let half = |channel: &Vec<f32>| {
        let rows: Vec<&[f32]> = channel.chunks_exact(*width).collect();
        let mut out = Vec::with_capacity(width / 2 * (height / 2));
        for (upper, lower) in
            rows.chunks_exact(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?)))
        {
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            out.extend(pairs.map(|(upper, lower)| upper.iter().chain(lower).sum::<f32>() / 4.0));
        }
        out
    };
    Maps { width: width / 2, height: height / 2, channels: channels.iter().map(half).collect() }
}

/// Sums of products of all pairs of channels, over channels · places.
fn gram(maps: &Maps) -> Vec<f64> {
    let scale = 1.0 / (maps.channels.len() * maps.width * maps.height).max(1) as f64;
    let product = |a: &Vec<f32>, b: &Vec<f32>| {
        let runs = a.chunks(4096).zip(b.chunks(4096));
        let run = |(a, b): (&[f32], &[f32])| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        runs.map(|pair| f64::from(run(pair))).sum::<f64>() * scale
    };
    let rows = maps.channels.par_iter();
    rows.flat_map_iter(|a| maps.channels.iter().map(move |b| product(a, b))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photographs::dead_leaves;

    fn maps(width: usize, values: &[f32]) -> Maps {
        let height = values.len() / width;
        Maps { width, height, channels: vec![values.to_vec()] }
    }

    #[test]
    fn filters_see_their_neighbours_and_nothing_beyond_the_border() {
        let picture = maps(3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        // The pixel to the right and the one above.
        let mut kernel = [0.0; 9];
        (kernel[5], kernel[1]) = (10.0, 1.0);
        let seen = filtered(&picture, &kernel);
        assert_eq!(seen.channels, [[20.0, 30.0, 0.0, 51.0, 62.0, 3.0]]);
        // ReLU.
        let mut kernel = [0.0; 9];
        kernel[4] = -1.0;
        assert_eq!(filtered(&picture, &kernel).channels, [[0.0; 6]]);
        assert_eq!(halved(&picture).channels, [[3.0]]);
        let two = Maps { width: 2, height: 1, channels: vec![vec![1.0, 2.0], vec![3.0, -1.0]] };
        assert_eq!(gram(&two), [5.0, 1.0, 1.0, 10.0].map(|sum| sum / 4.0));
    }

    #[test]
    fn the_score_grows_with_what_was_changed_whatever_the_picture_shows() {
        let bank = FilterBank::new(0);
        let changed = |picture: &Planes, factor: f32| {
            let planes = picture.channels().map(|p| p.iter().map(|v| factor * v).collect());
            Planes::new(picture.width(), picture.height(), planes).unwrap()
        };
        let scene = |seed| Planes::from(&dead_leaves(seed, 64, 48).unwrap());
        let goal = bank.see(&changed(&scene(1), 0.5));
        assert_eq!(goal.score(&goal), 0.0);
        let score = |factor| bank.see(&changed(&scene(2), factor)).score(&goal);
        let (near, far) = (score(0.5), score(1.0));
        assert!(near < far, "{near} {far}");
        let again = FilterBank::new(0).see(&changed(&scene(1), 0.5));
        assert_eq!(again.score(&goal), 0.0);
        assert!(FilterBank::new(1).see(&scene(1)).score(&FilterBank::new(0).see(&scene(1))) > 0.0);
    }
}
