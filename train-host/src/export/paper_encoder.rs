//! The pyramid of the paper's pictures with its first convolutions, as one convolution.
//!
//! Each pixel of the first features reads a level of the Laplacian pyramid at full, half or quarter
//! size. All of that is linear, and it repeats every four pixels: so it is one convolution of stride 4
//! that gives, for each block of 4×4 pixels, the 2×2 pixels of the features as planes of their own. A
//! model file then needs neither means nor enlargement, only `Conv`.

use super::Dense;
use super::network::Conv;

/// Height and width of the paper's kernels.
const SIDE: usize = 3;
/// Pixels from one block to the next.
const BLOCK: usize = 4;
/// Side of the whole kernel: a block and its neighbours.
const WHOLE: usize = 3 * BLOCK;
/// Pixels of the features in a block.
const PLACES: usize = 4;

/// The first convolutions of three levels, the finest first: kernels of 3×3 of so many `planes`, the
/// finest of stride 2, the others of stride 1, the coarsest enlarged twice. Their sum has one plane of
/// 2×2 pixels for each output; pixel (y, x) of output o becomes plane 4·o + 2·y + x of a map of half the
/// side.
pub(super) fn pyramid(levels: &[Dense; 3], planes: usize) -> Conv {
    let outputs = levels.first().map_or(0, |level| level.bias.len());
    let mut kernel =
        Kernel { planes, weights: vec![0.0; outputs * PLACES * planes * WHOLE * WHOLE] };
    let [fine, middle, coarse] = levels;
    for output in 0..outputs {
        for place in 0..PLACES {
            let (own, [y, x]) = (output * PLACES + place, [place / 2, place % 2]);
            for plane in 0..planes {
                let weight = |level: &Dense, row: usize, column: usize| {
                    let at = ((output * planes + plane) * SIDE + row) * SIDE + column;
                    f64::from(level.weights.get(at).copied().unwrap_or(0.0))
                };
                for (row, column) in (0..SIDE * SIDE).map(|at| (at / SIDE, at % SIDE)) {
                    let mut mean = |corner: [usize; 2], side: usize, weight: f64| {
                        // Of the corner only its block counts.
                        let corner = corner.map(|at| at / side * side);
                        kernel.add_mean([own, plane], corner, side, weight);
                    };
                    // Places in pixels from the corner of the kernel, one block before this one.
                    let at = [BLOCK + 2 * y + row - 1, BLOCK + 2 * x + column - 1];
                    mean(at, 1, weight(fine, row, column));
                    mean(at, 2, -weight(fine, row, column));
                    let at = [BLOCK + 2 * (y + row) - 2, BLOCK + 2 * (x + column) - 2];
                    mean(at, 2, weight(middle, row, column));
                    mean(at, 4, -weight(middle, row, column));
                    mean([BLOCK * row, BLOCK * column], 4, weight(coarse, row, column));
                }
            }
        }
    }
    let bias = |output: usize| levels.iter().filter_map(|level| level.bias.get(output)).sum();
    Conv {
        sides: [WHOLE; 2],
        stride: BLOCK,
        pads: [BLOCK; 4],
        weights: kernel.weights.into_iter().map(|weight| weight as f32).collect(),
        bias: (0..outputs * PLACES).map(|own| bias(own / PLACES)).collect(),
    }
}

struct Kernel {
    planes: usize,
    weights: Vec<f64>,
}

impl Kernel {
    /// Adds a weight on the mean of a square of pixels.
    fn add_mean(
        &mut self,
        [own, plane]: [usize; 2],
        [top, left]: [usize; 2],
        side: usize,
        weight: f64,
    ) {
        for row in top..top + side {
            let start = ((own * self.planes + plane) * WHOLE + row) * WHOLE + left;
            let line = self.weights.iter_mut().skip(start).take(side);
            line.for_each(|each| *each += weight / (side * side) as f64);
        }
    }
}

/// The second convolution, 3×3 of stride 2 on the features, where these lie as [`pyramid`] lays them:
/// it reads this block and the last pixels of the one before.
pub(super) fn second(dense: &Dense) -> Conv {
    let outputs = dense.bias.len();
    let planes = dense.weights.len() / (outputs.max(1) * SIDE * SIDE);
    let mut weights = vec![0.0; outputs * planes * PLACES * 4];
    let numbers = dense.weights.chunks_exact(SIDE * SIDE).enumerate();
    for (pair, kernel) in numbers {
        // `pair` counts outputs × planes, as the new kernel does with planes × places.
        for (at, weight) in kernel.iter().enumerate() {
            // From one pixel before the block: block 0 pixel 1, block 1 pixel 0, block 1 pixel 1.
            let [(above, y), (left, x)] =
                [at / SIDE, at % SIDE].map(|step| (step.div_ceil(2), (step + 1) % 2));
            let place = 2 * y + x;
            let to = (pair * PLACES + place) * 4 + 2 * above + left;
            if let Some(slot) = weights.get_mut(to) {
                *slot = *weight;
            }
        }
    }
    Conv { sides: [2; 2], stride: 1, pads: [1, 1, 0, 0], weights, bias: dense.bias.clone() }
}
