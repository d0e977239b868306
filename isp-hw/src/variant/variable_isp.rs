//! An ISP of the software ISP's kind, of any make.

use tuner::{Parameter, ParameterInfo, Params};

use super::make::{Make, Step};
use super::varied_curves::{VariedEncoding, VariedTone, luminance};
use crate::patch::blur_five;
use crate::software::Instructions;
use crate::{Light, Patch, Renderer};

/// Renders by a [`Make`], from linear light.
#[derive(Debug, Clone)]
pub struct VariableIsp {
    parameters: Vec<ParameterInfo>,
    make: Make,
    instructions: Instructions,
}

impl VariableIsp {
    /// The ISP of this make; it has all nine parameters in canonical units.
    #[must_use]
    pub fn new(make: Make) -> Self {
        Self {
            parameters: Parameter::ALL.map(ParameterInfo::canonical).to_vec(),
            make,
            instructions: Instructions::of_this_processor(),
        }
    }

    /// The same with the parameters of a device.
    #[must_use]
    pub fn with_parameters(self, parameters: Vec<ParameterInfo>) -> Self {
        Self { parameters, ..self }
    }

    /// What is rendered by.
    #[must_use]
    pub const fn make(&self) -> &Make {
        &self.make
    }
}

/// Texture; the result lacks two pixels on each side.
fn sharpen(patch: &Patch, texture: f32, blur_taps: [f32; 3]) -> Patch {
    let [red, green, blue] = &patch.planes;
    let roots: Vec<f32> = red
        .iter()
        .zip(green)
        .zip(blue)
        .map(|((&r, &g), &b)| luminance([r, g, b]).max(0.0).sqrt())
        .collect();
    let blurred = blur_five(&roots, patch.width, blur_taps);
    let mut core = patch.cropped(2);
    let planes = [roots, Vec::new(), Vec::new()];
    let [roots, _, _] = patch.with_planes(planes).cropped(2).planes;
    let added: Vec<f32> = roots
        .iter()
        .zip(blurred)
        .map(|(&v, blurred)| {
            let sharpened = (v + texture * (v - blurred)).max(0.0);
            sharpened * sharpened - v * v
        })
        .collect();
    for plane in &mut core.planes {
        plane.iter_mut().zip(&added).for_each(|(value, added)| *value += added);
    }
    core
}

/// Normalised weights of a bell of this width: the binomial 1 4 6 4 1 at 1.
fn blur_taps(sigma: f32) -> [f32; 3] {
    let taps = [6.0, 4.0, 1.0].map(|tap: f32| (tap / 6.0).powf(1.0 / (sigma * sigma)));
    let [centre, near, far] = taps;
    let sum = centre + 2.0 * (near + far);
    taps.map(|tap| tap / sum)
}

impl Renderer for VariableIsp {
    fn parameters(&self) -> &[ParameterInfo] {
        &self.parameters
    }

    fn light(&self) -> Light {
        Light::Linear
    }

    fn halo(&self) -> usize {
        2
    }

    fn minds_place(&self) -> bool {
        false
    }

    fn render(&self, patch: &Patch, params: &Params, _query: u64) -> Patch {
        let make = &self.make;
        let effective = make.response.effective(params).map(|value| value as f32);
        let [exposure, red, green, blue, saturation, contrast, highlights, shadows, texture] =
            effective;
        let exposure = (2.0 * exposure).exp2();
        let gains = [red, green, blue].map(|value| (0.75 * value).exp2());
        let grey = luminance(gains);
        // Beyond these ends the steps would fold tones or colours over.
        let saturation = (1.0 + saturation).max(0.0);
        let contrast = 0.7 * contrast.clamp(-1.35, 1.35);
        let colour_mix = make.colour_mix.map(|row| row.map(|entry| entry as f32));
        let mut picture = patch.clone();
        picture.map_pixels(|[r, g, b]| {
            colour_mix.map(|[red, green, blue]| (red * r + green * g + blue * b).max(0.0))
        });
        let taps = blur_taps(make.blur_sigma as f32);
        for step in make.steps {
            match step {
                Step::Exposure => picture.map_pixels(|pixel| pixel.map(|value| value * exposure)),
                Step::Balance => picture.map_pixels(|[r, g, b]| {
                    let [red, green, blue] = gains;
                    [r * red / grey, g * green / grey, b * blue / grey]
                }),
                Step::Saturation => picture.map_pixels(|pixel| {
                    let luminance = luminance(pixel);
                    pixel.map(|value| luminance + saturation * (value - luminance))
                }),
                Step::Tone => self.instructions.run(VariedTone {
                    planes: &mut picture.planes,
                    contrast,
                    highlights: 0.5 * highlights,
                    highlights_exponent: make.highlights_exponent as f32,
                    shadows: 0.5 * shadows,
                    shadows_exponent: make.shadows_exponent as f32,
                }),
                Step::Texture => picture = sharpen(&picture, texture, taps),
            }
            if make.clips {
                picture.map_pixels(|pixel| pixel.map(|value| value.min(1.0)));
            }
        }
        let planes = &mut picture.planes;
        let (gamma, s_curve) = (make.gamma as f32, make.s_curve as f32);
        self.instructions.run(VariedEncoding { planes, gamma, s_curve });
        picture
    }
}
