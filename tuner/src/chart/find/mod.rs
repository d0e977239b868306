//! Looking for a chart: flat patches of one size in a lattice, whose colours are the chart's.

mod blobs;
mod lattice;

use super::homography::Homography;
use super::likeness::likeness;
use super::patches::PatchPixels;
use super::reference::{COLUMNS, ROWS};
use super::{Corners, LEAST_LIKENESS};
use crate::{Frame, Planes};

use lattice::Lattice;

/// Longest side of the picture that is looked at, in pixels: patches of a chart that fills a third
/// of it are some 15 pixels large.
const LONGEST_SIDE: usize = 480;
/// Patches of a chart that must be found; the others (black on its black frame) are where these say.
const LEAST_PATCHES: usize = 12;

/// The corners of the chart in a picture, if there is one; in an order that fits its colours.
pub(super) fn corners(frame: &Frame) -> Option<Corners> {
    let factor = frame.width().max(frame.height()).div_ceil(LONGEST_SIDE);
    let small = reduced(&Planes::from(frame), factor);
    let lattices = Lattice::all_in(&blobs::blobs_of(&small), LEAST_PATCHES);
    // The middle of a pixel of the small picture is the middle of `factor` pixels of the large one.
    let middle = (factor as f64 - 1.0) / 2.0;
    let scaled =
        |Corners(points): Corners| Corners(points.map(|at| at.map(|v| v * factor as f64 + middle)));
    let candidates = lattices.iter().flat_map(charts_in).map(scaled);
    let rated =
        candidates.flat_map(|corners| corners.orders().collect::<Vec<_>>()).filter_map(|corners| {
            let pixels = PatchPixels::of(&corners, frame.size()).ok()?;
            Some((likeness(&pixels.means(frame)), corners))
        });
    let (most, corners) = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (most >= LEAST_LIKENESS).then_some(corners)
}

/// The mean of squares of `factor` pixels.
fn reduced(planes: &Planes, factor: usize) -> Planes {
    let [width, height] = [planes.width() / factor, planes.height() / factor];
    let plane = |channel: &[f32]| -> Vec<f32> {
        let mut sums = vec![0.0; width * height];
        let rows = channel.chunks_exact(planes.width().max(1)).take(height * factor);
        for (y, row) in rows.enumerate() {
            let sums = sums.get_mut(y / factor * width..).unwrap_or_default();
            for (sum, square) in sums.iter_mut().zip(row.chunks_exact(factor)).take(width) {
                *sum += square.iter().sum::<f32>() / (factor * factor) as f32;
            }
        }
        sums
    };
    let reduced = Planes::new(width, height, planes.channels().map(plane));
    reduced.unwrap_or_else(|| Planes::black(width, height))
}

/// Where charts may lie in a lattice: every window of six by four, either way round, that holds
/// enough of its patches.
fn charts_in(lattice: &Lattice) -> Vec<Corners> {
    let mut charts = Vec::new();
    for window in [[COLUMNS, ROWS], [ROWS, COLUMNS]].map(|sides| sides.map(usize::cast_signed)) {
        let [columns, rows] = window;
        let Some([[left, top], [right, bottom]]) = lattice.bounds() else { continue };
        for column in left - columns + 1..=right {
            for row in top - rows + 1..=bottom {
                charts.extend(chart_at(lattice, [column, row], window));
            }
        }
    }
    charts
}

fn chart_at(lattice: &Lattice, start: [isize; 2], window: [isize; 2]) -> Option<Corners> {
    let inside = |at: &[isize; 2]| {
        at.iter()
            .zip(start)
            .zip(window)
            .all(|((at, start), count)| (0..count).contains(&(at - start)))
    };
    let cell = |[column, row]: [isize; 2]| [(column - start[0]) as f64, (row - start[1]) as f64];
    let pairs: Vec<_> = lattice
        .places()
        .filter(|(at, _)| inside(at))
        .map(|(at, place)| (cell(at), place))
        .collect();
    if pairs.len() < LEAST_PATCHES {
        return None;
    }
    let map = Homography::of_pairs(&pairs)?;
    let [right, bottom] = window.map(|count| (count - 1) as f64);
    let of = |corner| map.at(corner);
    let corners = [of([0.0, 0.0])?, of([right, 0.0])?, of([right, bottom])?, of([0.0, bottom])?];
    // A chart that stands upright goes round the other way: what is long comes first.
    Some(if right > bottom {
        Corners(corners)
    } else {
        let [a, b, c, d] = corners;
        Corners([b, c, d, a])
    })
}
