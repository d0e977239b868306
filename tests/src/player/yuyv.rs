//! RGB pictures as YUYV bytes, independent of isp-hw's own conversion.

use super::SensorNoise;
use super::sensor_noise::FRACTIONS;

/// Encodes sRGB pixels as V4L2 defines its colour space sRGB with default encoding: luma and
/// chroma of ITU-R BT.601 on the gamma-encoded values, limited range (luma 16 … 235, chroma 16 …
/// 240), one chroma pair for two neighbours, their mean.
#[derive(Debug)]
pub struct YuyvEncoder {
    width: usize,
    noise: Option<SensorNoise>,
}

/// Fractions of the products below: coefficients in 2⁻¹⁵, samples in 2⁻⁸.
const SHIFT: u32 = 15 + 8;

const fn fixed(value: f64) -> i32 {
    (value * 32768.0 + if value < 0.0 { -0.5 } else { 0.5 }) as i32
}

/// Rows Y, Cb, Cr of BT.601 for samples 0 … 255 on both sides, without the offsets.
const MATRIX: [[i32; 3]; 3] = {
    let (luma, chroma) = (219.0 / 255.0, 224.0 / 255.0);
    let (red, green, blue) = (0.299, 0.587, 0.114);
    let (to_blue, to_red) = (chroma / (2.0 * (1.0 - blue)), chroma / (2.0 * (1.0 - red)));
    [
        [fixed(luma * red), fixed(luma * green), fixed(luma * blue)],
        [fixed(-to_blue * red), fixed(-to_blue * green), fixed(to_blue * (1.0 - blue))],
        [fixed(to_red * (1.0 - red)), fixed(-to_red * green), fixed(-to_red * blue)],
    ]
};

impl YuyvEncoder {
    /// An encoder for pictures that are `width` pixels wide, an even number; noise is added to the
    /// RGB samples, once for every frame.
    pub fn new(width: usize, noise: Option<SensorNoise>) -> Self {
        assert!(width.is_multiple_of(2) && 3 * width <= SensorNoise::LONGEST, "{width} pixels");
        Self { width, noise }
    }

    /// Writes the frame of interleaved 8-bit RGB samples into `bytes`, two for each pixel.
    pub fn encode(&mut self, rgb: &[u8], bytes: &mut [u8]) {
        let width = self.width;
        let still = vec![0; 3 * width];
        for (line, out) in rgb.chunks_exact(3 * width).zip(bytes.chunks_exact_mut(2 * width)) {
            let noise = match &mut self.noise {
                Some(noise) => noise.next(3 * width),
                None => &still,
            };
            let pairs = line.as_chunks::<6>().0.iter().zip(noise.as_chunks::<6>().0);
            for ((pair, noise), out) in pairs.zip(out.as_chunks_mut::<4>().0) {
                *out = encode_pair(pair, noise);
            }
        }
    }
}

fn encode_pair(pair: &[u8; 6], noise: &[i32; 6]) -> [u8; 4] {
    let noisy = |index: usize| {
        (i32::from(pair[index]) * FRACTIONS + noise[index]).clamp(0, 255 * FRACTIONS)
    };
    let left = [noisy(0), noisy(1), noisy(2)];
    let right = [noisy(3), noisy(4), noisy(5)];
    let mean = [0, 1, 2].map(|channel| (left[channel] + right[channel]) / 2);
    let [y, cb, cr] = MATRIX;
    [row(y, left, 16), row(cb, mean, 128), row(y, right, 16), row(cr, mean, 128)]
}

fn row(coefficients: [i32; 3], rgb: [i32; 3], offset: i32) -> u8 {
    let [r, g, b] = rgb;
    let [red, green, blue] = coefficients;
    let sum = red * r + green * g + blue * b + (1 << (SHIFT - 1));
    ((sum >> SHIFT) + offset) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(left: [u8; 3], right: [u8; 3]) -> [u8; 4] {
        let mut bytes = [0; 4];
        YuyvEncoder::new(2, None).encode(&[left, right].concat(), &mut bytes);
        bytes
    }

    #[test]
    fn black_white_and_primaries_are_those_of_the_standard() {
        assert_eq!(encode([0; 3], [255; 3]), [16, 128, 235, 128]);
        // ITU-R BT.601, 100 % colour bars in 8 bits.
        let [red, green, blue] =
            [[255, 0, 0], [0, 255, 0], [0, 0, 255]].map(|rgb| encode(rgb, rgb));
        assert_eq!(red, [81, 90, 81, 240]);
        assert_eq!(green, [145, 54, 145, 34]);
        assert_eq!(blue, [41, 240, 41, 110]);
    }

    #[test]
    fn noise_has_the_deviation_asked_for_and_changes_from_frame_to_frame() {
        let width = 640;
        let grey = vec![128; 3 * width * 40];
        let mut encoder = YuyvEncoder::new(width, Some(SensorNoise::new(8.0, 3)));
        let mut frame = || {
            let mut bytes = vec![0; 2 * width * 40];
            encoder.encode(&grey, &mut bytes);
            bytes
        };
        let (first, second) = (frame(), frame());
        assert_ne!(first, second);
        let luma: Vec<f64> = first.iter().step_by(2).map(|value| f64::from(*value)).collect();
        let mean = luma.iter().sum::<f64>() / luma.len() as f64;
        let variance = luma.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / luma.len() as f64;
        // Three independent channels, weighted as luma weights them.
        let weight = (0.299f64.powi(2) + 0.587f64.powi(2) + 0.114f64.powi(2)).sqrt();
        let expected = 8.0 * weight * 219.0 / 255.0;
        assert!((variance.sqrt() / expected - 1.0).abs() < 0.05, "{variance} {expected}");
    }
}
