//! How noisy the pixels of a camera are, by their brightness.

use tuner::{Frame, Samples};

/// Brightness ranges of the profile.
const LEVELS: usize = 16;
/// Side of the blocks that are compared, pixels.
const BLOCK: usize = 8;
/// Blocks in a row and in a column, at most.
const GRID: usize = 48;
/// Blocks that a range needs; fewer may all lie on a moving object.
const LEAST_BLOCKS: usize = 8;
/// Blocks whose mean is nearer to black or white than this, in 8-bit steps, are clipped in part.
const CLIPPED: f64 = 4.0;
/// Median of a variance of 64 values over its expectation: of chi-squared with k degrees of freedom
/// it is (1 − 2/(9k))³ (Wilson and Hilferty, 1931), here with k = 63.
const MEDIAN_OF_VARIANCE: f64 = 0.989_5;

/// Standard deviation of a pixel from frame to frame, 8-bit steps, by brightness.
#[derive(Debug, Clone, PartialEq)]
pub struct NoiseProfile {
    /// For each range of brightness; unmeasured ones have the value of the nearest measured.
    deviations: [f64; LEVELS],
    typical: f64,
}

impl NoiseProfile {
    /// Measures consecutive frames of one scene and setting. What moves through less than half of
    /// the picture does not count, nor does light that drifts: of each pair of frames the
    /// differences inside small blocks are taken about their mean, and of all blocks the median.
    ///
    /// `None` when there are no two frames of one size with unclipped blocks enough.
    #[must_use]
    pub fn of(frames: &[Frame]) -> Option<Self> {
        let mut variances: [Vec<f64>; LEVELS] = Default::default();
        for pair in frames.windows(2) {
            if let [before, after] = pair {
                collect(before, after, &mut variances);
            }
        }
        let medians = variances.map(|mut variances| {
            let middle = variances.len() / 2;
            (variances.len() >= LEAST_BLOCKS)
                .then(|| *variances.select_nth_unstable_by(middle, f64::total_cmp).1)
        });
        let mut measured: Vec<(usize, f64)> = medians
            .iter()
            .enumerate()
            .filter_map(|(level, median)| Some((level, ((*median)? / MEDIAN_OF_VARIANCE).sqrt())))
            .collect();
        let mut deviations = [0.0; LEVELS];
        for (level, deviation) in deviations.iter_mut().enumerate() {
            *deviation = measured.iter().min_by_key(|(other, _)| other.abs_diff(level))?.1;
        }
        let middle = measured.len() / 2;
        let typical = measured.select_nth_unstable_by(middle, |a, b| a.1.total_cmp(&b.1)).1.1;
        Some(Self { deviations, typical })
    }

    /// Standard deviation of a pixel of this value (8-bit steps, 0 … 255).
    #[must_use]
    pub fn at(&self, value: f64) -> f64 {
        let place = value / 256.0 * LEVELS as f64 - 0.5;
        let low = place.floor().clamp(0.0, (LEVELS - 1) as f64);
        let share = (place - low).clamp(0.0, 1.0);
        let level = |place: f64| self.deviations.get(place as usize).copied();
        let start = level(low).unwrap_or(self.typical);
        let end = level(low + 1.0).unwrap_or(start);
        start + share * (end - start)
    }

    /// The median over the measured ranges of brightness.
    #[must_use]
    pub const fn typical(&self) -> f64 {
        self.typical
    }
}

fn collect(before: &Frame, after: &Frame, variances: &mut [Vec<f64>; LEVELS]) {
    match (before.samples(), after.samples()) {
        _ if before.size() != after.size() => {}
        (Samples::U8(a), Samples::U8(b)) => collect_blocks(before.size(), a, b, 1.0, variances),
        (Samples::U16(a), Samples::U16(b)) => {
            collect_blocks(before.size(), a, b, 257.0, variances);
        }
        _ => {}
    }
}

fn collect_blocks<T: Copy + Into<f64>>(
    [width, height]: [usize; 2],
    before: &[T],
    after: &[T],
    step: f64,
    variances: &mut [Vec<f64>; LEVELS],
) {
    let spread = |extent: usize| {
        let cells = (extent / BLOCK).min(GRID);
        // The first and the last cell touch the border.
        (0..cells).map(move |cell| cell * (extent - BLOCK) / (cells - 1).max(1))
    };
    let (before, _) = before.as_chunks::<3>();
    let (after, _) = after.as_chunks::<3>();
    for top in spread(height) {
        for left in spread(width) {
            // Of each channel: sums of values, of differences, and of squared differences.
            let mut sums = [[0.0_f64; 3]; 3];
            for y in top..top + BLOCK {
                let start = y * width + left;
                let line = |pixels| -> &[[T; 3]] { row(pixels, start) };
                for (before, after) in line(before).iter().zip(line(after)) {
                    for (sums, (a, b)) in sums.iter_mut().zip(before.iter().zip(after)) {
                        let (a, b) = ((*a).into() / step, (*b).into() / step);
                        let [values, differences, squares] = sums;
                        *values += a + b;
                        *differences += a - b;
                        *squares += (a - b) * (a - b);
                    }
                }
            }
            let count = (BLOCK * BLOCK) as f64;
            for [values, differences, squares] in sums {
                let mean = values / (2.0 * count);
                if !(CLIPPED..=255.0 - CLIPPED).contains(&mean) {
                    continue;
                }
                // The difference of two frames has twice the variance of one.
                let variance = (squares - differences * differences / count) / (count - 1.0) / 2.0;
                let level = (mean / 256.0 * LEVELS as f64) as usize;
                if let Some(variances) = variances.get_mut(level) {
                    variances.push(variance.max(0.0));
                }
            }
        }
    }
}

fn row<T>(pixels: &[T], start: usize) -> &[T] {
    pixels.get(start..start + BLOCK).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Frames of a slope from dark to bright with noise `deviation(value)`; `change(x, frame)` is
    /// added.
    fn frames(deviation: impl Fn(f64) -> f64, change: impl Fn(usize, usize) -> f64) -> Vec<Frame> {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let mut gauss = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        (0..4)
            .map(|frame| {
                let samples = (0..320 * 240)
                    .flat_map(|i| {
                        let value = 30.0 + 190.0 * ((i % 320) as f64 / 320.0);
                        [(); 3].map(|()| {
                            let noisy = value + change(i % 320, frame) + deviation(value) * gauss();
                            (noisy * 257.0).clamp(0.0, 65535.0) as u16
                        })
                    })
                    .collect();
                Frame::new(320, 240, Samples::U16(samples)).unwrap()
            })
            .collect()
    }

    #[test]
    fn noise_is_found_by_brightness() {
        let deviation = |value: f64| 1.0 + value / 64.0;
        let profile = NoiseProfile::of(&frames(deviation, |_, _| 0.0)).unwrap();
        for value in [48.0, 100.0, 150.0, 200.0] {
            let ratio = profile.at(value) / deviation(value);
            assert!((ratio - 1.0).abs() < 0.06, "{value}: {ratio}");
        }
        assert!((profile.typical() / deviation(125.0) - 1.0).abs() < 0.1);
    }

    #[test]
    fn a_moving_object_and_drifting_light_are_not_noise() {
        let moving = |x: usize, frame: usize| {
            let object = if x / 40 == frame && x.is_multiple_of(3) { 30.0 } else { 0.0 };
            object + 2.0 * frame as f64
        };
        // The noise is equal everywhere, so that a range which the object fills still shows it.
        let profile = NoiseProfile::of(&frames(|_| 2.0, moving)).unwrap();
        assert!((profile.typical() / 2.0 - 1.0).abs() < 0.1, "{}", profile.typical());
    }

    #[test]
    fn one_frame_black_frames_and_frames_of_different_sizes_have_no_profile() {
        let black = Frame::new(64, 64, Samples::U8(vec![0; 64 * 64 * 3])).unwrap();
        let other = Frame::new(64, 32, Samples::U8(vec![90; 64 * 32 * 3])).unwrap();
        assert_eq!(NoiseProfile::of(std::slice::from_ref(&other)), None);
        assert_eq!(NoiseProfile::of(&[black.clone(), black.clone()]), None);
        assert_eq!(NoiseProfile::of(&[black, other]), None);
    }

    #[test]
    fn still_frames_have_no_noise_and_tiny_ones_no_blocks() {
        let grey = Frame::new(64, 64, Samples::U8(vec![90; 64 * 64 * 3])).unwrap();
        assert_eq!(NoiseProfile::of(&[grey.clone(), grey]).unwrap().at(200.0), 0.0);
        let tiny = Frame::new(4, 4, Samples::U8(vec![90; 48])).unwrap();
        assert_eq!(NoiseProfile::of(&[tiny.clone(), tiny]), None);
    }
}
