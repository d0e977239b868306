//! Mean squared error and PSNR.

use rayon::prelude::*;

use super::rows::Rows;
use crate::{Frame, Planes, Samples};

/// Values that are summed in `f32` before they go into an `f64` sum.
const RUN: usize = 64;

/// Mean squared error over all channels of the pixels that `mask` counts (`true`; all without a
/// mask). The values are in [0, 1], so it is too.
///
/// `None` when the sizes differ, the mask has another length, or no pixel counts.
#[must_use]
pub fn mse(a: &Planes, b: &Planes, mask: Option<&[bool]>) -> Option<f64> {
    if a.size() != b.size() || mask.is_some_and(|mask| mask.len() != a.pixel_count()) {
        return None;
    }
    let counted = mask.map_or(a.pixel_count(), |mask| mask.iter().filter(|&&on| on).count());
    if counted == 0 {
        return None;
    }
    let sum: f64 = a.channels().iter().zip(b.channels()).map(|(a, b)| plane_sum(a, b, mask)).sum();
    Some(sum / (3 * counted) as f64)
}

fn plane_sum(a: &[f32], b: &[f32], mask: Option<&[bool]>) -> f64 {
    let runs = a.chunks(RUN).zip(b.chunks(RUN));
    let mut total = 0.0;
    match mask {
        None => {
            for (a, b) in runs {
                total += f64::from(run_sum(a, b, &[1.0; RUN]));
            }
        }
        Some(mask) => {
            let mut weights = [0.0; RUN];
            for ((a, b), mask) in runs.zip(mask.chunks(RUN)) {
                for (weight, counts) in weights.iter_mut().zip(mask) {
                    *weight = f32::from(u8::from(*counts));
                }
                total += f64::from(run_sum(a, b, &weights));
            }
        }
    }
    total
}

/// Weighted squared differences of a run, eight sums side by side so that it vectorises.
#[inline(always)]
fn run_sum(a: &[f32], b: &[f32], weights: &[f32; RUN]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for ((a, b), weights) in a.chunks(8).zip(b.chunks(8)).zip(weights.chunks(8)) {
        for (((a, b), weight), sum) in a.iter().zip(b).zip(weights).zip(&mut sums) {
            *sum += weight * (a - b) * (a - b);
        }
    }
    sums.iter().sum()
}

/// Mean squared error of two pictures of the same size, exact for pictures of the same depth;
/// `None` when the sizes differ.
pub(super) fn mse_of_frames(a: &Frame, b: &Frame) -> Option<f64> {
    if a.size() != b.size() {
        return None;
    }
    let sum = match (a.samples(), b.samples()) {
        (Samples::U8(a), Samples::U8(b)) => square_sum(a, b) as f64 / (255.0 * 255.0),
        (Samples::U16(a), Samples::U16(b)) => square_sum(a, b) as f64 / (65535.0 * 65535.0),
        // 255 × 257 = 65,535: an 8-bit sample has an exact 16-bit counterpart.
        (Samples::U8(narrow), Samples::U16(wide)) | (Samples::U16(wide), Samples::U8(narrow)) => {
            let pieces = narrow.par_chunks(1 << 16).zip(wide.par_chunks(1 << 16));
            let sum: u64 = pieces
                .map(|(narrow, wide)| {
                    let widened: Vec<u16> = narrow.iter().map(|&v| u16::from(v) * 257).collect();
                    piece_square_sum(&widened, wide)
                })
                .sum();
            sum as f64 / (65535.0 * 65535.0)
        }
    };
    Some(sum / a.samples().len() as f64)
}

/// Sum of squared differences. 2³² samples of 16 bits fit; [`Frame::load`] lets in 6 × 10⁸.
fn square_sum<T: Copy + Into<u32> + Sync>(a: &[T], b: &[T]) -> u64 {
    a.par_chunks(1 << 16).zip(b.par_chunks(1 << 16)).map(|(a, b)| piece_square_sum(a, b)).sum()
}

fn piece_square_sum<T: Copy + Into<u32>>(a: &[T], b: &[T]) -> u64 {
    let squares = a.iter().zip(b).map(|(&a, &b)| {
        let apart: u32 = a.into().abs_diff(b.into());
        u64::from(apart * apart)
    });
    squares.sum()
}

/// Peak signal-to-noise ratio in dB for values in [0, 1]: −10 log₁₀(MSE); infinite when equal.
#[must_use]
pub fn psnr_db(mse: f64) -> f64 {
    if mse > 0.0 { -10.0 * mse.log10() } else { f64::INFINITY }
}
