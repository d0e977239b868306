//! Flat test charts on the back wall.

use std::f32::consts::{PI, TAU};

use super::light::Place;
use super::palette::{Palette, Rgb};

/// An upright rectangle by its middle and half sides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Card {
    pub middle: Place,
    pub half: [f32; 2],
}

impl Card {
    /// Position inside the card, each coordinate 0 … 1 from its upper left corner.
    pub(super) fn inside(&self, at: Place) -> Option<[f32; 2]> {
        let [half_width, half_height] = self.half;
        let u = (at.x - self.middle.x) / half_width;
        let v = (at.y - self.middle.y) / half_height;
        (u.abs() <= 1.0 && v.abs() <= 1.0).then_some([(u + 1.0) / 2.0, (v + 1.0) / 2.0])
    }
}

const COLOUR_CHART: Card = Card { middle: Place { x: -0.315, y: -0.205 }, half: [0.30, 0.205] };
const GREY_CARD: Card = Card { middle: Place { x: -0.315, y: 0.105 }, half: [0.30, 0.075] };
const STAR_CARD: Card = Card { middle: Place { x: 0.205, y: -0.245 }, half: [0.165, 0.165] };
const EDGE_CARD: Card = Card { middle: Place { x: 0.505, y: -0.245 }, half: [0.105, 0.165] };

/// Reflectances of the charts' own ink and paper.
const BLACK_FRAME: f32 = 0.035;
const PAPER: f32 = 0.86;
const INK: f32 = 0.045;
const SPOKES: f32 = 36.0;
/// Angle of the slanted edge, as ISO 12233 uses it.
const EDGE_SLANT: f32 = 5.0 * PI / 180.0;

/// The reflected colour at a place of a chart in unit light; `None` beside all charts.
pub(super) fn colour(at: Place, palette: &Palette) -> Option<Rgb> {
    colour_chart(at, palette)
        .or_else(|| grey_card(at).map(|reflectance| palette.white * reflectance))
        .or_else(|| star(at).map(|reflectance| palette.white * reflectance))
        .or_else(|| slanted_edge(at).map(|reflectance| palette.white * reflectance))
}

fn colour_chart(at: Place, palette: &Palette) -> Option<Rgb> {
    let [u, v] = COLOUR_CHART.inside(at)?;
    // A border of 3 % all round, six by four cells, a patch fills 84 % of its cell.
    let cell = |position: f32, count: f32| {
        let scaled = (position - 0.03) / 0.94 * count;
        let within = (scaled.rem_euclid(1.0) - 0.5).abs() < 0.42;
        ((0.0..count).contains(&scaled) && within).then_some(scaled as usize)
    };
    let patch = cell(u, 6.0)
        .zip(cell(v, 4.0))
        .and_then(|(column, row)| palette.patches.get(row * 6 + column));
    Some(patch.copied().unwrap_or(palette.white * BLACK_FRAME))
}

/// A ramp above, a wedge of twelve steps below, both even in CIE L* from 6 to 96.
fn grey_card(at: Place) -> Option<f32> {
    let [u, v] = GREY_CARD.inside(at)?;
    let along = (u - 0.03) / 0.94;
    if !(0.0..1.0).contains(&along) {
        return Some(PAPER);
    }
    let lightness = |t: f32| 6.0 + 90.0 * t;
    if (0.08..0.48).contains(&v) {
        return Some(luminance_of(lightness(along)));
    }
    if (0.52..0.92).contains(&v) {
        return Some(luminance_of(lightness((along * 12.0).floor() / 11.0)));
    }
    Some(PAPER)
}

/// Luminance factor of a lightness L* (CIE 1976).
fn luminance_of(lightness: f32) -> f32 {
    if lightness > 8.0 { ((lightness + 16.0) / 116.0).powi(3) } else { lightness / 903.3 }
}

fn star(at: Place) -> Option<f32> {
    STAR_CARD.inside(at)?;
    let (dx, dy) = (at.x - STAR_CARD.middle.x, at.y - STAR_CARD.middle.y);
    let radius = dx.hypot(dy);
    if !(0.006..0.150).contains(&radius) {
        return Some(PAPER);
    }
    let turn = (dy.atan2(dx) / TAU * SPOKES).rem_euclid(1.0);
    Some(if turn < 0.5 { INK } else { PAPER })
}

fn slanted_edge(at: Place) -> Option<f32> {
    let [u, v] = EDGE_CARD.inside(at)?;
    if !(0.08..0.92).contains(&u) || !(0.05..0.95).contains(&v) {
        return Some(PAPER);
    }
    let across = (at.x - EDGE_CARD.middle.x) - (at.y - EDGE_CARD.middle.y) * EDGE_SLANT.tan();
    // A low-contrast edge above and a strong one below: sharpening shows on both differently.
    let (dark, bright) = if v < 0.5 { (0.12, 0.36) } else { (INK, 0.75) };
    Some(if across < 0.0 { dark } else { bright })
}
