//! The light inside the box: a panel in its ceiling, walls that reflect, a corner in shade.

use super::palette::Rgb;

/// A place in the picture: x to the right, y downwards, 1 = height of the picture, origin in its
/// middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub x: f32,
    pub y: f32,
}

/// Left and right end of the back wall, as distance from the middle.
const WALL_HALF_WIDTH: f32 = 0.66;
/// Where the back wall stands on the floor.
const FLOOR_LINE: f32 = 0.235;
/// How fast floor and side walls part towards the viewer.
const SIDE_SLOPE: f32 = 0.75;

/// 0 below `low`, 1 above `high`, smooth between.
pub(super) fn smooth_step(low: f32, high: f32, value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Irradiance on the back wall, 1 about the middle of the chart.
pub(super) fn on_wall(at: Place) -> f32 {
    (1.05 - 0.30 * (at.y + 0.5) - 0.22 * at.x * at.x) * shade(at) * 1.06
}

/// Irradiance on the floor, brighter towards the viewer.
pub(super) fn on_floor(at: Place) -> f32 {
    (0.92 + 0.35 * (at.y - FLOOR_LINE) - 0.20 * at.x * at.x) * shade(at)
}

/// A card held into the light darkens the lower right corner.
fn shade(at: Place) -> f32 {
    let along = (at.x - 0.62) * 0.83 + (at.y - 0.16) * 0.56;
    1.0 - 0.82 * smooth_step(-0.03, 0.09, along)
}

/// The empty box: back wall, floor, side walls of a middle grey.
pub(super) fn empty_box(at: Place, white: Rgb) -> Rgb {
    let out = at.x.abs() - WALL_HALF_WIDTH;
    let below = at.y - FLOOR_LINE;
    if out > (below * SIDE_SLOPE).max(0.0) {
        let depth = out - (below * SIDE_SLOPE).max(0.0);
        let corner = 1.0 - 0.28 * (-depth / 0.05).exp();
        return white * (0.30 * (0.95 - 0.35 * (at.y + 0.5)) * shade(at) * corner);
    }
    if below < 0.0 {
        let corners = 1.0 - 0.25 * (out / 0.05).exp();
        let foot = 1.0 - 0.22 * (below / 0.035).exp();
        return white * (0.34 * on_wall(at) * corners * foot);
    }
    let side = 1.0 - 0.25 * ((out - below * SIDE_SLOPE) / 0.06).exp();
    let back = 1.0 - 0.25 * (-below / 0.03).exp();
    white * (0.40 * on_floor(at) * side * back)
}

/// Whether a cloth lies on the floor here: in front on the right, into the shade.
pub(super) fn is_cloth(at: Place) -> bool {
    let fold = 0.012 * (at.x * 19.0).sin();
    let left = 0.395 + (at.y - 0.3) * 0.12;
    at.y > 0.285 + fold && at.y < 0.47 + fold && at.x > left && at.x < left + 0.31 + at.y * 0.25
}
