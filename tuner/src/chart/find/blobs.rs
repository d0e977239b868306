//! Flat patches of a picture.

use crate::Planes;

/// A flat patch of about four corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Blob {
    /// Its middle: column and row.
    pub(super) middle: [f64; 2],
    /// Its pixels.
    pub(super) area: f64,
}

/// How much neighbours in a flat patch differ at most, as a part of white: little where a dark patch
/// lies in a dark frame, much where there is noise.
const FLAT: [f32; 6] = [0.02, 0.035, 0.06, 0.1, 0.15, 0.22];
/// Pixels of a patch without its border, at least.
const LEAST_AREA: usize = 12;
/// A patch is at most this part of the picture: 24 of them with their frame are a chart.
const MOST_OF_PICTURE: f64 = 1.0 / 24.0;
/// Area of a patch to that of the parallelogram with its second moments, at least: holes and bays
/// make it small.
const SOLID: f64 = 0.8;
/// Largest to smallest second moment: a patch seen from aside, not a line.
const LONGEST: f64 = 9.0;

/// The flat patches at any flatness; of several at one place the largest.
pub(super) fn blobs_of(picture: &Planes) -> Vec<Blob> {
    let ranges = ranges(picture);
    let mut blobs: Vec<Blob> = FLAT
        .into_iter()
        .flat_map(|most| {
            let flat: Vec<bool> = ranges.iter().map(|range| *range < most).collect();
            regions(&flat, picture.width())
        })
        .collect();
    blobs.sort_by(|a, b| b.area.total_cmp(&a.area));
    let mut kept: Vec<Blob> = Vec::new();
    for blob in blobs {
        let same = |other: &Blob| distance(other.middle, blob.middle) < 0.3 * other.area.sqrt();
        if !kept.iter().any(same) {
            kept.push(blob);
        }
    }
    kept
}

pub(super) fn distance([x, y]: [f64; 2], [u, v]: [f64; 2]) -> f64 {
    (x - u).hypot(y - v)
}

/// By how much the pixels round each one differ, in the channel where they do most; infinite on the
/// border, so that what the picture cuts is no whole patch.
fn ranges(picture: &Planes) -> Vec<f32> {
    let (width, height) = (picture.width(), picture.height());
    let mut ranges = vec![0.0_f32; width * height];
    for channel in picture.channels() {
        for (at, range) in ranges.iter_mut().enumerate() {
            let (x, y) = (at % width, at / width);
            if x == 0 || y == 0 || x + 1 == width || y + 1 == height {
                *range = f32::INFINITY;
                continue;
            }
            let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
            for row in [at - width, at, at + width] {
                for &value in channel.get(row - 1..row + 2).unwrap_or_default() {
                    (least, most) = (least.min(value), most.max(value));
                }
            }
            *range = range.max(most - least);
        }
    }
    ranges
}

/// The connected regions of flat pixels that have the shape of a patch.
fn regions(flat: &[bool], width: usize) -> Vec<Blob> {
    let mut left = flat.to_vec();
    let mut blobs = Vec::new();
    let mut waiting = Vec::new();
    for start in 0..flat.len() {
        let mut moments = Moments::default();
        let mut take = |at: usize, waiting: &mut Vec<usize>| {
            if let Some(flat @ true) = left.get_mut(at) {
                *flat = false;
                waiting.push(at);
            }
        };
        take(start, &mut waiting);
        while let Some(at) = waiting.pop() {
            moments.add([(at % width) as f64, (at / width) as f64]);
            // Flat pixels are not on the border: their neighbours are in the picture.
            for next in [at - 1, at + 1, at - width, at + width] {
                take(next, &mut waiting);
            }
        }
        blobs.extend(moments.blob(MOST_OF_PICTURE * flat.len() as f64));
    }
    blobs
}

/// Sums over the pixels of a region.
#[derive(Debug, Default)]
struct Moments {
    count: usize,
    sum: [f64; 2],
    squares: [f64; 3],
}

impl Moments {
    fn add(&mut self, [x, y]: [f64; 2]) {
        self.count += 1;
        self.sum = [self.sum[0] + x, self.sum[1] + y];
        let [xx, xy, yy] = self.squares;
        self.squares = [xx + x * x, xy + x * y, yy + y * y];
    }

    /// The region as a patch, if it is one of at most this area.
    fn blob(&self, most: f64) -> Option<Blob> {
        let area = self.count as f64;
        if self.count < LEAST_AREA || area > most {
            return None;
        }
        let middle @ [x, y] = self.sum.map(|sum| sum / area);
        let [xx, xy, yy] = self.squares.map(|sum| sum / area);
        // A pixel is a square, not a point: 1/12 more.
        let (xx, xy, yy) = (xx - x * x + 1.0 / 12.0, xy - x * y, yy - y * y + 1.0 / 12.0);
        let (half_trace, determinant) = ((xx + yy) / 2.0, xx * yy - xy * xy);
        let spread = (half_trace * half_trace - determinant).max(0.0).sqrt();
        let solid = area / (12.0 * determinant.max(0.0).sqrt());
        let long = (half_trace + spread) / (half_trace - spread);
        (solid >= SOLID && long <= LONGEST).then_some(Blob { middle, area })
    }
}
