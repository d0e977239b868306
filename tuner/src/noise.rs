//! How noisy a picture is.

use rayon::prelude::*;

use crate::Frame;
use crate::registration::plane::{BLACK_STEPS, Plane, WHITE_STEPS, patch};

/// Side of the blocks that are looked at, in pixels.
const BLOCK: usize = 16;
/// Blocks in a row and in a column, at most.
const GRID: usize = 32;
/// The quietest blocks are noise alone; this share of them, from below, is skipped as too lucky, …
const QUIET_SHARE: f64 = 0.1;
/// … and the value there is this much below the noise of a picture that is nothing but noise: 6 % of
/// spread between blocks of 14 × 14 correlated values, 1.28 standard deviations down.
const LUCK: f64 = 1.09;

/// Standard deviation of the noise of a frame, in 8-bit steps, averaged over the three channels.
///
/// The difference of two Laplacians (Immerkær, "Fast noise variance estimation", 1996) is blind to
/// brightness, slopes and straight edges; of its strength in blocks all over the picture the lowest
/// tenth counts, so texture does not. Clipped blocks say nothing and are left out. Noise whose
/// neighbouring pixels are alike (demosaicing, denoising, JPEG) is underestimated. Rounding to 8 bits
/// is seen as what it is, 0.29 steps, where it acts as noise. A picture without 16 × 16 unclipped
/// pixels has a noise of 0.
#[must_use]
pub fn noise_steps(frame: &Frame) -> f64 {
    let [width, height] = frame.size();
    if width < BLOCK || height < BLOCK {
        return 0.0;
    }
    let (columns, rows) = ((width / BLOCK).min(GRID), (height / BLOCK).min(GRID));
    let place = |cell: usize, cells: usize, extent: usize| {
        // Cells are spread evenly; the first and the last touch the border.
        if cells < 2 { 0 } else { (cell * (extent - BLOCK) / (cells - 1)) as isize }
    };
    let cells = (0..columns * rows).into_par_iter();
    let mut noise: Vec<f64> = cells
        .flat_map_iter(|cell| {
            let corner =
                [place(cell % columns, columns, width), place(cell / columns, rows, height)];
            let channels = patch(frame, corner, [BLOCK, BLOCK]);
            channels.each_ref().map(block_noise).into_iter().flatten()
        })
        .collect();
    let at = (noise.len() as f64 * QUIET_SHARE) as usize;
    if at >= noise.len() {
        return 0.0;
    }
    LUCK * *noise.select_nth_unstable_by(at, f64::total_cmp).1
}

/// Noise of one channel of one block; `None` when any of it is clipped.
fn block_noise(plane: &Plane) -> Option<f64> {
    let clipped = |v: &f32| *v > WHITE_STEPS || *v < BLACK_STEPS;
    if plane.values.iter().any(clipped) {
        return None;
    }
    let rows: Vec<&[f32]> = plane.rows().collect();
    let (mut square, mut count) = (0.0_f64, 0_usize);
    for window in rows.windows(3) {
        let [above, here, below] = window else { continue };
        for ((above, here), below) in above.windows(3).zip(here.windows(3)).zip(below.windows(3)) {
            if let ([a, b, c], [d, e, f], [g, h, i]) = (above, here, below) {
                let value =
                    f64::from(a - 2.0 * b + c - 2.0 * d + 4.0 * e - 2.0 * f + g - 2.0 * h + i);
                square += value * value;
                count += 1;
            }
        }
    }
    // The kernel's own norm is 6.
    Some((square / count.max(1) as f64).sqrt() / 6.0)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::Samples;
    use crate::test_rendering::{frame_of, load, noisy, photographs};

    fn slope(width: usize, height: usize) -> Frame {
        let values: Vec<f32> = (0..width * height)
            .flat_map(|i| [0.2 + 0.6 * (i % width) as f32 / width as f32; 3])
            .collect();
        frame_of(width, height, &values)
    }

    #[test]
    fn noise_on_a_slope_is_found_within_a_tenth() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        for steps in [1.0, 2.0, 6.0] {
            let found = noise_steps(&noisy(&slope(320, 200), steps, &mut rng));
            let expected = f64::from(steps * steps).sqrt().hypot(0.29);
            assert!((found / expected - 1.0).abs() < 0.1, "{steps}: {found}");
        }
    }

    #[test]
    fn texture_is_not_taken_for_noise() {
        let Some(paths) = photographs("val") else { return };
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for path in paths.iter().step_by(12) {
            let photo = load(path);
            let before = noise_steps(&photo);
            let after = noise_steps(&noisy(&photo, 4.0, &mut rng));
            let expected = before.hypot(4.0);
            assert!((after / expected - 1.0).abs() < 0.25, "{path:?}: {before} -> {after}");
        }
    }

    #[test]
    fn black_white_and_tiny_pictures_have_no_noise() {
        for value in [0, 255] {
            let frame = Frame::new(64, 64, Samples::U8(vec![value; 64 * 64 * 3])).unwrap();
            assert_eq!(noise_steps(&frame), 0.0);
        }
        assert_eq!(noise_steps(&Frame::new(1, 1, Samples::U16(vec![7; 3])).unwrap()), 0.0);
    }
}
