//! By how many pixels a goal is shifted against the picture as found.

mod detail;
pub(crate) mod plane;
mod search;
mod subpixel;

#[cfg(test)]
mod tests;

use serde::Serialize;

use self::detail::Detail;
use self::plane::{Plane, Reduced};
use self::search::Peak;
use self::subpixel::TILE_SIDE;
use crate::Frame;

/// Where a goal lies against the picture as found, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Registration {
    /// Pixels by which the goal's content lies further right; exactly 0 when it is not shifted.
    pub dx: f64,
    /// Pixels by which the goal's content lies further down; exactly 0 when it is not shifted.
    pub dy: f64,
    /// Correlation of the fine detail of both pictures at that shift, in [−1, 1].
    pub correlation: f64,
    /// What that correlation says about the content.
    #[serde(skip)]
    pub content: Content,
}

/// Whether two pictures show the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// The detail of one is found again in the other.
    Same,
    /// At least one has no detail that could be compared: a grey card, or clipped almost everywhere.
    /// The shift is then 0 by assumption.
    NothingToCompare,
    /// Both have detail, but not the same.
    Other,
}

/// Shifts below this many pixels are taken for none, and fractions below it for whole pixels: a goal
/// is not resampled for less than resampling costs.
pub const SNAP_PIXELS: f64 = 0.05;

/// Correlation below which two pictures are held for different content
/// (docs/decisions/0003-registration.md has the figures).
pub const SAME_CONTENT_CORRELATION: f64 = 0.12;

/// Chance makes the best of many shifts correlate; over n pixels of detail it reaches about 8/√n, and
/// this many times 1/√n is asked for.
const CHANCE: f64 = 12.0;
/// The longer side of the reduced pictures that are searched, in pixels.
const BASE_SIDE: usize = 512;
/// The coarsest level keeps at least this many pixels on its shorter side.
const COARSEST_SIDE: usize = 48;
/// Shifts of this share of the longer side are looked for.
const RANGE_SHARE: f64 = 0.05;
/// Shifts of this many pixels are looked for also in small pictures, …
const RANGE_PIXELS: f64 = 32.0;
/// … as long as they are no more than this share of the shorter side.
const RANGE_SHARE_SMALL: f64 = 0.125;
/// Less detail than this share of the picture cannot be compared.
const LEAST_TEXTURE: f32 = 0.004;
/// Tiles for the fine estimate, in a row and in a column.
const TILE_GRID: usize = 8;
/// A tile counts when its detail agrees at least this much (mean product of normalised detail).
const TILE_AGREEMENT: f32 = 0.08;

/// Both pictures reduced by one factor, and what they have in common.
pub(crate) struct Comparison {
    pub factor: usize,
    pub found: Reduced,
    pub goal: Reduced,
    pub found_detail: Detail,
    pub goal_detail: Detail,
    /// Best whole shift in reduced pixels.
    pub whole: [isize; 2],
    pub registration: Registration,
}

/// Finds the shift of `goal` against `found`, two pictures of the same size.
///
/// The pictures may differ in exposure, colour, tone curve, saturation, sharpness and noise; shifts up
/// to 5 % of the longer side (32 pixels in small pictures) are found. Detail, which is high-passed
/// luma over its local strength, is correlated coarse to fine; then the shift is refined on
/// full-resolution tiles by Gauss–Newton jointly with a regression of tone. Pictures of different
/// size are compared in their upper left common part.
#[must_use]
pub fn register(found: &Frame, goal: &Frame) -> Registration {
    compare(found, goal, true).registration
}

/// As [`register`]; without `search` both pictures are held for aligned and only their correlation
/// is measured.
pub(crate) fn compare(found: &Frame, goal: &Frame, search: bool) -> Comparison {
    let [width, height] = found.size();
    let factor = width.max(height).div_ceil(BASE_SIDE).min(width.min(height)).max(1);
    let shorter = width.min(height) / factor;
    let levels = 1 + (0..4).take_while(|level| shorter >> (level + 1) >= COARSEST_SIDE).count();
    let read = |frame| {
        let reduced = Reduced::of(frame, factor);
        let pyramid = Detail::pyramid(&reduced, levels);
        (reduced, pyramid)
    };
    let ((found_reduced, found_pyramid), (goal_reduced, goal_pyramid)) =
        rayon::join(|| read(found), || read(goal));
    let range = if search { search_range(width, height) / factor as f64 } else { 0.0 };
    let peak = search::best_shift(&found_pyramid, &goal_pyramid, range as f32);
    let (registration, whole) = match (found_pyramid.first(), goal_pyramid.first(), peak) {
        (Some(found_detail), Some(goal_detail), Some(peak)) => {
            let content = content(found_detail, goal_detail, &peak);
            let correlation = f64::from(peak.correlation);
            let shift = match content {
                Content::Same if search => {
                    fine_shift([found, goal], factor, [found_detail, goal_detail], &peak)
                }
                _ => [0.0, 0.0],
            };
            let [dx, dy] = shift;
            let whole = if content == Content::Same && search { peak.whole } else { [0, 0] };
            (Registration { dx, dy, correlation, content }, whole)
        }
        _ => {
            let content = Content::NothingToCompare;
            (Registration { dx: 0.0, dy: 0.0, correlation: 0.0, content }, [0, 0])
        }
    };
    let first = |pyramid: Vec<Detail>| {
        pyramid
            .into_iter()
            .next()
            .unwrap_or_else(|| Detail::of(&Plane::zeros(0, 0), Plane::zeros(0, 0)))
    };
    Comparison {
        factor,
        found: found_reduced,
        goal: goal_reduced,
        found_detail: first(found_pyramid),
        goal_detail: first(goal_pyramid),
        whole,
        registration,
    }
}

fn search_range(width: usize, height: usize) -> f64 {
    let (longer, shorter) = (width.max(height) as f64, width.min(height) as f64);
    (RANGE_SHARE * longer).max(RANGE_PIXELS.min(RANGE_SHARE_SMALL * shorter))
}

fn content(found: &Detail, goal: &Detail, peak: &Peak) -> Content {
    let by_chance = CHANCE / f64::from(peak.weight.max(1.0)).sqrt();
    if f64::from(peak.correlation) >= SAME_CONTENT_CORRELATION.max(by_chance) {
        return Content::Same;
    }
    let textured = |detail: &Detail| detail.textured_share() >= LEAST_TEXTURE;
    if textured(found) && textured(goal) { Content::Other } else { Content::NothingToCompare }
}

/// Refines the peak on full-resolution tiles and snaps it to whole pixels where it is as good as one.
fn fine_shift(
    [found, goal]: [&Frame; 2],
    factor: usize,
    [found_detail, goal_detail]: [&Detail; 2],
    peak: &Peak,
) -> [f64; 2] {
    let start = peak.shift.map(|d| f64::from(d) * factor as f64);
    let [width, height] = found.size();
    let side = TILE_SIDE.min((width.min(height) / 2).saturating_sub(8));
    if side < 8 {
        return start.map(f64::round);
    }
    let origins = tile_origins(found.size(), factor, [found_detail, goal_detail], peak, side);
    let estimate = subpixel::refine(found, goal, start, &origins, side);
    match estimate {
        Some(estimate) => {
            let mut shift = estimate.shift;
            for (d, sigma) in shift.iter_mut().zip(estimate.sigma) {
                if (*d - d.round()).abs() < SNAP_PIXELS.max(3.0 * sigma.min(0.1)) {
                    *d = d.round();
                }
            }
            // −0 would be printed as such.
            shift.map(|d| d + 0.0)
        }
        None => start.map(|d| d.round() + 0.0),
    }
}

/// Upper left corners of the tiles in which the detail of both pictures agrees most, one for each
/// cell of a grid.
fn tile_origins(
    [width, height]: [usize; 2],
    factor: usize,
    [found, goal]: [&Detail; 2],
    peak: &Peak,
    side: usize,
) -> Vec<[usize; 2]> {
    let [dx, dy] = peak.whole;
    let mut product = Plane::zeros(found.values.width, found.values.height);
    for (y, row) in product.values.chunks_exact_mut(found.values.width.max(1)).enumerate() {
        let goal_y = y as isize + dy;
        if goal_y < 0 || goal_y >= goal.values.height as isize {
            continue;
        }
        let skip = dx.min(0).unsigned_abs();
        let count = found.values.width.saturating_sub(dx.unsigned_abs());
        let found = found.values.span(skip, y, count);
        let goal = goal.values.span(dx.max(0).unsigned_abs(), goal_y.unsigned_abs(), count);
        for ((out, f), g) in row.iter_mut().skip(skip).zip(found).zip(goal) {
            *out = f * g;
        }
    }
    let product = product.box_mean((side / factor / 2).max(1));
    // Tiles stay clear of the border and of what lies beyond the shifted goal's border.
    let margin = |d: isize| 6 + factor * d.unsigned_abs();
    let first = [margin(dx), margin(dy)];
    let last =
        [(width.saturating_sub(side + margin(dx))), (height.saturating_sub(side + margin(dy)))];
    let cells = |extent: usize| (extent / side).clamp(1, TILE_GRID);
    let (columns, rows) = (cells(width), cells(height));
    let mut origins = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let xs = column * product.width / columns..(column + 1) * product.width / columns;
            let ys = row * product.height / rows..(row + 1) * product.height / rows;
            let places = ys.flat_map(|y| xs.clone().map(move |x| [x, y]));
            let best = places
                .map(|[x, y]| (product.span(x, y, 1).first().copied().unwrap_or(0.0), [x, y]))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((agreement, [x, y])) = best
                && agreement > TILE_AGREEMENT
            {
                let place = |centre: usize, axis: usize| {
                    let low = first.get(axis).copied().unwrap_or(0);
                    let high = last.get(axis).copied().unwrap_or(0).max(low);
                    (centre * factor + factor / 2).saturating_sub(side / 2).clamp(low, high)
                };
                origins.push([place(x, 0), place(y, 1)]);
            }
        }
    }
    origins
}
