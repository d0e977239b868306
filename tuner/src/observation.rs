//! What a tuner sees of a picture: linear functionals chosen by the picture as found.
//!
//! Each functional is a weighted sum of pixels with weights that depend on the picture as found
//! only. Being linear, noise averages out in it and the size of the picture does not matter; being
//! the same for every picture of an episode, a difference of two observations is the observation
//! of the difference.

use crate::Planes;

/// Luma-rank bins: tenths of the pixels from darkest to brightest.
const RANK_BINS: usize = 10;
/// Tiles of the picture in a row and in a column.
const GRID: usize = 4;
/// Hue sectors, 60° each, weighted by chroma.
const HUE_SECTORS: usize = 6;
/// Regressions on the fine detail of dark, middle and bright tones.
const DETAIL_BANDS: usize = 3;
/// Detail counts half as much as the means, since its scale is that of a regression slope.
const DETAIL_WEIGHT: f32 = 0.5;
/// Keeps a sector without coloured pixels defined.
const LEAST_CHROMA: f32 = 1e-4;
/// Keeps the detail regression of a band without detail defined (sum over the picture).
const LEAST_DETAIL_ENERGY: f32 = 1e-3;
/// Independent partial sums, so that sums vectorise and lose no precision in large pictures.
const LANES: usize = 16;

/// The functionals of one episode.
#[derive(Debug, Clone)]
pub struct Functionals {
    /// Rank bin and tile of every pixel; [`Self::SKIP`] where it does not count.
    bins: Vec<u8>,
    tiles: Vec<u8>,
    bin_weights: [f32; RANK_BINS],
    tile_weights: [f32; GRID * GRID],
    /// Weight planes of the hue sectors and the detail bands.
    dense: Vec<Vec<f32>>,
}

impl Functionals {
    /// Values of one observation: every functional for red, green and blue.
    pub const COUNT: usize = (RANK_BINS + GRID * GRID + HUE_SECTORS + DETAIL_BANDS) * 3;

    const SKIP: u8 = u8::MAX;

    /// Chooses the functionals by the picture as found. `mask` says which pixels count, one for
    /// each; a mosaic of tiles is as good a picture as any other.
    #[must_use]
    pub fn new(found: &Planes, mask: &[bool]) -> Self {
        let luma = found.luma();
        let bins = rank_bins(&luma, mask);
        let tiles = grid_tiles(found.width(), found.height(), mask);
        let mut dense = hue_weights(found, &luma, mask);
        dense.extend(detail_weights(found.width(), &luma, mask));
        Self {
            bin_weights: weights_of(&bins),
            tile_weights: weights_of(&tiles),
            bins,
            tiles,
            dense,
        }
    }

    /// What noise of variance 1 on every sample adds to the squared norm of an observation, on
    /// average: the sum of all squared weights.
    #[must_use]
    pub fn noise_energy(&self) -> f64 {
        // A mean over n pixels has a variance of 1/n, which is its weight.
        let means = self.bin_weights.iter().chain(&self.tile_weights);
        let of_means: f64 = means.copied().map(f64::from).sum();
        let of_dense: f64 = self.dense.iter().map(|weights| dot(weights, weights)).sum();
        3.0 * (of_means + of_dense)
    }

    /// Observes a picture of the same size: [`Self::COUNT`] values, the means in [0, 1].
    #[must_use]
    pub fn observe(&self, picture: &Planes) -> Vec<f64> {
        let channels = picture.channels();
        let mut values = Vec::with_capacity(Self::COUNT);
        let mut bin_sums = [[0.0_f64; RANK_BINS]; 3];
        let mut tile_sums = [[0.0_f64; GRID * GRID]; 3];
        for ((channel, bins), tiles) in channels.iter().zip(&mut bin_sums).zip(&mut tile_sums) {
            sum_by_label(channel, &self.bins, bins);
            sum_by_label(channel, &self.tiles, tiles);
        }
        for [red, green, blue] in transposed(&bin_sums, &self.bin_weights) {
            values.extend([red, green, blue]);
        }
        for [red, green, blue] in transposed(&tile_sums, &self.tile_weights) {
            values.extend([red, green, blue]);
        }
        for weights in &self.dense {
            values.extend(channels.map(|channel| dot(weights, channel)));
        }
        values
    }
}

/// Weighted sums in the order functional, channel.
fn transposed<'a, const N: usize>(
    sums: &'a [[f64; N]; 3],
    weights: &'a [f32; N],
) -> impl Iterator<Item = [f64; 3]> + 'a {
    let [red, green, blue] = sums;
    red.iter().zip(green).zip(blue).zip(weights).map(|(((red, green), blue), &weight)| {
        let weight = f64::from(weight);
        [red * weight, green * weight, blue * weight]
    })
}

/// The tenth of the counted pixels that each one's luma falls into.
fn rank_bins(luma: &[f32], mask: &[bool]) -> Vec<u8> {
    let mut order: Vec<u32> = (0_u32..)
        .zip(luma.iter().zip(mask))
        .filter_map(|(index, (_, &counts))| counts.then_some(index))
        .collect();
    let key = |&index: &u32| luma.get(index as usize).copied().unwrap_or(0.0);
    // Equal luma keeps the order of the pixels, so that the bins do not depend on the sort.
    order.sort_by(|a, b| key(a).total_cmp(&key(b)));
    let mut bins = vec![Functionals::SKIP; luma.len()];
    let count = order.len().max(1);
    for (rank, index) in order.into_iter().enumerate() {
        if let Some(bin) = bins.get_mut(index as usize) {
            *bin = (rank * RANK_BINS / count) as u8;
        }
    }
    bins
}

fn grid_tiles(width: usize, height: usize, mask: &[bool]) -> Vec<u8> {
    let cell = |position: usize, extent: usize| position * GRID / extent.max(1);
    let labels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    labels
        .zip(mask)
        .map(|((x, y), &counts)| match counts {
            true => (cell(y, height) * GRID + cell(x, width)) as u8,
            false => Functionals::SKIP,
        })
        .collect()
}

/// One over the number of pixels of each label.
fn weights_of<const N: usize>(labels: &[u8]) -> [f32; N] {
    let mut counts = [0_usize; N];
    for &label in labels {
        if let Some(count) = counts.get_mut(usize::from(label)) {
            *count += 1;
        }
    }
    counts.map(|count| if count == 0 { 0.0 } else { 1.0 / count as f32 })
}

fn hue_weights(found: &Planes, luma: &[f32], mask: &[bool]) -> Vec<Vec<f32>> {
    let [red, _, blue] = found.channels();
    let sector = |number: usize| -> Vec<f32> {
        let angle = number as f32 * std::f32::consts::TAU / HUE_SECTORS as f32;
        let (sin, cos) = angle.sin_cos();
        let pixels = red.iter().zip(blue).zip(luma).zip(mask);
        let weights = pixels.map(|(((red, blue), luma), &counts)| match counts {
            true => ((blue - luma) * cos + (red - luma) * sin).max(0.0) + LEAST_CHROMA,
            false => 0.0,
        });
        let mut weights: Vec<f32> = weights.collect();
        let total: f64 = weights.iter().copied().map(f64::from).sum();
        scale(&mut weights, if total > 0.0 { (1.0 / total) as f32 } else { 0.0 });
        weights
    };
    (0..HUE_SECTORS).map(sector).collect()
}

/// Weights whose sum with a picture is the slope of its detail over the detail as found: 1 for the
/// picture as found, more when sharpened, less when smoothed.
fn detail_weights(width: usize, luma: &[f32], mask: &[bool]) -> Vec<Vec<f32>> {
    let detail = high_pass(width, luma);
    let band = |number: usize| -> Vec<f32> {
        let pixels = detail.iter().zip(luma).zip(mask);
        let mut weights: Vec<f32> = pixels
            .map(|((detail, luma), &counts)| {
                let share = match number {
                    0 => (1.0 - luma) * (1.0 - luma),
                    1 => 2.0 * luma * (1.0 - luma),
                    _ => luma * luma,
                };
                if counts { share * detail } else { 0.0 }
            })
            .collect();
        let energy = dot(&weights, &detail) as f32;
        scale(&mut weights, DETAIL_WEIGHT / energy.max(LEAST_DETAIL_ENERGY));
        weights
    };
    (0..DETAIL_BANDS).map(band).collect()
}

/// Luma less its 3×3 mean, 0 at the border.
fn high_pass(width: usize, luma: &[f32]) -> Vec<f32> {
    let rows: Vec<&[f32]> = luma.chunks_exact(width.max(1)).collect();
    let mut detail = vec![0.0; luma.len()];
    let inner = detail.chunks_exact_mut(width.max(1)).skip(1);
    for (row, neighbours) in inner.zip(rows.windows(3)) {
        let [above, here, below] = neighbours else { continue };
        let columns = above.windows(3).zip(here.windows(3)).zip(below.windows(3));
        for (out, ((above, here), below)) in row.iter_mut().skip(1).zip(columns) {
            let sum: f32 = above.iter().chain(here).chain(below).sum();
            *out = here.get(1).copied().unwrap_or(0.0) - sum / 9.0;
        }
    }
    detail
}

fn scale(values: &mut [f32], factor: f32) {
    for value in values {
        *value *= factor;
    }
}

fn sum_by_label<const N: usize>(values: &[f32], labels: &[u8], sums: &mut [f64; N]) {
    // One spare place for the pixels that do not count keeps the loop free of branches.
    let mut totals = [0.0_f64; 256];
    for (&value, &label) in values.iter().zip(labels) {
        if let Some(total) = totals.get_mut(usize::from(label)) {
            *total += f64::from(value);
        }
    }
    for (sum, total) in sums.iter_mut().zip(totals) {
        *sum = total;
    }
}

fn dot(weights: &[f32], values: &[f32]) -> f64 {
    let mut total = 0.0;
    // Short runs in f32 lanes, added up in f64: fast, and exact enough for any size.
    for (weights, values) in weights.chunks(LANES * 64).zip(values.chunks(LANES * 64)) {
        let mut lanes = [0.0_f32; LANES];
        let (weight_runs, weight_rest) = weights.as_chunks::<LANES>();
        let (value_runs, value_rest) = values.as_chunks::<LANES>();
        for (weights, values) in weight_runs.iter().zip(value_runs) {
            for ((lane, weight), value) in lanes.iter_mut().zip(weights).zip(values) {
                *lane += weight * value;
            }
        }
        total += lanes.iter().copied().map(f64::from).sum::<f64>();
        let rest = weight_rest.iter().zip(value_rest);
        total += rest.map(|(weight, value)| f64::from(weight * value)).sum::<f64>();
    }
    total
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn picture(width: usize, height: usize, value: impl Fn(usize, usize, usize) -> f32) -> Planes {
        let places: Vec<[usize; 2]> =
            (0..height).flat_map(|y| (0..width).map(move |x| [x, y])).collect();
        let plane = |channel| places.iter().map(|&[x, y]| value(x, y, channel)).collect();
        Planes::new(width, height, [0, 1, 2].map(plane)).unwrap()
    }

    fn noisy(seed: usize) -> Planes {
        picture(37, 29, |x, y, c| {
            (((x * 31 + y * 17 + c * 7 + seed) * 2_654_435) % 1009) as f32 / 1009.0
        })
    }

    #[test]
    fn is_linear_in_the_picture() {
        let (a, b) = (noisy(0), noisy(5));
        let functionals = Functionals::new(&a, &vec![true; a.pixel_count()]);
        let [ar, ag, ab] = a.channels();
        let mix = |a: &[f32], b: &[f32]| -> Vec<f32> {
            a.iter().zip(b).map(|(a, b)| 0.25 * a + 0.75 * b).collect()
        };
        let [br, bg, bb] = b.channels();
        let mixed = Planes::new(37, 29, [mix(ar, br), mix(ag, bg), mix(ab, bb)]).unwrap();
        let (oa, ob, om) =
            (functionals.observe(&a), functionals.observe(&b), functionals.observe(&mixed));
        assert_eq!(om.len(), Functionals::COUNT);
        for ((a, b), m) in oa.iter().zip(&ob).zip(&om) {
            assert!((0.25 * a + 0.75 * b - m).abs() < 1e-5, "{a} {b} {m}");
        }
    }

    #[test]
    fn means_of_a_flat_picture_are_its_values() {
        let functionals = Functionals::new(&noisy(0), &vec![true; 37 * 29]);
        let flat = picture(37, 29, |_, _, channel| [0.2, 0.5, 0.9][channel]);
        let observation = functionals.observe(&flat);
        let means = observation.chunks(3).take(RANK_BINS + GRID * GRID + HUE_SECTORS);
        for rgb in means {
            for (value, wanted) in rgb.iter().zip([0.2, 0.5, 0.9]) {
                assert!((value - wanted).abs() < 1e-4, "{rgb:?}");
            }
        }
    }

    #[test]
    fn noise_energy_is_that_of_observed_noise() {
        let found = noisy(0);
        let functionals = Functionals::new(&found, &vec![true; found.pixel_count()]);
        let mean = |draws: u64| -> f64 {
            let mut random = ChaCha8Rng::seed_from_u64(draws);
            let mut deviate = || random.random_range(-1.0..1.0_f32) * 3.0_f32.sqrt();
            let noise = [(); 3].map(|()| (0..37 * 29).map(|_| deviate()).collect());
            let observation = functionals.observe(&Planes::new(37, 29, noise).unwrap());
            observation.iter().map(|value| value * value).sum()
        };
        let observed = (0..200).map(mean).sum::<f64>() / 200.0;
        let predicted = functionals.noise_energy();
        assert!((observed / predicted - 1.0).abs() < 0.1, "{observed} {predicted}");
    }

    #[test]
    fn masked_pixels_do_not_count() {
        let found = noisy(0);
        let mask: Vec<bool> = (0..37 * 29).map(|i| i % 37 < 20).collect();
        let functionals = Functionals::new(&found, &mask);
        let changed =
            picture(37, 29, |x, y, c| if x < 20 { found.channels()[c][y * 37 + x] } else { 0.0 });
        for (a, b) in functionals.observe(&found).iter().zip(functionals.observe(&changed)) {
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn detail_slopes_follow_sharpening() {
        let found = noisy(3);
        let functionals = Functionals::new(&found, &vec![true; 37 * 29]);
        let detail =
            |picture: &Planes| functionals.observe(picture)[Functionals::COUNT - 9..].to_vec();
        let doubled = picture(37, 29, |x, y, c| {
            let luma = high_pass(37, &found.luma())[y * 37 + x];
            found.channels()[c][y * 37 + x] + luma
        });
        for (before, after) in detail(&found).iter().zip(detail(&doubled)) {
            assert!((after - before - f64::from(DETAIL_WEIGHT)).abs() < 1e-3, "{before} {after}");
        }
    }

    #[test]
    fn one_pixel_is_a_picture_too() {
        let dot = picture(1, 1, |_, _, _| 0.5);
        let functionals = Functionals::new(&dot, &[true]);
        assert!(functionals.observe(&dot).iter().all(|value| value.is_finite()));
        let hidden = Functionals::new(&dot, &[false]);
        assert!(hidden.observe(&dot).iter().all(|&value| value == 0.0));
    }
}
