//! Scenes made by rule: dead leaves.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{Frame, FrameError, Samples, linear_to_srgb};

/// Radius of the smallest leaf, in pixels.
const SMALLEST_RADIUS: f64 = 2.0;
/// Leaves that are laid on a picture.
const LEAVES: std::ops::Range<usize> = 150..700;

/// One leaf: an ellipse or a rectangle with a colour gradient and a texture.
struct Leaf {
    centre: [f64; 2],
    turn: [f64; 2],
    radii: [f64; 2],
    is_square: bool,
    colour: [f64; 3],
    gradient: f64,
    wave: [f64; 2],
    texture: f64,
}

impl Leaf {
    fn draw(random: &mut impl Rng, [width, height]: [f64; 2], mood: &Mood) -> Self {
        let largest = width.min(height) * 0.5;
        // Areas follow a power law, as those of objects in photographs do: 1/r³ for the radius.
        let low = SMALLEST_RADIUS.powi(-2);
        let high = largest.powi(-2);
        let radius = (low + random.random_range(0.0..1.0) * (high - low)).powf(-0.5);
        let angle = random.random_range(0.0..std::f64::consts::TAU);
        let stretch = random.random_range(0.5..1.0_f64);
        let frequency = random.random_range(0.2..2.5);
        let direction = random.random_range(0.0..std::f64::consts::TAU);
        Self {
            centre: [random.random_range(0.0..width), random.random_range(0.0..height)],
            turn: [angle.cos(), angle.sin()],
            radii: [radius, radius * stretch],
            is_square: random.random_range(0.0..1.0) < 0.3,
            colour: mood.colour(random),
            gradient: random.random_range(-0.6..0.6),
            wave: [frequency * direction.cos(), frequency * direction.sin()],
            texture: random.random_range(0.0..1.0_f64).powi(3) * 0.6,
        }
    }

    /// Linear colour at a pixel; `None` beside the leaf.
    fn at(&self, x: f64, y: f64) -> Option<[f64; 3]> {
        let [dx, dy] = [x - self.centre[0], y - self.centre[1]];
        let u = (dx * self.turn[0] + dy * self.turn[1]) / self.radii[0];
        let v = (dy * self.turn[0] - dx * self.turn[1]) / self.radii[1];
        let inside = if self.is_square { u.abs().max(v.abs()) < 1.0 } else { u * u + v * v < 1.0 };
        let wave = (x * self.wave[0] + y * self.wave[1]).sin();
        let light = (1.0 + self.gradient * u) * (1.0 + self.texture * wave);
        inside.then(|| self.colour.map(|channel| channel * light.max(0.02)))
    }
}

/// What the leaves of one picture have in common.
struct Mood {
    illuminant: [f64; 3],
    brightness: f64,
    contrast: f64,
    chroma: f64,
}

impl Mood {
    fn draw(random: &mut impl Rng) -> Self {
        let warmth = random.random_range(-0.35..0.35_f64);
        let tint = random.random_range(-0.1..0.1_f64);
        Self {
            illuminant: [warmth.exp(), tint.exp(), (-warmth).exp()],
            brightness: random.random_range(-5.0..-1.2_f64).exp2(),
            contrast: random.random_range(0.5..1.6),
            chroma: random.random_range(0.1..1.0),
        }
    }

    /// Linear reflectance under this light.
    fn colour(&self, random: &mut impl Rng) -> [f64; 3] {
        let level = self.brightness * (self.contrast * random.random_range(-2.0..2.0_f64)).exp2();
        let mut colour = self.illuminant;
        for channel in &mut colour {
            *channel *= level * (self.chroma * random.random_range(-1.2..1.2_f64)).exp2();
        }
        colour
    }
}

/// A picture of overlapping textured leaves of all sizes, under one light, with sensor-like noise.
///
/// Dead leaves (Lee, Mumford and Huang, "Occlusion models for natural images", IJCV 41, 2001) have
/// the edge and scale statistics of photographs and belong to nobody. 8 bits a sample; the same
/// seed gives the same picture.
///
/// # Errors
/// [`FrameError::SampleCount`] when a side is 0.
pub fn dead_leaves(seed: u64, width: usize, height: usize) -> Result<Frame, FrameError> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mood = Mood::draw(&mut random);
    let extent = [width as f64, height as f64];
    let mut linear = vec![mood.colour(&mut random); width * height];
    for _ in 0..random.random_range(LEAVES) {
        let leaf = Leaf::draw(&mut random, extent, &mood);
        let reach = leaf.radii[0].max(leaf.radii[1]) * std::f64::consts::SQRT_2;
        let span = |centre: f64, extent: usize| {
            let first = (centre - reach).max(0.0) as usize;
            first..((centre + reach).ceil().max(0.0) as usize).min(extent)
        };
        let columns = span(leaf.centre[0], width);
        for y in span(leaf.centre[1], height) {
            let row = linear.get_mut(y * width..(y + 1) * width).unwrap_or_default();
            for (x, pixel) in row.iter_mut().enumerate().take(columns.end).skip(columns.start) {
                if let Some(colour) = leaf.at(x as f64, y as f64) {
                    *pixel = colour;
                }
            }
        }
    }
    let grain = random.random_range(0.0..0.02);
    let mut samples = Vec::with_capacity(width * height * 3);
    for pixel in linear {
        for value in pixel {
            // Shot noise: its variance grows with the signal.
            let noise = random.random_range(-1.0..1.0) * grain * (value + 0.01).sqrt();
            let display = linear_to_srgb((value + noise).clamp(0.0, 1.0));
            samples.push((display * 255.0).round() as u8);
        }
    }
    Frame::new(width, height, Samples::U8(samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenes_differ_and_use_the_whole_range() {
        let means: Vec<f64> = (0..40)
            .map(|seed| {
                let Samples::U8(samples) = dead_leaves(seed, 64, 48).unwrap().into_samples() else {
                    panic!("8 bits were asked for")
                };
                samples.iter().map(|&sample| f64::from(sample)).sum::<f64>() / samples.len() as f64
            })
            .collect();
        let dark = means.iter().filter(|mean| **mean < 90.0).count();
        let bright = means.iter().filter(|mean| **mean > 130.0).count();
        assert!(dark > 3 && bright > 3, "{means:?}");
        assert_eq!(dead_leaves(7, 30, 20).unwrap(), dead_leaves(7, 30, 20).unwrap());
    }
}
