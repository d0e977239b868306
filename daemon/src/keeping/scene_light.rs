//! How bright and of what colour the light of a scene is, as far as a picture tells.

use std::sync::OnceLock;

use tuner::{Frame, Samples, srgb_to_linear};

/// Rows that are looked at: every 16th tells as much.
const ROW_STEP: usize = 16;
/// A channel is taken to be at least this bright, linear: a tenth of an 8-bit step near black. A
/// black picture then tells of little light, and not of none.
const BLACK: f64 = 3e-5;
/// Luminance of the channels of linear sRGB (IEC 61966-2-1).
const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];
/// CIE XYZ of linear sRGB, row by row (IEC 61966-2-1).
const XYZ: [[f64; 3]; 3] =
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
/// Where McCamy's formula is near the truth, kelvin.
const KELVIN: [f64; 2] = [2000.0, 12_500.0];

/// The light of a scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SceneLight {
    /// Mean luminance of the scene as the camera would show it with the parameters that it was found
    /// with, linear, log₂. 0 is a picture as bright as white.
    pub stops: f64,
    /// Correlated colour temperature of that mean, kelvin; `None` outside 2,000 to 12,500 K.
    pub kelvin: Option<f64>,
}

/// Means of red, green and blue in linear light, each in (0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChannelMeans([f64; 3]);

impl ChannelMeans {
    /// The means of a picture (display-referred sRGB, decoded as IEC 61966-2-1 says).
    #[must_use]
    pub fn of(picture: &Frame) -> Self {
        let row = (picture.width() * 3).max(1);
        let sums = match picture.samples() {
            Samples::U8(samples) => sums(samples, row, |sample| linear(usize::from(sample))),
            // The nearest 8-bit step: means of many pixels do not see the rest.
            Samples::U16(samples) => {
                sums(samples, row, |sample| linear((usize::from(sample) + 128) / 257))
            }
        };
        Self(sums.map(|mean| mean.max(BLACK)))
    }

    /// The means as if every channel had been this many stops brighter.
    #[must_use]
    pub fn brightened(self, stops: [f64; 3]) -> Self {
        let Self([red, green, blue]) = self;
        let [r, g, b] = stops;
        Self([red * r.exp2(), green * g.exp2(), blue * b.exp2()])
    }

    /// By how many stops the second two pictures are brighter than the first two, channel by
    /// channel. `None` where one is black in a channel: nothing can be told of that.
    #[must_use]
    pub fn stops_between(before: [&Frame; 2], after: [&Frame; 2]) -> Option<[f64; 3]> {
        let means = |pictures: [&Frame; 2]| pictures.map(|picture| Self::of(picture).0);
        let ([one, other], [new, newer]) = (means(before), means(after));
        if [one, other, new, newer].iter().flatten().any(|mean| *mean <= BLACK) {
            return None;
        }
        let mut stops = [0.0; 3];
        let all = one.iter().zip(other).zip(new.iter().zip(newer));
        for (stops, ((one, other), (new, newer))) in stops.iter_mut().zip(all) {
            *stops = 0.5 * ((new * newer).log2() - (one * other).log2());
        }
        Some(stops)
    }

    /// Mean luminance, log₂.
    #[must_use]
    pub fn stops(self) -> f64 {
        let Self(means) = self;
        means.iter().zip(LUMINANCE).map(|(mean, weight)| mean * weight).sum::<f64>().log2()
    }

    /// The light that these means tell of.
    #[must_use]
    pub fn light(self) -> SceneLight {
        SceneLight { stops: self.stops(), kelvin: kelvin_of(self.0) }
    }
}

/// Correlated colour temperature of a linear sRGB colour, kelvin, after McCamy (Color Research &
/// Application 17, 1992): a cubic in the inverse slope of the line to the epicentre
/// (0.3320, 0.1858) of the CIE 1931 chromaticity diagram. `None` where the formula does not hold.
///
/// Of a picture's mean it assumes a grey world: that all that is seen is neutral on average.
#[must_use]
pub fn kelvin_of(colour: [f64; 3]) -> Option<f64> {
    let of = |row: &[f64; 3]| row.iter().zip(colour).map(|(part, value)| part * value).sum::<f64>();
    let [x, y, z] = XYZ.each_ref().map(of);
    let sum = x + y + z;
    let n = (x / sum - 0.3320) / (0.1858 - y / sum);
    let kelvin = 449.0 * n.powi(3) + 3525.0 * n.powi(2) + 6823.3 * n + 5520.33;
    let [low, high] = KELVIN;
    (low..=high).contains(&kelvin).then_some(kelvin)
}

/// Means of three interleaved channels over some of the rows.
fn sums<T: Copy>(samples: &[T], row: usize, linear: impl Fn(T) -> f64) -> [f64; 3] {
    let mut sums = [0.0; 3];
    let mut count = 0_u64;
    for line in samples.chunks(row).step_by(ROW_STEP) {
        for pixel in line.as_chunks::<3>().0 {
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += linear(*sample);
            }
            count += 1;
        }
    }
    sums.map(|sum| sum / count.max(1) as f64)
}

fn linear(step: usize) -> f64 {
    static TABLE: OnceLock<Vec<f64>> = OnceLock::new();
    let table =
        TABLE.get_or_init(|| (0..=255).map(|s| srgb_to_linear(f64::from(s) / 255.0)).collect());
    table.get(step).copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(colour: [u8; 3]) -> Frame {
        Frame::new(32, 32, Samples::U8(colour.repeat(32 * 32))).unwrap()
    }

    #[test]
    fn white_is_zero_stops_at_any_depth_and_half_the_light_one_less() {
        assert!(ChannelMeans::of(&plain([255; 3])).stops().abs() < 1e-9);
        // sRGB 188 is linear 0.503.
        let half = ChannelMeans::of(&plain([188; 3])).stops();
        assert!((half + 1.0).abs() < 0.02, "{half}");
        let deep = Frame::new(32, 32, Samples::U16(vec![188 * 257; 32 * 32 * 3])).unwrap();
        assert_eq!(ChannelMeans::of(&deep).stops(), half);
        assert!(ChannelMeans::of(&plain([0; 3])).stops() < -14.0);
    }

    /// D65, the illuminants A and D50 as linear sRGB (CIE 15), with their temperatures.
    #[test]
    fn known_illuminants_have_their_temperatures() {
        for (xyz, kelvin) in [
            ([0.9505, 1.0, 1.0888], 6504.0),
            ([0.9642, 1.0, 0.8249], 5003.0),
            ([1.0985, 1.0, 0.3558], 2856.0),
        ] {
            // The inverse matrix of sRGB.
            let inverse =
                [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]];
            let colour = inverse.map(|row| row.iter().zip(xyz).map(|(a, b)| a * b).sum::<f64>());
            let found = kelvin_of(colour).unwrap();
            assert!((found - kelvin).abs() < 0.01 * kelvin, "{found} for {kelvin}");
        }
        assert_eq!(kelvin_of([0.0, 0.0, 1.0]), None, "blue is the colour of no lamp");
    }

    #[test]
    fn light_that_fades_evenly_is_not_taken_for_a_setting() {
        // Challenger, incumbent, incumbent, challenger, while the light fades by a step each time.
        let [first, second, third, fourth] = [200, 180, 162, 145].map(|value| plain([value; 3]));
        let stops = ChannelMeans::stops_between([&second, &third], [&first, &fourth]).unwrap();
        assert!(stops.iter().all(|stops| stops.abs() < 0.03), "{stops:?}");
        let black = plain([0; 3]);
        assert_eq!(ChannelMeans::stops_between([&black, &third], [&first, &fourth]), None);
    }
}
