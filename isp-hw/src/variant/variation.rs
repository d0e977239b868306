//! The software ISP with everything about it varied.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{Parameter, ParameterInfo, Params};

use super::varied_curves::{VariedEncoding, VariedTone, luminance};
use crate::patch::blur_five;
use crate::software::Instructions;
use crate::{Light, Patch, Renderer};

const COUNT: usize = Parameter::COUNT;

/// One step of a varied ISP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Exposure,
    Balance,
    Saturation,
    Tone,
    Texture,
}

/// An ISP of the same kind as the software ISP, but with its own responses to the parameters
/// (gain × 0.6 … 1.65, offset ± 0.15, a quadratic warp; monotone), cross-talk between them, a colour
/// mix, another gamma with an S-curve, other masks of highlights and shadows, another blur, another
/// order of steps, and perhaps clips between them. All drawn at random from one seed.
///
/// At strength 0 it is the software ISP. It is not neutral at 0 otherwise.
#[derive(Debug, Clone)]
pub struct Variation {
    parameters: Vec<ParameterInfo>,
    response: [[f32; COUNT]; COUNT],
    offset: [f32; COUNT],
    warp: [f32; COUNT],
    colour_mix: [[f32; 3]; 3],
    gamma: f32,
    s_curve: f32,
    highlights_exponent: f32,
    shadows_exponent: f32,
    blur_taps: [f32; 3],
    clips: bool,
    steps: [Step; 5],
    instructions: Instructions,
}

impl Variation {
    /// Draws a variation; `strength` 0 … 1 scales how far everything strays (1: as far as above).
    #[must_use]
    pub fn new(strength: f64, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let k = strength as f32;
        let mut uniform = |scale: f32| random.random_range(-1.0..=1.0_f32) * scale * k;
        let mut response = [[0.0; COUNT]; COUNT];
        for (row, line) in response.iter_mut().enumerate() {
            for (column, entry) in line.iter_mut().enumerate() {
                *entry = if row == column { uniform(0.5).exp() } else { uniform(0.08) };
            }
        }
        let offset = [(); COUNT].map(|()| uniform(0.15));
        let warp = [(); COUNT].map(|()| uniform(0.6));
        let mut colour_mix = [[0.0; 3]; 3];
        for (row, line) in colour_mix.iter_mut().enumerate() {
            let mut own = 1.0;
            for (_, entry) in line.iter_mut().enumerate().filter(|(column, _)| *column != row) {
                *entry = uniform(0.12);
                own -= *entry;
            }
            // Each row sums to 1: the mix leaves grey as it is.
            if let Some(entry) = line.get_mut(row) {
                *entry = own;
            }
        }
        let gamma = uniform(0.25).exp();
        let s_curve = uniform(0.5);
        let highlights_exponent = 2.0 * uniform(0.6).exp();
        let shadows_exponent = 2.0 * uniform(0.6).exp();
        let sigma = uniform(0.4).exp();
        let clips = random.random_range(0.0..1.0) < 0.5 * strength;
        let mut steps =
            [Step::Exposure, Step::Balance, Step::Saturation, Step::Tone, Step::Texture];
        if random.random_range(0.0..1.0) < strength {
            // One exchange of neighbours changes the order without leaving the kind.
            let first = random.random_range(1..steps.len() - 1);
            steps.swap(first, first + 1);
        }
        Self {
            parameters: Parameter::ALL.map(ParameterInfo::canonical).to_vec(),
            response,
            offset,
            warp,
            colour_mix,
            gamma,
            s_curve,
            highlights_exponent,
            shadows_exponent,
            blur_taps: blur_taps(sigma),
            clips,
            steps,
            instructions: Instructions::of_this_processor(),
        }
    }

    /// What the parameters come to in this ISP.
    fn respond(&self, params: &Params) -> [f32; COUNT] {
        let mut warped = params.values().map(|value| value as f32);
        for (value, warp) in warped.iter_mut().zip(self.warp) {
            // The slope is 1 + warp · value, positive on [−1, 1].
            *value += 0.5 * warp * (*value * *value - 1.0);
        }
        let mut response = self.offset;
        for (sum, line) in response.iter_mut().zip(&self.response) {
            *sum += line.iter().zip(warped).map(|(entry, value)| entry * value).sum::<f32>();
        }
        response
    }

    /// Texture; the result lacks two pixels on each side.
    fn sharpen(&self, patch: &Patch, texture: f32) -> Patch {
        let [red, green, blue] = &patch.planes;
        let roots: Vec<f32> = red
            .iter()
            .zip(green)
            .zip(blue)
            .map(|((&r, &g), &b)| luminance([r, g, b]).max(0.0).sqrt())
            .collect();
        let blurred = blur_five(&roots, patch.width, self.blur_taps);
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
}

/// Normalised weights of a bell of this width: the binomial 1 4 6 4 1 at 1.
fn blur_taps(sigma: f32) -> [f32; 3] {
    let taps = [6.0, 4.0, 1.0].map(|tap: f32| (tap / 6.0).powf(1.0 / (sigma * sigma)));
    let [centre, near, far] = taps;
    let sum = centre + 2.0 * (near + far);
    taps.map(|tap| tap / sum)
}

impl Renderer for Variation {
    fn parameters(&self) -> &[ParameterInfo] {
        &self.parameters
    }

    fn light(&self) -> Light {
        Light::Linear
    }

    fn halo(&self) -> usize {
        2
    }

    fn render(&self, patch: &Patch, params: &Params, _query: u64) -> Patch {
        let [exposure, red, green, blue, saturation, contrast, highlights, shadows, texture] =
            self.respond(params);
        let exposure = (2.0 * exposure).exp2();
        let gains = [red, green, blue].map(|value| (0.75 * value).exp2());
        let grey = luminance(gains);
        // Beyond these ends the steps would fold tones or colours over.
        let saturation = (1.0 + saturation).max(0.0);
        let contrast = 0.7 * contrast.clamp(-1.35, 1.35);
        let mut picture = patch.clone();
        picture.map_pixels(|[r, g, b]| {
            self.colour_mix.map(|[red, green, blue]| (red * r + green * g + blue * b).max(0.0))
        });
        for step in self.steps {
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
                    highlights_exponent: self.highlights_exponent,
                    shadows: 0.5 * shadows,
                    shadows_exponent: self.shadows_exponent,
                }),
                Step::Texture => picture = self.sharpen(&picture, texture),
            }
            if self.clips {
                picture.map_pixels(|pixel| pixel.map(|value| value.min(1.0)));
            }
        }
        let planes = &mut picture.planes;
        let (gamma, s_curve) = (self.gamma, self.s_curve);
        self.instructions.run(VariedEncoding { planes, gamma, s_curve });
        picture
    }
}
