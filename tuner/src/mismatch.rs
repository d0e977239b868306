//! Where a goal shows something else than the picture as found: an object that moved, a hand.

use nalgebra::{DMatrix, DVector};

use crate::registration::plane::{BLACK_STEPS, WHITE_STEPS, luma};
use crate::registration::{Comparison, Content};

/// Side of a block in reduced pixels.
const BLOCK: usize = 16;
/// The same for pictures with a side below [`SMALL_SIDE`].
const BLOCK_SMALL: usize = 8;
/// Reduced pictures with a shorter side than this get small blocks.
const SMALL_SIDE: usize = 160;
/// Mean power of normalised detail (at most about 1) from which on a block has texture.
const TEXTURE_POWER: f32 = 0.15;
/// Detail that agrees less than this share of what is usual in the picture is another detail.
const FOREIGN_SHARE: f32 = 0.35;
/// Detail that agrees at least this share of what is usual proves the same content.
const PROVEN_SHARE: f32 = 0.7;
/// A block's tone is foreign when it misses the tone curve by this many times the usual miss, …
const SEED_SCALES: f32 = 5.0;
/// … and by at least so many 8-bit steps: less does not mislead.
const SEED_STEPS: f32 = 8.0;
/// The same two figures for blocks beside foreign ones, which are likelier to be foreign.
const GROWN_SCALES: f32 = 3.0;
/// In 8-bit steps.
const GROWN_STEPS: f32 = 5.0;
/// Goal detail of this standard deviation (8-bit steps) where the found picture is clipped: it
/// cannot be rendered from what was found.
const LOST_STEPS: f32 = 8.0;
/// Rounds of robust regression.
const ROUNDS: usize = 12;
/// Where the single channels bend, in units of 64 steps: the middle of the range.
const CHANNEL_BEND: f32 = 2.0;
/// Regressors of the tone curve.
const TERMS: usize = 16;

/// A coarse map of the blocks whose content matches, one bit's worth for each block.
#[derive(Debug, Clone)]
pub(crate) struct BlockMap {
    /// Side of a block in full-resolution pixels.
    side: usize,
    columns: usize,
    rows: usize,
    matches: Vec<bool>,
}

impl BlockMap {
    /// A map on which everything matches.
    pub fn all() -> Self {
        Self { side: 1, columns: 1, rows: 1, matches: vec![true] }
    }

    /// Whether the content matches at a pixel of the found picture.
    pub fn matches(&self, x: usize, y: usize) -> bool {
        let column = (x / self.side).min(self.columns - 1);
        let row = (y / self.side).min(self.rows - 1);
        self.matches.get(row * self.columns + column).copied().unwrap_or(true)
    }

    /// Compares two registered pictures block by block.
    ///
    /// A block is foreign when its detail disagrees *and* its colour misses what a smooth mapping of
    /// the found colours, fitted to the whole picture, predicts. Either alone is honest: a colour
    /// that another tone curve or saturation explains keeps its detail, and detail that was
    /// smoothed, sharpened or crushed keeps its tone.
    pub fn of(comparison: &Comparison) -> Self {
        if comparison.registration.content != Content::Same {
            return Self::all();
        }
        let plane = &comparison.found_detail.values;
        let small = plane.width.min(plane.height) < SMALL_SIDE;
        let block = if small { BLOCK_SMALL } else { BLOCK };
        let (columns, rows) = (plane.width / block, plane.height / block);
        if columns < 3 || rows < 3 {
            return Self::all();
        }
        let blocks: Vec<Block> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| [column * block, row * block]))
            .map(|corner| Block::read(comparison, corner, block))
            .collect();
        let matches = judge(&blocks, columns);
        Self { side: block * comparison.factor, columns, rows, matches }
    }
}

/// What is known of one block.
#[derive(Debug, Clone, Default)]
struct Block {
    /// Pixels that lie in both pictures.
    pixels: f32,
    /// Mean power of detail.
    found_power: f32,
    goal_power: f32,
    /// Correlation of detail.
    correlation: f32,
    /// Means of the regressors over the block.
    terms: [f32; TERMS],
    /// Mean goal colour in 8-bit steps.
    goal: [f32; 3],
    /// Standard deviation of the goal where the found picture is clipped, in 8-bit steps.
    lost: f32,
    /// How far the goal's colour is from the prediction, in 8-bit steps.
    miss: f32,
}

impl Block {
    fn read(comparison: &Comparison, [left, top]: [usize; 2], side: usize) -> Self {
        let mut block = Self::default();
        let [dx, dy] = comparison.whole;
        let (width, height) =
            (comparison.goal_detail.values.width, comparison.goal_detail.values.height);
        // Columns of the block that the shifted goal covers.
        let inside = |start: usize, shift: isize, extent: usize| {
            let first = (start as isize).max(-shift);
            let last = ((start + side) as isize).min(extent as isize - shift);
            (first.unsigned_abs(), usize::try_from(last - first).unwrap_or(0))
        };
        let (x, count) = inside(left, dx, width);
        let (y, row_count) = inside(top, dy, height);
        let goal_x = x.wrapping_add_signed(dx);
        let [fr, fg, fb] = &comparison.found.channels;
        let [gr, gg, gb] = &comparison.goal.channels;
        let (mut product, mut found_power, mut goal_power) = (0.0, 0.0, 0.0);
        let (mut lost_count, mut lost_sum, mut lost_square) = (0.0_f32, 0.0_f32, 0.0_f32);
        for row in y..y + row_count {
            let goal_row = row.wrapping_add_signed(dy);
            let details = comparison.found_detail.values.span(x, row, count).iter();
            let details = details.zip(comparison.goal_detail.values.span(goal_x, goal_row, count));
            for (f, g) in details {
                product += f * g;
                found_power += f * f;
                goal_power += g * g;
            }
            let found = fr.span(x, row, count).iter().zip(fg.span(x, row, count));
            let found = found.zip(fb.span(x, row, count));
            let goal = gr.span(goal_x, goal_row, count).iter();
            let goal = goal.zip(gg.span(goal_x, goal_row, count));
            let goal = goal.zip(gb.span(goal_x, goal_row, count));
            for (((r, g), b), ((goal_r, goal_g), goal_b)) in found.zip(goal) {
                block.pixels += 1.0;
                for (sum, term) in block.terms.iter_mut().zip(terms([*r, *g, *b])) {
                    *sum += term;
                }
                for (sum, value) in block.goal.iter_mut().zip([goal_r, goal_g, goal_b]) {
                    *sum += value;
                }
                if r.min(*g).min(*b) > WHITE_STEPS || r.max(*g).max(*b) < BLACK_STEPS {
                    let value = luma(*goal_r, *goal_g, *goal_b);
                    lost_count += 1.0;
                    lost_sum += value;
                    lost_square += value * value;
                }
            }
        }
        let pixels = block.pixels.max(1.0);
        block.terms.iter_mut().for_each(|sum| *sum /= pixels);
        block.goal.iter_mut().for_each(|sum| *sum /= pixels);
        block.found_power = found_power / pixels;
        block.goal_power = goal_power / pixels;
        let power = (found_power * goal_power).sqrt();
        block.correlation = if power > 1e-6 { product / power } else { 0.0 };
        if lost_count > 0.5 * pixels {
            let mean = lost_sum / lost_count;
            block.lost = (lost_square / lost_count - mean * mean).max(0.0).sqrt();
        }
        block
    }

    fn textured(&self) -> bool {
        self.found_power.max(self.goal_power) > TEXTURE_POWER
    }
}

/// Regressors of a smooth colour mapping: piecewise linear in luma, quadratic in colour differences,
/// with a bend in each channel, where strong gains clip it.
fn terms([r, g, b]: [f32; 3]) -> [f32; TERMS] {
    let grey = luma(r, g, b) / 64.0;
    let (warm, cold) = (r / 64.0 - grey, b / 64.0 - grey);
    let knot = |steps: f32| (grey - steps / 64.0).max(0.0);
    [
        1.0,
        grey,
        knot(24.0),
        knot(64.0),
        knot(120.0),
        knot(190.0),
        warm,
        cold,
        warm * warm,
        cold * cold,
        warm * grey,
        cold * grey,
        warm * cold,
        (r / 64.0 - CHANNEL_BEND).max(0.0),
        (g / 64.0 - CHANNEL_BEND).max(0.0),
        (b / 64.0 - CHANNEL_BEND).max(0.0),
    ]
}

fn judge(blocks: &[Block], columns: usize) -> Vec<bool> {
    let blocks = with_misses(blocks.to_vec());
    let usual = usual_correlation(&blocks);
    let scale = usual_miss(&blocks);
    let seed_limit = (SEED_SCALES * scale).max(SEED_STEPS);
    let grown_limit = (GROWN_SCALES * scale).max(GROWN_STEPS);
    let mut matches: Vec<bool> = blocks
        .iter()
        .map(|block| {
            let foreign = block.textured()
                && block.correlation < FOREIGN_SHARE * usual
                && block.miss > seed_limit;
            !(foreign || block.lost > LOST_STEPS)
        })
        .collect();
    // Flat parts of a foreign object have no detail to disagree with: they are found from its edges.
    loop {
        let grown: Vec<bool> = blocks
            .iter()
            .enumerate()
            .map(|(at, block)| {
                let proven = block.textured() && block.correlation > PROVEN_SHARE * usual;
                let suspect = !proven && block.miss > grown_limit;
                let at_hand = matches.get(at).copied().unwrap_or(true);
                at_hand && !(suspect && has_foreign_neighbour(&matches, at, columns))
            })
            .collect();
        if grown == matches {
            return matches;
        }
        matches = grown;
    }
}

fn has_foreign_neighbour(matches: &[bool], at: usize, columns: usize) -> bool {
    let column = at % columns;
    let foreign = |index: Option<usize>| {
        index.and_then(|index| matches.get(index)).is_some_and(|matches| !matches)
    };
    foreign(at.checked_sub(columns))
        || foreign(at.checked_add(columns))
        || (column > 0 && foreign(at.checked_sub(1)))
        || (column + 1 < columns && foreign(at.checked_add(1)))
}

/// Median correlation of textured blocks, at least 0.2.
fn usual_correlation(blocks: &[Block]) -> f32 {
    let textured = blocks.iter().filter(|block| block.textured());
    median(textured.map(|block| block.correlation).collect()).unwrap_or(1.0).max(0.2)
}

/// Median miss of the blocks, in 8-bit steps.
fn usual_miss(blocks: &[Block]) -> f32 {
    median(blocks.iter().map(|block| block.miss).collect()).unwrap_or(0.0)
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

/// Fits the goal's colours on the found ones, robustly, and notes what each block misses.
fn with_misses(mut blocks: Vec<Block>) -> Vec<Block> {
    // Blocks whose detail agrees are trusted first, so that a large foreign object does not bend the
    // curve towards itself.
    let mut weights: Vec<f64> = blocks
        .iter()
        .map(|block| {
            let trust = if block.textured() { block.correlation.max(0.0).powi(2) } else { 0.1 };
            if block.pixels > 0.0 { f64::from(trust).max(1e-3) } else { 0.0 }
        })
        .collect();
    for _ in 0..ROUNDS {
        let Some(coefficients) = fit(&blocks, &weights) else { return blocks };
        for block in &mut blocks {
            let mut square = 0.0;
            for (channel, goal) in coefficients.column_iter().zip(block.goal) {
                let predicted: f64 =
                    channel.iter().zip(block.terms).map(|(c, t)| c * f64::from(t)).sum();
                square += (f64::from(goal) - predicted.clamp(0.0, 255.0)).powi(2) / 3.0;
            }
            block.miss = if block.pixels > 0.0 { square.sqrt() as f32 } else { 0.0 };
        }
        let scale = f64::from(usual_miss(&blocks)).max(0.5);
        for (weight, block) in weights.iter_mut().zip(&blocks) {
            let ratio = f64::from(block.miss) / (3.0 * scale);
            *weight = if block.pixels > 0.0 { (1.0 + ratio * ratio).powi(-2) } else { 0.0 };
        }
    }
    blocks
}

/// Weighted least squares: a column of coefficients for each of the goal's channels.
fn fit(blocks: &[Block], weights: &[f64]) -> Option<DMatrix<f64>> {
    let mut left = DMatrix::<f64>::zeros(TERMS, TERMS);
    let mut right = DMatrix::<f64>::zeros(TERMS, 3);
    for (block, &weight) in blocks.iter().zip(weights) {
        let terms = DVector::from_iterator(TERMS, block.terms.iter().map(|&t| f64::from(t)));
        let goal = DVector::from_iterator(3, block.goal.iter().map(|&v| f64::from(v)));
        left.ger(weight, &terms, &terms, 1.0);
        right.ger(weight, &terms, &goal, 1.0);
    }
    let total: f64 = weights.iter().sum();
    left += DMatrix::identity(TERMS, TERMS) * (1e-4 * total + 1e-9);
    Some(left.cholesky()?.solve(&right))
}
