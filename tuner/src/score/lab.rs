//! CIE 1976 L*a*b* of sRGB colours, under D65.

use super::simd;
use crate::srgb::{LinearTable, srgb_to_linear};

/// Pixels that are worked on at a time: small enough for the fastest cache, long enough for SIMD.
pub(super) const BLOCK: usize = 256;

/// Linear sRGB to X / Xn and Z / Zn, and to Y: by how much red and blue stand for more than green.
///
/// From the primaries and the white of ITU-R BT.709-6 (x, y of red 0.64 0.33, green 0.30 0.60,
/// blue 0.15 0.06, white 0.3127 0.3290). Each row of the matrix, divided by the white, sums to 1,
/// so that a row is `green + r (red - green) + b (blue - green)`: greys come out neutral exactly,
/// which matters because the hue of a nearly neutral colour is only as good as its last digit.
const RED_BLUE: [[f64; 2]; 3] = [
    [0.433_887_345_566_039_86, 0.189_888_645_296_461_4],
    [0.212_639_005_871_510_24, 0.072_192_315_360_733_71],
    [0.017_750_040_070_973_26, 0.872_802_339_073_788_1],
];

/// Where the cube root takes over from the straight line, (6/29)³ (CIE 15:2018, 8.2.1).
const KNEE: f64 = 216.0 / 24389.0;

/// L*, a*, b* of a display-referred sRGB colour with channels in [0, 1].
///
/// CIE 15:2018, section 8.2.1, with D65 as the reference white. L* is in [0, 100].
#[must_use]
pub fn lab_of_srgb(rgb: [f64; 3]) -> [f64; 3] {
    let [red, green, blue] = rgb.map(srgb_to_linear);
    let [x, y, z] = RED_BLUE.map(|[r, b]| green + r * (red - green) + b * (blue - green));
    let [fx, fy, fz] =
        [x, y, z].map(|t| if t > KNEE { t.cbrt() } else { t * (841.0 / 108.0) + 4.0 / 29.0 });
    [116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)]
}

/// L*, a*, b* of up to [`BLOCK`] pixels, as three arrays.
pub(super) type LabBlock = [[f32; BLOCK]; 3];

/// [`lab_of_srgb`] of a block of pixels; what lies beyond the end of the planes is left alone.
pub(super) fn lab_block(rgb: [&[f32]; 3], table: &LinearTable, lab: &mut LabBlock) {
    let mut linear = [[0.0_f32; BLOCK]; 3];
    for (plane, linear) in rgb.iter().zip(&mut linear) {
        for (value, linear) in plane.iter().zip(linear) {
            *linear = table.linear(*value);
        }
    }
    simd::lab_of_linear(&linear, lab);
}

/// L*, a*, b* of a block of linear sRGB pixels.
#[inline(always)]
pub(super) fn lab_of_linear(linear: &[[f32; BLOCK]; 3], lab: &mut LabBlock) {
    let [to_x, to_y, to_z] = RED_BLUE;
    let [reds, greens, blues] = linear;
    let [lightness, greens_to_reds, blues_to_yellows] = lab;
    let input = reds.iter().zip(greens).zip(blues);
    let output = lightness.iter_mut().zip(greens_to_reds).zip(blues_to_yellows);
    for (((&red, &green), &blue), ((lightness, a), b)) in input.zip(output) {
        let fx = lab_response(to_x, red, green, blue);
        let fy = lab_response(to_y, red, green, blue);
        let fz = lab_response(to_z, red, green, blue);
        *lightness = 116.0 * fy - 16.0;
        *a = 500.0 * (fx - fy);
        *b = 200.0 * (fy - fz);
    }
}

/// The function f of CIE 15 for X / Xn, Y or Z / Zn.
#[inline(always)]
fn lab_response([more_red, more_blue]: [f64; 2], red: f32, green: f32, blue: f32) -> f32 {
    let t = green + (more_red as f32 * (red - green) + more_blue as f32 * (blue - green));
    let line = t * (841.0 / 108.0) + 4.0 / 29.0;
    if t > KNEE as f32 { cube_root(t) } else { line }
}

/// Cube root of a positive number, to the last digit or two: a third of the exponent, then two of
/// Halley's steps (each triples the digits that are right). Branch-free, so that it vectorises.
#[inline(always)]
fn cube_root(value: f32) -> f32 {
    let mut root = f32::from_bits(value.to_bits() / 3 + 0x2A51_4067);
    for _ in 0..2 {
        let cube = root * root * root;
        root *= (cube + 2.0 * value) / (2.0 * cube + value);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_have_their_published_lab() {
        // Published for the sRGB primaries under D65 (rounded to two decimals).
        let known = [
            ([1.0, 1.0, 1.0], [100.0, 0.0, 0.0]),
            ([1.0, 0.0, 0.0], [53.24, 80.09, 67.20]),
            ([0.0, 1.0, 0.0], [87.73, -86.18, 83.18]),
            ([0.0, 0.0, 1.0], [32.30, 79.19, -107.86]),
        ];
        for (rgb, wanted) in known {
            let lab = lab_of_srgb(rgb);
            let close = lab.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 0.02);
            assert!(close, "{rgb:?}: {lab:?}, not {wanted:?}");
        }
    }

    #[test]
    fn greys_are_neutral_to_the_last_bit() {
        let greys: Vec<f32> = (0..=255_u8).map(|v| f32::from(v) / 255.0).collect();
        let mut lab = [[1.0; BLOCK]; 3];
        lab_block([&greys; 3], LinearTable::get(), &mut lab);
        let [_, a, b] = lab;
        assert!(a.iter().chain(&b).all(|&v| v == 0.0));
        assert_eq!(lab_of_srgb([0.3; 3])[1..], [0.0, 0.0]);
    }
}
