//! The formulas of the software ISP as they read (`docs/software-isp.md`), in double precision.

use tuner::linear_to_srgb;

use super::coefficients::{Coefficients, LUMINANCE};
use crate::Patch;

/// Pixels on each side that texture looks at.
pub const HALO: usize = 2;

/// Binomial weights of the blur that texture compares with: centre, neighbours, theirs.
const BINOMIAL: [f64; 3] = [6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];

/// Renders a patch of linear light to display values; the result lacks [`HALO`] pixels on each side.
pub fn render(patch: &Patch, coefficients: &Coefficients) -> Patch {
    let [red, green, blue] = &patch.planes;
    let pixels = red.iter().zip(green).zip(blue);
    let (colours, roots): (Vec<[f64; 3]>, Vec<f64>) = pixels
        .map(|((&r, &g), &b)| tone(balance([r, g, b].map(f64::from), coefficients), coefficients))
        .unzip();
    let core = patch.cropped(HALO);
    let at = |row: usize, column: usize| row * patch.width + column;
    let root = |row: usize, column: usize| roots.get(at(row, column)).copied().unwrap_or(0.0);
    let mut planes = [(); 3].map(|()| Vec::with_capacity(core.width * core.height));
    for row in HALO..HALO + core.height {
        for column in HALO..HALO + core.width {
            let weights = [-2_isize, -1, 0, 1, 2];
            let blurred: f64 = weights
                .iter()
                .flat_map(|&dy| weights.iter().map(move |&dx| (dx, dy)))
                .map(|(dx, dy)| {
                    let value =
                        root(row.saturating_add_signed(dy), column.saturating_add_signed(dx));
                    weight(dx) * weight(dy) * value
                })
                .sum();
            let v = root(row, column);
            let colour = colours.get(at(row, column)).copied().unwrap_or_default();
            let sharpened = (v + coefficients.texture * (v - blurred)).max(0.0);
            let added = sharpened * sharpened - v * v;
            for (plane, value) in planes.iter_mut().zip(colour) {
                plane.push(linear_to_srgb((value + added).clamp(0.0, 1.0)) as f32);
            }
        }
    }
    core.with_planes(planes)
}

fn weight(offset: isize) -> f64 {
    BINOMIAL.get(offset.unsigned_abs()).copied().unwrap_or(0.0)
}

/// Luminance of a linear colour.
pub fn luminance([r, g, b]: [f64; 3]) -> f64 {
    let [red, green, blue] = LUMINANCE;
    red * r + green * g + blue * b
}

/// Exposure, colour balance and saturation.
pub fn balance([r, g, b]: [f64; 3], coefficients: &Coefficients) -> [f64; 3] {
    let [red, green, blue] = coefficients.gains;
    let colour = [r * red, g * green, b * blue];
    let grey = luminance(colour) * (1.0 - coefficients.saturation);
    colour.map(|value| coefficients.saturation * value + grey)
}

/// Contrast, highlights and shadows: the toned colour, and the root of its luminance.
pub fn tone(colour: [f64; 3], coefficients: &Coefficients) -> ([f64; 3], f64) {
    let v = luminance(colour).max(0.0).sqrt();
    let contrast = 1.0 + coefficients.contrast * contrast_shape(v);
    let v1 = v * contrast;
    let highlights = (coefficients.highlights * smoothstep(v1).powi(2)).exp2();
    let v2 = v1 * highlights;
    let shadows = (coefficients.shadows * (1.0 - smoothstep(v2)).powi(2)).exp2();
    let v3 = v2 * shadows;
    // The product of the ratios, not v3 / v: black stays exact.
    let gain = (contrast * highlights * shadows).powi(2);
    (colour.map(|value| value * gain), v3)
}

/// Relative change of the contrast curve at `v`: zero at 1/2 and 1; beyond white the curve goes on
/// with the slope that it has there.
fn contrast_shape(v: f64) -> f64 {
    if v <= 1.0 { (1.0 - v) * (2.0 * v - 1.0) } else { (1.0 - v) / v }
}

/// Hermite step: 0 below 0, 1 above 1, smooth between.
fn smoothstep(v: f64) -> f64 {
    let v = v.clamp(0.0, 1.0);
    v * v * (3.0 - 2.0 * v)
}
