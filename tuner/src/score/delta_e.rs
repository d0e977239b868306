//! CIEDE2000 over whole pictures.

use rayon::prelude::*;
use serde::Serialize;

use super::difference_histogram::DifferenceHistogram;
use super::lab::{BLOCK, LabBlock, lab_block};
use super::rows::Rows;
use super::simd;
use crate::Planes;
use crate::srgb::LinearTable;

/// Rows that are worked on as one job.
const JOB_ROWS: usize = 64;

/// How far apart the colours of two pictures are, in ΔE00 units (1 is about just noticeable).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DeltaE {
    /// Mean over the pixels.
    pub mean: f64,
    /// 95th percentile, to 0.1 % of its value.
    pub p95: f64,
    /// Largest.
    pub max: f64,
}

/// ΔE00 of every pixel, row by row; `None` when the sizes differ.
///
/// Equal to [`super::ciede2000`] of [`super::lab_of_srgb`] within 0.01. Two colours of exactly
/// opposite hue are the exception: their mean hue is ambiguous in the formula itself, which jumps
/// there (Sharma, Wu and Dalal, 2005, section "discontinuity due to mean hue computation").
#[must_use]
pub fn delta_e00_map(a: &Planes, b: &Planes) -> Option<Vec<f32>> {
    if a.size() != b.size() || a.pixel_count() == 0 {
        return None;
    }
    let mut map = vec![0.0; a.pixel_count()];
    map.par_chunks_mut(a.width()).enumerate().for_each(|(row, map)| {
        let mut blocks = Blocks::new();
        for (index, map) in map.chunks_mut(BLOCK).enumerate() {
            map.copy_from_slice(blocks.differences(a, b, row, index * BLOCK, map.len()));
        }
    });
    Some(map)
}

/// ΔE00 statistics of the pixels that `mask` counts; `None` when there are none. The sizes are
/// equal.
pub(super) fn delta_e_of(a: &impl Rows, b: &impl Rows, mask: Option<&[bool]>) -> Option<DeltaE> {
    let [width, height] = a.size();
    let jobs: Vec<DifferenceHistogram> = (0..height.div_ceil(JOB_ROWS))
        .into_par_iter()
        .map(|job| {
            let mut blocks = Blocks::new();
            let mut histogram = DifferenceHistogram::new();
            for row in job * JOB_ROWS..height.min((job + 1) * JOB_ROWS) {
                for from in (0..width).step_by(BLOCK) {
                    let differences = blocks.differences(a, b, row, from, width - from);
                    match mask.and_then(|mask| mask.get(row * width + from..)) {
                        None => differences.iter().for_each(|&value| histogram.add(value)),
                        Some(mask) => {
                            let counted = differences.iter().zip(mask).filter(|(_, on)| **on);
                            counted.for_each(|(&value, _)| histogram.add(value));
                        }
                    }
                }
            }
            histogram
        })
        .collect();
    let all = jobs.into_iter().reduce(DifferenceHistogram::merged)?;
    Some(DeltaE { mean: all.mean()?, p95: all.percentile(0.95), max: all.max() })
}

/// Room for the work on one block of pixels.
struct Blocks {
    rgb: [[f32; BLOCK]; 3],
    first: LabBlock,
    second: LabBlock,
    differences: [f32; BLOCK],
    table: &'static LinearTable,
}

impl Blocks {
    fn new() -> Self {
        let zeros = [[0.0; BLOCK]; 3];
        let table = LinearTable::get();
        Self { rgb: zeros, first: zeros, second: zeros, differences: [0.0; BLOCK], table }
    }

    /// ΔE00 of at most `count` (and at most [`BLOCK`]) pixels of a row.
    fn differences(
        &mut self,
        a: &impl Rows,
        b: &impl Rows,
        row: usize,
        from: usize,
        count: usize,
    ) -> &[f32] {
        lab_of_row(a, row, from, self.table, &mut self.rgb, &mut self.first);
        lab_of_row(b, row, from, self.table, &mut self.rgb, &mut self.second);
        simd::difference_block(&self.first, &self.second, &mut self.differences);
        self.differences.get(..count.min(BLOCK)).unwrap_or_default()
    }
}

fn lab_of_row(
    picture: &impl Rows,
    row: usize,
    from: usize,
    table: &LinearTable,
    rgb: &mut [[f32; BLOCK]; 3],
    lab: &mut LabBlock,
) {
    for (channel, values) in rgb.iter_mut().enumerate() {
        picture.read(channel, row, from, values);
    }
    lab_block(rgb.each_ref().map(|plane| plane.as_slice()), table, lab);
}

/// ΔE00 of a block of pixels.
#[inline(always)]
pub(super) fn difference_block(
    first: &LabBlock,
    second: &LabBlock,
    differences: &mut [f32; BLOCK],
) {
    let ([l1, a1, b1], [l2, a2, b2]) = (first, second);
    let first = l1.iter().zip(a1).zip(b1);
    let second = l2.iter().zip(a2).zip(b2);
    for ((((l1, a1), b1), ((l2, a2), b2)), difference) in first.zip(second).zip(differences) {
        *difference = difference_of([*l1, *a1, *b1], [*l2, *a2, *b2]);
    }
}

/// [`super::ciede2000`] without angles, in `f32` and without branches, so that it vectorises.
///
/// The hue enters the formula only through sines and cosines. With the hues as unit vectors, the
/// mean hue is the direction halfway between them, ΔH follows from their cross product, and the
/// multiples of the mean hue come from the addition theorems. Only the blue turn (R_T) needs an
/// angle, and only near 275 degrees, where an arcus tangent of half of it does.
#[inline(always)]
fn difference_of([l1, a1, b1]: [f32; 3], [l2, a2, b2]: [f32; 3]) -> f32 {
    // Keeps quotients finite; far below the chroma of any difference that can be seen.
    const TINY: f32 = 1e-12;
    let mean_chroma = 0.5 * ((a1 * a1 + b1 * b1).sqrt() + (a2 * a2 + b2 * b2).sqrt());
    let stretch = 1.5 - 0.5 * high_chroma_share(mean_chroma);
    let (a1, a2) = (a1 * stretch, a2 * stretch);
    let c1 = (a1 * a1 + b1 * b1).sqrt();
    let c2 = (a2 * a2 + b2 * b2).sqrt();
    let sum_c = c1 + c2;
    let delta_l = l2 - l1;
    // c2 - c1 as a quotient: the difference of two roots would lose the last digits.
    let delta_c = ((a2 - a1) * (a2 + a1) + (b2 - b1) * (b2 + b1)) / (sum_c + TINY);

    let dot = a1 * a2 + b1 * b2;
    let cross = a1 * b2 - a2 * b1;
    let product = c1 * c2;
    let acute = dot >= 0.0;
    // Exactly opposite hues: the step is +180 degrees when the first hue is below 180.
    let upward = cross > 0.0 || (cross == 0.0 && (b1 > 0.0 || (b1 == 0.0 && a1 > 0.0)));
    let sign = if upward { 1.0 } else { -1.0 };
    // 2 √(C1 C2) sin(Δh / 2), each form where it does not cancel.
    let near = cross / (0.5 * (product + dot) + TINY).sqrt();
    let far = sign * (2.0 * (product - dot)).max(0.0).sqrt();
    let delta_h = if acute { near } else { far };

    // Halfway between the hues: along the sum of the unit vectors, or, where that gets short,
    // a quarter turn from their difference. A colour without hue leaves the other's.
    let (r1, r2) = (1.0 / (c1 + TINY), 1.0 / (c2 + TINY));
    let (x1, y1, x2, y2) = (a1 * r1, b1 * r1, a2 * r2, b2 * r2);
    let x = if acute { x1 + x2 } else { sign * (y2 - y1) };
    let y = if acute { y1 + y2 } else { sign * (x1 - x2) };
    let length = (x * x + y * y).sqrt();
    let (cos, sin) = (x / (length + TINY), y / (length + TINY));
    let (cos2, sin2) = (cos * cos - sin * sin, 2.0 * cos * sin);
    let (cos3, sin3) = (cos2 * cos - sin2 * sin, sin2 * cos + cos2 * sin);
    let (cos4, sin4) = (cos2 * cos2 - sin2 * sin2, 2.0 * cos2 * sin2);
    // Cosines and sines of 30, 6 and 63 degrees times the weights of the four terms.
    let t = 1.0 - (0.147_224_32 * cos + 0.085 * sin)
        + 0.24 * cos2
        + (0.318_247_01 * cos3 - 0.033_449_11 * sin3)
        - (0.090_798_1 * cos4 + 0.178_201_3 * sin4);

    let off_middle = 0.5 * (l1 + l2) - 50.0;
    let squared = off_middle * off_middle;
    let s_l = 1.0 + 0.015 * squared / (20.0 + squared).sqrt();
    let s_c = 1.0 + 0.0225 * sum_c;
    let s_h = 1.0 + 0.0075 * sum_c * t;

    // The mean hue seen from 275 degrees, as the tangent of half the angle. From 90 degrees on
    // the turn is below 1e-4 degrees and held there.
    let from_blue = 0.087_155_74 * cos - 0.996_194_7 * sin;
    let across = 0.996_194_7 * cos + 0.087_155_74 * sin;
    // The two small numbers make the opposite of blue, 0 / 0, come out as far away.
    let half_tangent = ((across.abs() + 1e-6) / (1.0 + from_blue).max(1e-6)).min(1.0);
    let off_blue = (2.0 * 57.295_78 / 25.0) * arc_tangent(half_tangent);
    let turn = (60.0 / 57.295_78) * exp_of_minus(off_blue * off_blue);
    let r_t = -2.0 * sine(turn) * high_chroma_share(0.5 * sum_c);

    let (l, c, h) = (delta_l / s_l, delta_c / s_c, delta_h / s_h);
    (l * l + c * c + h * h + r_t * c * h).max(0.0).sqrt()
}

/// √(C⁷ / (C⁷ + 25⁷)).
#[inline(always)]
fn high_chroma_share(chroma: f32) -> f32 {
    let ratio = chroma * (1.0 / 25.0);
    let cube = ratio * ratio * ratio;
    let seventh = cube * cube * ratio;
    (seventh / (seventh + 1.0)).sqrt()
}

/// arctan on [0, 1], within 1e-6 (Chebyshev interpolation of arctan(√q) / √q).
#[inline(always)]
fn arc_tangent(tangent: f32) -> f32 {
    let q = tangent * tangent;
    let high = 0.083_126_45 + q * (-0.036_360_43 + q * 0.007_648_35);
    let low = 0.999_999_2 + q * (-0.333_256_78 + q * (0.198_720_4 + q * -0.134_478_64));
    tangent * (low + q * q * q * q * high)
}

/// e^−v on [0, 13], within 4e-6: the eighth power of e^(−v/8), which is a short polynomial.
#[inline(always)]
fn exp_of_minus(v: f32) -> f32 {
    let u = 0.125 * v;
    let high = -0.165_832_52 + u * (0.040_144_72 + u * (-0.006_861_172 + u * 0.000_627_656_2));
    let root = 0.999_999_6 + u * (-0.999_977_7 + u * (0.499_778_5 + u * high));
    let second = root * root;
    let fourth = second * second;
    fourth * fourth
}

/// sin on [0, π/3], within 4e-6 (four terms of its series).
#[inline(always)]
fn sine(angle: f32) -> f32 {
    let q = angle * angle;
    angle * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 - q * (1.0 / 5040.0))))
}
