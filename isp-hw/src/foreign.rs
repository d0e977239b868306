//! An ISP of another make, to test tuners on a structure that they have never met.

use tuner::{Parameter, ParameterInfo, Params};

use crate::{Light, Patch, Renderer};

/// Works on display-referred values in another order than ours: texture first, on RGB with a box
/// blur; saturation about the channel mean; gains that change brightness; contrast as a blend with a
/// cosine curve; highlights and shadows by sigmoid masks on the largest channel; a clip after every
/// step. Neutral at 0. No parameter means here quite what it means in the software ISP.
#[derive(Debug, Clone)]
pub struct ForeignIsp {
    parameters: Vec<ParameterInfo>,
}

impl Default for ForeignIsp {
    fn default() -> Self {
        Self { parameters: Parameter::ALL.map(ParameterInfo::canonical).to_vec() }
    }
}

impl Renderer for ForeignIsp {
    fn parameters(&self) -> &[ParameterInfo] {
        &self.parameters
    }

    fn light(&self) -> Light {
        Light::Display
    }

    fn halo(&self) -> usize {
        1
    }

    fn render(&self, patch: &Patch, params: &Params, _query: u64) -> Patch {
        let values = params.values().map(|value| value as f32);
        let [exposure, red, green, blue, saturation, contrast, highlights, shadows, texture] =
            values;
        let gain = (0.9 * exposure).exp2();
        let [red, green, blue] = [red, green, blue].map(|action| (0.25 * action).exp());
        let mut core = patch.cropped(1);
        let [r, g, b] = &mut core.planes;
        for (plane, sharp) in patch.planes.iter().zip([r, g, b]) {
            sharpen(plane, patch.width, 0.9 * texture, sharp);
        }
        core.map_pixels(|[r, g, b]| {
            let mean = (r + g + b) / 3.0;
            let x = [r, g, b].map(|v| clip(mean + (1.0 + 0.8 * saturation) * (v - mean)));
            let [r, g, b] = x;
            let x = [clip(r * red), clip(g * green), clip(b * blue)].map(|v| clip(v * gain));
            let [r, g, b] = x;
            let luma = (r + g + b) / 3.0 + 1e-4;
            let curve = 0.5 - 0.5 * (std::f32::consts::PI * luma).cos();
            let slope = (1.0 - 0.6 * contrast) + 0.6 * contrast * curve / luma;
            let x = x.map(|v| clip(v * slope));
            let [r, g, b] = x;
            let largest = r.max(g).max(b) + 1e-4;
            let bright = sigmoid((largest - 0.75) * 10.0);
            let dark = sigmoid((0.3 - largest) * 10.0);
            let lift =
                (1.0 + 0.45 * highlights * bright * (1.2 - largest)) * (1.0 + 0.6 * shadows * dark);
            x.map(|v| clip(v * lift))
        });
        core
    }
}

fn clip(value: f32) -> f32 {
    value.clamp(0.0, 1.0)
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// Adds `strength` times the difference from the 3×3 mean. `sharp` holds the plane without its
/// outermost pixels and receives the result.
fn sharpen(plane: &[f32], width: usize, strength: f32, sharp: &mut [f32]) {
    let narrow = width.saturating_sub(2);
    let across: Vec<f32> = plane
        .chunks_exact(width.max(1))
        .flat_map(|row| row.windows(3).map(|window| window.iter().sum::<f32>()))
        .collect();
    let from = |row: usize| across.get(row * narrow..).unwrap_or(&[]);
    let rows = from(0).iter().zip(from(1)).zip(from(2));
    for (((above, row), below), x) in rows.zip(sharp) {
        *x = clip(*x + strength * (*x - (above + row + below) / 9.0));
    }
}
