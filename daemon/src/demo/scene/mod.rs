//! A lightbox scene, computed from spectra: the demo's subject.
//!
//! Reflectance × light × standard observer gives XYZ for every surface; a camera-like, partly
//! adapting white balance and the sRGB matrix give linear light; the box adds a light field,
//! shadows, textures and reflections. Nothing is read from a file.

mod balls;
mod chart_table;
mod charts;
mod illuminant;
mod illuminant_table;
mod light;
mod observer_table;
mod palette;
mod spectrum;
#[cfg(test)]
mod tests;
mod textures;
mod value_noise;

use rayon::prelude::*;
use tuner::{Frame, FrameError, Samples};

pub use illuminant::Illuminant;
use light::Place;
use palette::{Palette, Rgb};
use value_noise::hash;

/// Bits a sample of a rendered scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// 8 bits, rounded.
    Eight,
    /// 16 bits, rounded.
    #[default]
    Sixteen,
}

/// Linear value of a perfect diffuser in full light: white paper keeps some headroom.
const EXPOSURE: f32 = 0.88;

/// Samples in a pixel: a rotated grid, so that near-horizontal and near-vertical edges smooth well.
const SUBPIXELS: [[f32; 2]; 4] = [[0.375, 0.125], [0.875, 0.375], [0.125, 0.625], [0.625, 0.875]];

/// A still life in a lightbox: 24-patch chart, grey ramp and wedge, Siemens star, slanted edges,
/// skin, foliage, cloth, lacquered balls whose highlights clip, and a shaded corner.
///
/// Equal scenes give equal pictures, on every run.
#[derive(Debug, Clone, PartialEq)]
pub struct LightboxScene {
    illuminant: Illuminant,
    width: usize,
    height: usize,
    seed: u64,
    full_well: Option<f32>,
}

impl LightboxScene {
    /// Default picture size in pixels.
    pub const SIZE: [usize; 2] = [1280, 800];

    /// The scene under `illuminant`, `width × height` pixels; other shapes than 16:10 show more of
    /// the box or less. Without noise.
    #[must_use]
    pub const fn new(illuminant: Illuminant, width: usize, height: usize) -> Self {
        Self { illuminant, width, height, seed: 1, full_well: None }
    }

    /// Another arrangement of leaves, freckles and threads.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds photon noise: `full_well` electrons stand for the linear value 1, the variance of a
    /// sample is its count. 10,000 and more look clean; values below 1 count as 1.
    #[must_use]
    pub const fn with_photon_noise(mut self, full_well: f32) -> Self {
        self.full_well = Some(full_well.max(1.0));
        self
    }

    /// Renders the scene: display-referred sRGB, full range.
    ///
    /// # Errors
    /// [`FrameError::SampleCount`] when a side is 0.
    pub fn frame(&self, depth: Depth) -> Result<Frame, FrameError> {
        let palette = Palette::under(self.illuminant);
        let samples = match depth {
            Depth::Eight => {
                Samples::U8(self.samples(&palette, |value| (value * 255.0).round() as u8))
            }
            Depth::Sixteen => {
                Samples::U16(self.samples(&palette, |value| (value * 65535.0).round() as u16))
            }
        };
        Frame::new(self.width, self.height, samples)
    }

    fn samples<T: Send>(&self, palette: &Palette, quantise: impl Fn(f64) -> T + Sync) -> Vec<T> {
        let rows = (0..self.height).into_par_iter();
        rows.flat_map_iter(|row| {
            let quantise = &quantise;
            (0..self.width).flat_map(move |column| {
                let colour = self.pixel(column, row, palette);
                <[f64; 3]>::from(colour.map(encode)).map(quantise)
            })
        })
        .collect()
    }

    /// Linear sRGB of one pixel, not yet clipped at 1.
    fn pixel(&self, column: usize, row: usize, palette: &Palette) -> Rgb {
        let scale = 1.0 / (self.width as f32 / 1.6).min(self.height as f32);
        let sum: Rgb = SUBPIXELS
            .into_iter()
            .map(|[dx, dy]| {
                let x = (column as f32 + dx - self.width as f32 / 2.0) * scale;
                let y = (row as f32 + dy - self.height as f32 / 2.0) * scale;
                // A sensor saturates before the average over the pixel is taken.
                self.radiance(Place { x, y }, palette).map(|value| (value * EXPOSURE).min(1.5))
            })
            .sum();
        let light = sum / SUBPIXELS.len() as f32;
        self.full_well
            .map_or(light, |full_well| self.with_shot_noise(light, full_well, column, row))
    }

    fn with_shot_noise(&self, light: Rgb, full_well: f32, column: usize, row: usize) -> Rgb {
        let mut channel = 0;
        light.map(|value| {
            channel += 1;
            let uniform = |which: u64| {
                hash(column as i64, row as i64, self.seed ^ (channel * 8 + which) << 20)
            };
            // Box–Muller.
            let radius = (-2.0 * (1.0 - uniform(0)).ln()).sqrt();
            let normal = radius * (uniform(1) * std::f32::consts::TAU).cos();
            (value + normal * (value.max(0.0) / full_well).sqrt()).max(0.0)
        })
    }

    /// Light that comes from a place of the scene, 1 = perfect diffuser in full light.
    fn radiance(&self, at: Place, palette: &Palette) -> Rgb {
        if let Some(ball) = balls::colour(at, palette) {
            return ball;
        }
        let flat = charts::colour(at, palette)
            .or_else(|| textures::colour(at, palette, self.seed))
            .map(|colour| colour * light::on_wall(at));
        flat.unwrap_or_else(|| {
            let floor = if light::is_cloth(at) {
                textures::cloth(at, palette, self.seed) * light::on_floor(at)
            } else {
                light::empty_box(at, palette.white)
            };
            floor * balls::floor_shadow(at)
        })
    }
}

/// sRGB encoding of linear light, clipped to [0, 1].
fn encode(linear: f32) -> f64 {
    tuner::linear_to_srgb(f64::from(linear.clamp(0.0, 1.0)))
}
