//! Natural textures: two skins, foliage, woven cloth.

use super::charts::Card;
use super::light::Place;
use super::palette::{Palette, Rgb};
use super::value_noise::{fractal_noise, hash, value_noise};

const LIGHT_SKIN: Card = Card { middle: Place { x: 0.105, y: 0.075 }, half: [0.065, 0.105] };
const DARK_SKIN: Card = Card { middle: Place { x: 0.255, y: 0.075 }, half: [0.065, 0.105] };
const FOLIAGE: Card = Card { middle: Place { x: 0.475, y: 0.075 }, half: [0.135, 0.105] };

/// Leaves per unit of length.
const LEAVES: f32 = 26.0;
/// Threads per unit of length: about four pixels a thread at a height of 800.
const THREADS: f32 = 190.0;

/// The reflected colour at a place of a texture panel in unit light; `None` beside all panels.
pub(super) fn colour(at: Place, palette: &Palette, seed: u64) -> Option<Rgb> {
    if LIGHT_SKIN.inside(at).is_some() {
        return Some(skin(at, 0.06, palette, seed));
    }
    if DARK_SKIN.inside(at).is_some() {
        return Some(skin(at, 0.80, palette, seed.wrapping_add(7)));
    }
    FOLIAGE.inside(at).map(|_| foliage(at, palette, seed))
}

/// Melanin varies slowly (freckles faster), blood shows through, pores and fine lines darken.
fn skin(at: Place, melanin: f32, palette: &Palette, seed: u64) -> Rgb {
    let [light, dark, blood] = palette.skin;
    let slow = fractal_noise(at.x * 14.0, at.y * 14.0, 4, seed) - 0.5;
    let freckles = (value_noise(at.x * 110.0, at.y * 110.0, seed ^ 1) - 0.74).max(0.0) * 1.6;
    let melanin = (melanin + 0.28 * slow + 0.55 * freckles * (1.0 - melanin)).clamp(0.0, 1.0);
    let flush = 0.30 * fractal_noise(at.x * 9.0, at.y * 9.0, 3, seed ^ 2) * (1.0 - 0.6 * melanin);
    let tone = light.lerp(&dark, melanin).lerp(&blood, flush);
    let lines = fractal_noise(at.x * 340.0 + at.y * 90.0, at.y * 230.0, 2, seed ^ 3);
    let pores = (value_noise(at.x * 300.0, at.y * 300.0, seed ^ 4) - 0.6).max(0.0);
    tone * (1.05 - 0.16 * lines - 0.30 * pores)
}

/// Leaves at random over each other: the topmost of the neighbourhood is seen.
fn foliage(at: Place, palette: &Palette, seed: u64) -> Rgb {
    let [leaf, young, bark] = palette.foliage;
    let (x, y) = (at.x * LEAVES, at.y * LEAVES);
    let (column, row) = (x.floor() as i64, y.floor() as i64);
    let mut seen = (0.0, leaf.lerp(&bark, 0.4) * 0.16);
    for (cell_x, cell_y) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (column + dx, row + dy)))
    {
        for layer in 0..2 {
            let random = |which: u64| hash(cell_x, cell_y, seed ^ (layer * 16 + which + 31));
            let (dx, dy) = (x - cell_x as f32 - random(1), y - cell_y as f32 - random(2));
            let (sine, cosine) = (random(3) * std::f32::consts::TAU).sin_cos();
            let (along, across) = (dx * cosine + dy * sine, dy * cosine - dx * sine);
            let length = 0.55 + 0.35 * random(4);
            // Two arcs that meet in a tip at both ends.
            let edge = 0.38 * length * (1.0 - (along / length).powi(2));
            let height = random(5) + 0.1;
            if along.abs() >= length || across.abs() >= edge || height <= seen.0 {
                continue;
            }
            let tone = leaf.lerp(&young, random(6) * 0.75);
            let side = if across > 0.0 { 1.0 } else { 0.86 };
            let vein_phase = (along * 9.0 + across.abs() * 7.0).rem_euclid(1.0);
            let vein = if across.abs() < 0.025 || vein_phase < 0.10 { 1.22 } else { 1.0 };
            let tip = 0.85 + 0.15 * (along / length).abs();
            seen = (height, tone * ((0.28 + 0.80 * height) * side * vein * tip));
        }
    }
    seen.1
}

/// Plain weave of dyed cloth: reflectance colour with the relief of its threads.
pub(super) fn cloth(at: Place, palette: &Palette, seed: u64) -> Rgb {
    // Seen at a slant: rows of the floor are half as high as they are wide.
    let (x, y) = (at.x * THREADS, at.y * THREADS * 1.7);
    let over = (x.floor() as i64 + y.floor() as i64).rem_euclid(2) == 0;
    let round = |t: f32| 1.0 - (2.0 * t.rem_euclid(1.0) - 1.0).powi(2) * 0.55;
    let relief = if over { round(x) } else { round(y) * 0.86 };
    let uneven = 0.85 + 0.3 * fractal_noise(at.x * 60.0, at.y * 60.0, 3, seed ^ 11);
    palette.cloth * (relief * uneven)
}
