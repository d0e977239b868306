//! Where two pictures differ: CIEDE2000 per pixel as colours.

use rayon::prelude::*;
use tuner::{Frame, FrameError, Planes, Samples};

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

/// The map of CIEDE2000 differences between two pictures.
///
/// # Errors
/// [`FrameError`] when they differ in size.
pub(super) fn heat_map(picture: &Frame, goal: &Frame) -> Result<Frame, FrameError> {
    let differences = tuner::delta_e00_map(&Planes::from(picture), &Planes::from(goal));
    let samples = differences
        .unwrap_or_default()
        .par_iter()
        .flat_map_iter(|&delta_e| colour(position(f64::from(delta_e))))
        .collect();
    Frame::new(picture.width(), picture.height(), Samples::U8(samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn map_shows_ciede2000() {
        let grey = |value: u8| Frame::new(1, 1, Samples::U8(vec![value; 3])).unwrap();
        let lab = |value: f64| tuner::lab_of_srgb([value / 255.0; 3]);
        let expected = colour(position(tuner::ciede2000(lab(100.0), lab(112.0))));
        let Samples::U8(mapped) = heat_map(&grey(112), &grey(100)).unwrap().into_samples() else {
            panic!("a map has 8 bits")
        };
        assert_eq!(mapped, expected);
        let wide = Frame::new(2, 1, Samples::U8(vec![0; 6])).unwrap();
        assert!(heat_map(&wide, &grey(0)).is_err());
    }

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
