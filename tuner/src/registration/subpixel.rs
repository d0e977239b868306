//! The shift to a hundredth of a pixel, from full-resolution tiles.
//!
//! Two renderings differ in tone, so comparing them directly moves the apparent place of every edge.
//! Here the goal's luma is *predicted* from the found colours by a regression that is solved jointly
//! with the shift (Gauss–Newton on the shift, linear in everything else): what the tone curve
//! explains is not taken for a displacement.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::plane::{Plane, luma, patch};
use crate::Frame;

/// Tiles are squares of at most this many pixels a side.
pub(crate) const TILE_SIDE: usize = 32;
/// Each square of so many pixels has an offset of its own in the regression: what the tone model
/// misses is mostly smooth, and where an edge lies is not.
const OFFSET_SIDE: usize = 8;
/// Pixels around a tile that smoothing and derivatives need.
const MARGIN: usize = 4;
/// Gauss–Newton steps; three are enough from half a pixel away, the others are for safety.
const MAX_STEPS: usize = 8;
/// A step smaller than this ends the iteration, in pixels.
const SETTLED: f64 = 0.002;
/// A-priori spread of what is left to find, in pixels: decides where stripes leave a direction open.
const PRIOR_PIXELS: f64 = 0.7;
/// Knots of the piecewise linear tone curve, in 8-bit steps.
const KNOTS: [f32; 4] = [24.0, 64.0, 120.0, 190.0];
/// Where red and blue bend for themselves, in 8-bit steps: strong gains clip them first.
const CHANNEL_BEND: f32 = 128.0;
/// So many neighbouring residuals say the same, because of the smoothing.
const ALIKE: f64 = 8.0;
/// Residuals beyond this many standard deviations lose their say (Geman–McClure).
const OUTLIER_SIGMA: f64 = 3.0;

/// Shift in pixels and its standard errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate {
    /// Goal against found, right and down.
    pub shift: [f64; 2],
    /// One standard deviation of each, from the residual.
    pub sigma: [f64; 2],
}

struct Tile {
    origin: [isize; 2],
    side: usize,
    /// Smoothed regressors, one vector of `side²` each.
    regressors: Vec<Vec<f32>>,
    /// Robust weight of each pixel.
    weights: Vec<f32>,
    /// Goal at the current shift and its derivatives.
    goal: Vec<f32>,
    across: Vec<f32>,
    down: Vec<f32>,
}

/// Refines `start` on square tiles of `side` pixels whose upper left corners in the found picture are
/// `origins`. `None` when the tiles do not determine a shift near `start`.
pub(crate) fn refine(
    found: &Frame,
    goal: &Frame,
    start: [f64; 2],
    origins: &[[usize; 2]],
    side: usize,
) -> Option<Estimate> {
    let mut tiles: Vec<Tile> =
        origins.par_iter().map(|&origin| Tile::read(found, origin, side)).collect();
    let mut shift = start;
    let mut scale: Option<f64> = None;
    for _ in 0..MAX_STEPS {
        tiles.par_iter_mut().for_each(|tile| tile.read_goal(goal, shift));
        let normal = Normal::of(&tiles, scale.is_some());
        let solution = normal.solve()?;
        let rms = tiles
            .par_iter_mut()
            .map(|tile| tile.reweigh(&solution.coefficients, scale))
            .reduce(|| [0.0, 0.0], |[a, b], [c, d]| [a + c, b + d]);
        let [power, weight] = rms;
        let spread = (power / weight.max(1e-9)).sqrt().max(0.05);
        let first = scale.is_none();
        scale = Some(spread);
        let [x, y] = &mut shift;
        let [dx, dy] = solution.step;
        *x += dx.clamp(-1.0, 1.0);
        *y += dy.clamp(-1.0, 1.0);
        let [start_x, start_y] = start;
        if (*x - start_x).abs().max((*y - start_y).abs()) > 2.5 {
            return None;
        }
        if !first && dx.abs().max(dy.abs()) < SETTLED {
            let sigma = solution.inverse_diagonal.map(|v| (v * spread * spread).sqrt());
            return Some(Estimate { shift, sigma });
        }
    }
    None
}

impl Tile {
    fn read(found: &Frame, [x, y]: [usize; 2], side: usize) -> Self {
        let origin = [x as isize, y as isize];
        let extent = side + 2 * MARGIN;
        let corner = origin.map(|position| position - MARGIN as isize);
        let [red, green, blue] = patch(found, corner, [extent, extent]);
        let grey = red
            .values
            .iter()
            .zip(&green.values)
            .zip(&blue.values)
            .map(|((r, g), b)| luma(*r, *g, *b))
            .collect();
        let grey = Plane { width: extent, height: extent, values: grey };
        // Everything in units of about 1, so that the normal equations are well scaled.
        let unit = |plane: Plane| plane.values.iter().map(|v| v / 64.0).collect::<Vec<f32>>();
        let warm = red.zip(&grey, |red, grey| red - grey);
        let cold = blue.zip(&grey, |blue, grey| blue - grey);
        let mut planes = vec![
            grey.clone(),
            warm.clone(),
            cold.clone(),
            warm.zip(&warm, |a, b| a * b / 64.0),
            cold.zip(&cold, |a, b| a * b / 64.0),
            warm.zip(&grey, |a, b| a * b / 128.0),
            cold.zip(&grey, |a, b| a * b / 128.0),
            warm.zip(&cold, |a, b| a * b / 64.0),
            red.zip(&red, |value, _| (value - CHANNEL_BEND).max(0.0)),
            blue.zip(&blue, |value, _| (value - CHANNEL_BEND).max(0.0)),
        ];
        planes.extend(KNOTS.map(|knot| grey.zip(&grey, |value, _| (value - knot).max(0.0))));
        let soft = smoothed(&grey);
        let softer = smoothed(&soft);
        let mut regressors: Vec<Vec<f32>> =
            planes.iter().map(|plane| unit(inner(&smoothed(plane), side, MARGIN - 2))).collect();
        // Sharpening or blur between the two renderings.
        let soft = inner(&soft, softer.width, 2);
        let detail = soft.zip(&softer, |a, b| (a - b) * 4.0);
        regressors.push(unit(inner(&detail, side, MARGIN - 4)));
        regressors.iter_mut().for_each(|values| remove_offsets(values, side));
        let count = side * side;
        Self {
            origin,
            side,
            regressors,
            weights: vec![1.0; count],
            goal: vec![0.0; count],
            across: vec![0.0; count],
            down: vec![0.0; count],
        }
    }

    /// Reads the goal where it lies at `shift` and takes its derivatives there.
    fn read_goal(&mut self, goal: &Frame, shift: [f64; 2]) {
        let whole = shift.map(f64::round);
        let [fraction_x, fraction_y] = [shift[0] - whole[0], shift[1] - whole[1]];
        let [x, y] = self.origin;
        let margin = MARGIN as isize + 2;
        let corner = [x + whole[0] as isize - margin, y + whole[1] as isize - margin];
        let extent = self.side + 2 * (MARGIN + 2);
        let [red, green, blue] = patch(goal, corner, [extent, extent]);
        let values = red
            .values
            .iter()
            .zip(&green.values)
            .zip(&blue.values)
            .map(|((r, g), b)| luma(*r, *g, *b) / 64.0)
            .collect();
        let soft = smoothed(&Plane { width: extent, height: extent, values });
        // A margin of 4 is left; the interpolation takes three of it.
        let moved = interpolated(&soft, [fraction_x, fraction_y]);
        // A margin of 1 is left for the derivatives.
        let rows: Vec<&[f32]> = moved.rows().collect();
        let out = self
            .goal
            .chunks_exact_mut(self.side)
            .zip(self.across.chunks_exact_mut(self.side))
            .zip(self.down.chunks_exact_mut(self.side));
        for (window, ((goal, across), down)) in rows.windows(3).zip(out) {
            let [above, here, below] = window else { continue };
            let here = here.windows(3);
            let above = above.iter().skip(1);
            let below = below.iter().skip(1);
            let out = goal.iter_mut().zip(across.iter_mut()).zip(down.iter_mut());
            for (((here, above), below), ((goal, across), down)) in
                here.zip(above).zip(below).zip(out)
            {
                if let [left, middle, right] = here {
                    *goal = *middle;
                    *across = 0.5 * (right - left);
                    *down = 0.5 * (below - above);
                }
            }
        }
        for values in [&mut self.goal, &mut self.across, &mut self.down] {
            remove_offsets(values, self.side);
        }
    }

    /// Columns of the regression: regressors, then the derivatives; and the goal.
    fn columns(&self) -> impl Iterator<Item = &Vec<f32>> {
        self.regressors.iter().chain([&self.across, &self.down, &self.goal])
    }

    /// Sets the robust weights from the residual, in the scale of the step before, and returns the
    /// weighted power of the residual and the sum of weights.
    fn reweigh(&mut self, coefficients: &[f64], scale: Option<f64>) -> [f64; 2] {
        let mut residual = self.goal.clone();
        for (column, &coefficient) in
            self.regressors.iter().chain([&self.across, &self.down]).zip(coefficients)
        {
            let coefficient = coefficient as f32;
            for (r, value) in residual.iter_mut().zip(column) {
                *r -= coefficient * value;
            }
        }
        // Without a scale the middle half of the residuals gives one.
        let scale = scale.unwrap_or_else(|| {
            let mut sizes: Vec<f32> = residual.iter().map(|r| r.abs()).collect();
            let middle = sizes.len() / 2;
            let (_, median, _) = sizes.select_nth_unstable_by(middle, f32::total_cmp);
            1.4826 * f64::from(*median)
        });
        let limit = (OUTLIER_SIGMA * scale.max(0.02)) as f32;
        let (mut power, mut total) = (0.0_f64, 0.0_f64);
        for (weight, r) in self.weights.iter_mut().zip(&residual) {
            let ratio = r / limit;
            *weight = (1.0 + ratio * ratio).powi(-2);
            power += f64::from(*weight * r * r);
            total += f64::from(*weight);
        }
        [power, total]
    }
}

/// Normal equations over all tiles, the goal as last column.
struct Normal {
    matrix: DMatrix<f64>,
    /// Sum of the weights.
    pixels: f64,
}

struct Solution {
    /// Of the regressors and then of the two derivatives.
    coefficients: Vec<f64>,
    /// What the shift lacks, in pixels.
    step: [f64; 2],
    /// Variance of the step for a residual of unit variance.
    inverse_diagonal: [f64; 2],
}

impl Normal {
    fn of(tiles: &[Tile], weighted: bool) -> Self {
        let count = tiles.first().map_or(0, |tile| tile.columns().count());
        let sums = tiles
            .par_iter()
            .map(|tile| {
                let mut sums = Vec::with_capacity(count * (count + 1) / 2);
                let mut scaled = vec![0.0_f32; tile.side * tile.side];
                for (position, column) in tile.columns().enumerate() {
                    let left = if weighted {
                        for ((out, value), weight) in
                            scaled.iter_mut().zip(column).zip(&tile.weights)
                        {
                            *out = value * weight;
                        }
                        &scaled
                    } else {
                        column
                    };
                    sums.extend(tile.columns().skip(position).map(|right| dot(left, right)));
                }
                sums
            })
            .reduce(Vec::new, |mut a, b| {
                if a.is_empty() {
                    return b;
                }
                a.iter_mut().zip(&b).for_each(|(a, b)| *a += b);
                a
            });
        let mut matrix = DMatrix::zeros(count, count);
        let places = (0..count).flat_map(|row| (row..count).map(move |column| (row, column)));
        for ((row, column), sum) in places.zip(sums) {
            for place in [(row, column), (column, row)] {
                if let Some(slot) = matrix.get_mut(place) {
                    *slot = sum;
                }
            }
        }
        let weights = tiles.iter().flat_map(|tile| &tile.weights);
        let pixels = weights.map(|&weight| f64::from(weight)).sum();
        Self { matrix, pixels }
    }

    fn solve(&self) -> Option<Solution> {
        let unknowns = self.matrix.ncols().checked_sub(1)?;
        let terms = unknowns.checked_sub(2)?;
        let left = self.matrix.view((0, 0), (unknowns, unknowns)).into_owned();
        let right = self.matrix.view((0, unknowns), (unknowns, 1)).column(0).into_owned();
        let pixels = self.pixels.max(1.0);
        let goal_power = self.matrix.get((unknowns, unknowns))?;
        let solve = |shift_ridge: f64| {
            let ridge = std::iter::repeat_n(1e-5 * pixels, terms).chain([shift_ridge; 2]);
            let ridge = DMatrix::from_diagonal(&DVector::from_iterator(unknowns, ridge));
            let factor = (&left + ridge).cholesky()?;
            Some((factor.solve(&right), factor))
        };
        // First without a prior, to learn the residual, which is what the prior is weighed with.
        let (open, _) = solve(1e-6 * pixels)?;
        let variance = ((goal_power - open.dot(&right)) / pixels).max(1e-6);
        let prior = ALIKE * variance / (PRIOR_PIXELS * PRIOR_PIXELS);
        let (solution, factor) = solve(prior)?;
        let inverse = factor.inverse();
        let mut variances = inverse.diagonal().iter().rev().map(|v| ALIKE * v).collect::<Vec<_>>();
        variances.truncate(2);
        let mut last = solution.iter().rev();
        let (down, across) = (-last.next()?, -last.next()?);
        let [variance_down, variance_across] = variances.try_into().ok()?;
        (across.is_finite() && down.is_finite()).then(|| Solution {
            coefficients: solution.iter().copied().collect(),
            step: [across, down],
            inverse_diagonal: [variance_across, variance_down],
        })
    }
}

/// Subtracts from each pixel of a `side × side` plane the mean of its square.
fn remove_offsets(values: &mut [f32], side: usize) {
    let squares = side.div_ceil(OFFSET_SIDE);
    let mut sums = vec![[0.0_f32; 2]; squares];
    for band in values.chunks_mut(side * OFFSET_SIDE) {
        sums.fill([0.0; 2]);
        for row in band.chunks(side) {
            for (pixels, [sum, count]) in row.chunks(OFFSET_SIDE).zip(&mut sums) {
                *sum += pixels.iter().sum::<f32>();
                *count += pixels.len() as f32;
            }
        }
        for row in band.chunks_mut(side) {
            for (pixels, [sum, count]) in row.chunks_mut(OFFSET_SIDE).zip(&sums) {
                let mean = sum / count;
                pixels.iter_mut().for_each(|value| *value -= mean);
            }
        }
    }
}

/// Σ a·b in lanes that the compiler can vectorise.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0.0_f32; 16];
    let (a_chunks, b_chunks) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    f64::from(lanes.iter().sum::<f32>() + rest)
}

/// Binomial smoothing [1 4 6 4 1]/16 in both directions; two pixels less on each side.
fn smoothed(plane: &Plane) -> Plane {
    const KERNEL: [f32; 5] = [0.0625, 0.25, 0.375, 0.25, 0.0625];
    filtered(plane, &KERNEL, &KERNEL)
}

/// Lanczos interpolation at a shift within ±1/2; three pixels less on each side. A cubic would do
/// for the eye, but pulls by a hundredth of a pixel.
fn interpolated(plane: &Plane, [x, y]: [f64; 2]) -> Plane {
    filtered(plane, &lanczos_taps(x), &lanczos_taps(y))
}

/// Weights of the seven pixels around for a shift within ±1/2; their sum is 1.
fn lanczos_taps(shift: f64) -> [f32; 7] {
    let sinc = |t: f64| {
        let angle = std::f64::consts::PI * t;
        if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle }
    };
    let taps = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0].map(|tap: f64| {
        let t = tap - shift;
        if t.abs() < 3.0 { sinc(t) * sinc(t / 3.0) } else { 0.0 }
    });
    let sum: f64 = taps.iter().sum();
    taps.map(|weight| (weight / sum) as f32)
}

/// Separable filter of an odd number of taps; half of them less on each side.
fn filtered<const TAPS: usize>(plane: &Plane, across: &[f32; TAPS], down: &[f32; TAPS]) -> Plane {
    let lost = TAPS - 1;
    let (width, height) = (plane.width.saturating_sub(lost), plane.height.saturating_sub(lost));
    let mut narrow = Plane::zeros(width, plane.height);
    for (row, out) in plane.rows().zip(narrow.values.chunks_exact_mut(width.max(1))) {
        for (tap, weight) in across.iter().enumerate() {
            for (out, value) in out.iter_mut().zip(row.iter().skip(tap)) {
                *out += weight * value;
            }
        }
    }
    let mut out = Plane::zeros(width, height);
    for (y, out) in out.values.chunks_exact_mut(width.max(1)).enumerate() {
        for (tap, weight) in down.iter().enumerate() {
            for (out, value) in out.iter_mut().zip(narrow.span(0, y + tap, width)) {
                *out += weight * value;
            }
        }
    }
    out
}

/// The middle `side × side` of a plane, or the plane less `cut` pixels on each side.
fn inner(plane: &Plane, side: usize, cut: usize) -> Plane {
    let mut values = Vec::with_capacity(side * side);
    for y in cut..(cut + side).min(plane.height) {
        values.extend_from_slice(plane.span(cut, y, side));
    }
    Plane { width: side, height: side, values }
}
