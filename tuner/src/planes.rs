//! Working pictures: planar floats.

use rayon::prelude::*;

use crate::{Frame, Samples};

/// A picture as three planes of `f32` in [0, 1], display-referred sRGB; plane after plane, each row
/// by row. This is what features, registration and scores are computed on.
#[derive(Debug, Clone, PartialEq)]
pub struct Planes {
    width: usize,
    height: usize,
    red: Vec<f32>,
    green: Vec<f32>,
    blue: Vec<f32>,
}

impl Planes {
    /// Takes three planes of `width × height` values; `None` when a plane has another length.
    #[must_use]
    pub fn new(width: usize, height: usize, [red, green, blue]: [Vec<f32>; 3]) -> Option<Self> {
        let count = width * height;
        let fits = [&red, &green, &blue].iter().all(|plane| plane.len() == count);
        fits.then_some(Self { width, height, red, green, blue })
    }

    /// A black picture.
    #[must_use]
    pub fn black(width: usize, height: usize) -> Self {
        let [red, green, blue] = [(); 3].map(|()| vec![0.0; width * height]);
        Self { width, height, red, green, blue }
    }

    /// Width in pixels.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// The planes: red, green, blue.
    #[must_use]
    pub fn channels(&self) -> [&[f32]; 3] {
        [&self.red, &self.green, &self.blue]
    }

    /// The planes for writing: red, green, blue.
    #[must_use]
    pub fn channels_mut(&mut self) -> [&mut [f32]; 3] {
        [&mut self.red, &mut self.green, &mut self.blue]
    }

    /// Number of pixels.
    #[must_use]
    pub const fn pixel_count(&self) -> usize {
        self.width * self.height
    }

    /// Rec. 709 luma of every pixel, in [0, 1] (ITU-R BT.709-6, section 3).
    #[must_use]
    pub fn luma(&self) -> Vec<f32> {
        let rgb = self.red.iter().zip(&self.green).zip(&self.blue);
        rgb.map(|((r, g), b)| 0.2126 * r + 0.7152 * g + 0.0722 * b).collect()
    }
}

impl From<&Frame> for Planes {
    fn from(frame: &Frame) -> Self {
        let plane = |channel: usize| -> Vec<f32> {
            match frame.samples() {
                Samples::U8(samples) => {
                    samples.iter().skip(channel).step_by(3).map(|&v| f32::from(v) / 255.0).collect()
                }
                Samples::U16(samples) => samples
                    .iter()
                    .skip(channel)
                    .step_by(3)
                    .map(|&v| f32::from(v) / 65535.0)
                    .collect(),
            }
        };
        let mut planes: Vec<Vec<f32>> = (0..3).into_par_iter().map(plane).collect();
        let blue = planes.pop().unwrap_or_default();
        let green = planes.pop().unwrap_or_default();
        let red = planes.pop().unwrap_or_default();
        Self { width: frame.width(), height: frame.height(), red, green, blue }
    }
}
