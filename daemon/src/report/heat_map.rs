//! Where two pictures differ: CIEDE2000 per pixel as colours.

use rayon::prelude::*;
use tuner::{Frame, FrameError, Samples};

/// Colours from no difference to the most: ten equal steps of matplotlib's `inferno` (S. van der
/// Walt and N. Smith, 2015, CC0), even in lightness and readable with any colour vision.
const COLOURS: [[u8; 3]; 10] = [
    [0x00, 0x00, 0x04],
    [0x1b, 0x0c, 0x42],
    [0x4b, 0x0c, 0x6b],
    [0x78, 0x1c, 0x6d],
    [0xa5, 0x2c, 0x60],
    [0xcf, 0x44, 0x46],
    [0xed, 0x69, 0x25],
    [0xfb, 0x9a, 0x06],
    [0xf7, 0xd0, 0x3c],
    [0xfc, 0xff, 0xa4],
];

/// ΔE00 of the brightest colour; the same in every report, so that reports compare.
const TOP: f64 = 20.0;
/// Below this the scale is about even, above it about logarithmic: what the eye can just see (1)
/// and what nobody overlooks (10) both get room.
const KNEE: f64 = 0.5;
/// Numbers on the legend.
const TICKS: [f64; 7] = [0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];

/// A number on the legend.
pub(super) struct Tick {
    /// Position in percent from the left.
    pub percent: f64,
    /// The number.
    pub label: String,
}

/// Position of a difference on the scale, 0 … 1.
fn position(delta_e: f64) -> f64 {
    ((1.0 + delta_e.max(0.0) / KNEE).ln() / (1.0 + TOP / KNEE).ln()).min(1.0)
}

fn colour(position: f64) -> [u8; 3] {
    let scaled = position.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f64;
    let step = scaled.floor();
    let ends = COLOURS.iter().skip(step as usize);
    let (Some(low), high) = (ends.clone().next(), ends.clone().nth(1)) else { return [0; 3] };
    let high = high.unwrap_or(low);
    let mut mixed = [0; 3];
    for (mixed, (low, high)) in mixed.iter_mut().zip(low.iter().zip(high)) {
        let (low, high) = (f64::from(*low), f64::from(*high));
        *mixed = (low + (high - low) * (scaled - step)).round() as u8;
    }
    mixed
}

/// The numbers of the legend with their places.
pub(super) fn ticks() -> Vec<Tick> {
    let tick = |value: f64| Tick { percent: position(value) * 100.0, label: format!("{value}") };
    TICKS.into_iter().map(tick).collect()
}

/// The legend's colours as CSS gradient stops.
pub(super) fn gradient() -> String {
    let stops = COLOURS.map(|[red, green, blue]| format!("#{red:02x}{green:02x}{blue:02x}"));
    stops.join(", ")
}

/// The map of CIEDE2000 differences between two pictures of one size.
pub(super) fn heat_map(picture: &Frame, goal: &Frame) -> Result<Frame, FrameError> {
    let differences = difference_map(picture, goal);
    let samples = differences
        .par_iter()
        .flat_map_iter(|&delta_e| colour(position(f64::from(delta_e))))
        .collect();
    Frame::new(picture.width(), picture.height(), Samples::U8(samples))
}

/// Lab difference (CIE 1976) per pixel, until `tuner` gives CIEDE2000.
fn difference_map(picture: &Frame, goal: &Frame) -> Vec<f32> {
    let lab = |frame: &Frame| -> Vec<[f32; 3]> {
        let planes = tuner::Planes::from(frame);
        let [red, green, blue] = planes.channels();
        let decode =
            |v: f32| if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        let f = |t: f32| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        red.iter()
            .zip(green)
            .zip(blue)
            .map(|((r, g), b)| {
                let (r, g, b) = (decode(*r), decode(*g), decode(*b));
                let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.950_47);
                let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
                let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.088_83);
                [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
            })
            .collect()
    };
    let squared = |(a, b): (&[f32; 3], &[f32; 3])| {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    lab(picture).iter().zip(&lab(goal)).map(squared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_runs_from_first_to_last_colour_and_saturates() {
        assert_eq!(colour(position(0.0)), COLOURS[0]);
        assert_eq!(colour(position(TOP)), COLOURS[9]);
        assert_eq!(colour(position(1e9)), COLOURS[9]);
        assert_eq!(colour(position(f64::NAN)), COLOURS[0]);
        let lightness = |delta_e: f64| {
            let [red, green, blue] = colour(position(delta_e)).map(f64::from);
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        for step in 0..40 {
            let delta_e = f64::from(step) / 2.0;
            assert!(lightness(delta_e + 0.5) > lightness(delta_e), "at {delta_e}");
        }
    }
}
