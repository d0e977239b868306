//! What a tuner sees of a picture: linear functionals chosen by the picture as found.
//!
//! Each functional is a weighted sum of pixels with weights that depend on the picture as found
//! only. Being linear, noise averages out in it and the size of the picture does not matter; being
//! the same for every picture of an episode, a difference of two observations is the observation
//! of the difference.

use crate::{Excerpt, Planes};

/// Luma-rank bins: tenths of the pixels from darkest to brightest.
const RANK_BINS: usize = 10;
/// Tiles of the picture in a row and in a column.
const GRID: usize = 4;
/// Tiles of the picture.
const TILES: usize = GRID * GRID;
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
/// Values that a label can have.
const LABELS: usize = 1 << u8::BITS;
/// Independent partial sums, so that sums vectorise and lose no precision in large pictures.
const LANES: usize = 16;

/// The functionals of one episode.
#[derive(Debug, Clone)]
pub struct Functionals {
    /// Rank bin and tile of every pixel as one number, `bin · 16 + tile`; [`Self::SKIP`] where it
    /// does not count.
    labels: Vec<u8>,
    bin_weights: [f32; RANK_BINS],
    tile_weights: [f32; TILES],
    /// Weight planes of the hue sectors and the detail bands.
    dense: Vec<Vec<f32>>,
}

impl Functionals {
    /// Values of one observation: every functional for red, green and blue.
    pub const COUNT: usize = (RANK_BINS + TILES + HUE_SECTORS + DETAIL_BANDS) * 3;

    const SKIP: u8 = u8::MAX;

    /// Chooses the functionals by the picture as found. `mask` says which pixels count, one for
    /// each; a mosaic of tiles is as good a picture as any other.
    #[must_use]
    pub fn new(found: &Planes, mask: &[bool]) -> Self {
        let luma = found.luma();
        let mut dense = hue_weights(found, &luma, mask);
        dense.extend(detail_weights(found.width(), &luma, mask));
        let mut labels = rank_bins(&luma, mask);
        for (label, tile) in labels.iter_mut().zip(grid_tiles(found.width(), found.height())) {
            if *label != Self::SKIP {
                *label = *label * TILES as u8 + tile;
            }
        }
        Self::of_labels(labels, dense)
    }

    fn of_labels(labels: Vec<u8>, dense: Vec<Vec<f32>>) -> Self {
        let mut counts = [[0.0]; LABELS];
        for &label in &labels {
            if let Some([count]) = counts.get_mut(usize::from(label)) {
                *count += 1.0;
            }
        }
        let weight = |[count]: [f64; 1]| if count > 0.0 { (1.0 / count) as f32 } else { 0.0 };
        let (bins, tiles) = marginals(&counts);
        Self { labels, bin_weights: bins.map(weight), tile_weights: tiles.map(weight), dense }
    }

    /// The same functionals, taken on an excerpt of the pictures only: means over the pixels that
    /// are left, and the other sums with as much weight as before. `None` when the excerpt is one
    /// of other pictures, or fewer than `least` of its pixels count.
    #[must_use]
    pub fn on_excerpt(&self, excerpt: &Excerpt, least: usize) -> Option<Self> {
        let labels = excerpt.pick(&self.labels);
        if labels.iter().filter(|&&label| label != Self::SKIP).count() < least {
            return None;
        }
        let size = |weights: &[f32]| -> f64 { weights.iter().map(|w| f64::from(w.abs())).sum() };
        let dense = self.dense.iter().map(|whole| {
            let mut weights = excerpt.pick(whole);
            let left = size(&weights);
            scale(&mut weights, if left > 0.0 { (size(whole) / left) as f32 } else { 0.0 });
            weights
        });
        Some(Self::of_labels(labels, dense.collect()))
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
        let (bins, tiles) = marginals(&sums_by_label(channels, &self.labels));
        let bins = bins.iter().zip(&self.bin_weights);
        for (sums, &weight) in bins.chain(tiles.iter().zip(&self.tile_weights)) {
            values.extend(sums.map(|sum| sum * f64::from(weight)));
        }
        for weights in &self.dense {
            values.extend(channels.map(|channel| dot(weights, channel)));
        }
        values
    }
}

/// The tenth of the counted pixels that each one's luma falls into.
fn rank_bins(luma: &[f32], mask: &[bool]) -> Vec<u8> {
    // Luma is not negative, so its bits order as it does; the pixel's place below them decides
    // between equals.
    let mut order: Vec<u64> = (0_u32..)
        .zip(luma.iter().zip(mask))
        .filter(|(_, (_, counts))| **counts)
        .map(|(index, (luma, _))| u64::from(luma.max(0.0).to_bits()) << 32 | u64::from(index))
        .collect();
    order.sort_unstable();
    let mut bins = vec![Functionals::SKIP; luma.len()];
    let count = order.len().max(1);
    for (rank, index) in order.into_iter().enumerate() {
        if let Some(bin) = bins.get_mut(index as u32 as usize) {
            *bin = (rank * RANK_BINS / count) as u8;
        }
    }
    bins
}

fn grid_tiles(width: usize, height: usize) -> impl Iterator<Item = u8> {
    let cell = |position: usize, extent: usize| position * GRID / extent.max(1);
    let places = (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)));
    places.map(move |(x, y)| (cell(y, height) * GRID + cell(x, width)) as u8)
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

/// Sums of each channel over the pixels of each label. There is a place for every label that a byte
/// can be, so that the loop has no branches.
fn sums_by_label([red, green, blue]: [&[f32]; 3], labels: &[u8]) -> [[f64; 3]; LABELS] {
    // Neighbours often share a label: in two tables one sum does not wait for the other.
    let mut tables = [[[0.0_f64; 3]; LABELS]; 2];
    let [even, odd] = &mut tables;
    let add = |table: &mut [[f64; 3]; LABELS], label: u8, red: f32, green: f32, blue: f32| {
        if let Some(sums) = table.get_mut(usize::from(label)) {
            let [of_red, of_green, of_blue] = sums;
            *of_red += f64::from(red);
            *of_green += f64::from(green);
            *of_blue += f64::from(blue);
        }
    };
    let (red_pairs, red_rest) = red.as_chunks();
    let (green_pairs, green_rest) = green.as_chunks();
    let (blue_pairs, blue_rest) = blue.as_chunks();
    let (label_pairs, label_rest) = labels.as_chunks();
    let pairs = red_pairs.iter().zip(green_pairs).zip(blue_pairs).zip(label_pairs);
    for (((&[r0, r1], &[g0, g1]), &[b0, b1]), &[l0, l1]) in pairs {
        add(even, l0, r0, g0, b0);
        add(odd, l1, r1, g1, b1);
    }
    for (((&r, &g), &b), &l) in red_rest.iter().zip(green_rest).zip(blue_rest).zip(label_rest) {
        add(even, l, r, g, b);
    }
    for (sums, more) in even.iter_mut().zip(odd) {
        for (sum, more) in sums.iter_mut().zip(more) {
            *sum += *more;
        }
    }
    *even
}

/// Sums over the labels of each rank bin and of each tile.
fn marginals<const N: usize>(
    by_label: &[[f64; N]; LABELS],
) -> ([[f64; N]; RANK_BINS], [[f64; N]; TILES]) {
    let mut bins = [[0.0; N]; RANK_BINS];
    let mut tiles = [[0.0; N]; TILES];
    for (bin, of_bin) in bins.iter_mut().zip(by_label.chunks_exact(TILES)) {
        for (tile, sums) in tiles.iter_mut().zip(of_bin) {
            for ((bin, tile), sum) in bin.iter_mut().zip(tile).zip(sums) {
                *bin += sum;
                *tile += sum;
            }
        }
    }
    (bins, tiles)
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
    fn an_excerpt_observes_nearly_what_the_whole_does() {
        let value = |x: usize, y: usize, c: usize| {
            0.5 + 0.2 * (x as f32 / 17.0 + c as f32).sin() * (y as f32 / 23.0).cos()
                + 0.05 * ((x * 7 + y * 3) % 5) as f32
        };
        let (width, height) = (256, 240);
        let found = picture(width, height, value);
        let excerpt = Excerpt::of(&crate::View::whole(width, height)).unwrap();
        let whole = Functionals::new(&found, &vec![true; width * height]);
        let part = whole.on_excerpt(&excerpt, 1000).unwrap();
        let brighter = picture(width, height, |x, y, c| value(x, y, c).powf(0.8));
        let change = |functionals: &Functionals, found: &Planes, other: &Planes| -> Vec<f64> {
            let pairs = functionals.observe(found).into_iter().zip(functionals.observe(other));
            pairs.map(|(found, other)| other - found).collect()
        };
        let of_whole = change(&whole, &found, &brighter);
        let [found, brighter] = [found, brighter].map(|p| excerpt.planes(&p).unwrap());
        let of_part = change(&part, &found, &brighter);
        for (whole, part) in of_whole.iter().zip(&of_part) {
            assert!((whole - part).abs() < 0.02 + 0.1 * whole.abs(), "{whole} {part}");
        }
        assert!(whole.on_excerpt(&excerpt, width * height).is_none());
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
