//! The pipeline of the paper: Wu et al., "Goal Conditioned Reinforcement Learning for Photo
//! Finishing Tuning" (NeurIPS 2024), appendix B, on display-referred pictures.

use tuner::{Curve, Parameter, ParameterInfo, Params};

use crate::{Light, Patch, Renderer};

/// The paper's pipeline. Every step ends with a clip to [0, 1]; neutral at 0.
///
/// It is a hard one to tune: highlights at +1 send every value ≥ 0.81 to white, shadows at −1 every
/// value ≤ 0.20 to black, and four gains serve three degrees of freedom.
#[derive(Debug, Clone)]
pub struct PaperIsp {
    parameters: Vec<ParameterInfo>,
}

impl Default for PaperIsp {
    fn default() -> Self {
        let entry = |parameter: Parameter| -> ParameterInfo {
            let (range, curve, neutral, unit) = match parameter {
                Parameter::Exposure => ([-2.0, 2.0], Curve::Linear, 0.0, "EV"),
                Parameter::RedGain | Parameter::GreenGain | Parameter::BlueGain => {
                    ([(-0.5_f64).exp(), 0.5_f64.exp()], Curve::Log, 1.0, "×")
                }
                Parameter::Saturation | Parameter::Texture => ([0.0, 2.0], Curve::Linear, 1.0, "×"),
                _ => ([-1.0, 1.0], Curve::Linear, 0.0, ""),
            };
            let key = parameter.name().to_owned();
            ParameterInfo { parameter, key, range, curve, neutral, unit: unit.to_owned() }
        };
        Self { parameters: Parameter::ALL.map(entry).to_vec() }
    }
}

impl Renderer for PaperIsp {
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
        let exposure_gain = (2.0 * exposure).exp2();
        let gains = [red, green, blue].map(|action| (0.5 * action).exp());
        let mut toned = patch.clone();
        toned.map_pixels(|x| {
            let x = x.map(|value| clip(value * exposure_gain));
            let x = balance(x, gains);
            let x = saturate(x, saturation + 1.0);
            let x = if contrast == 0.0 { x } else { steepen(x, contrast) };
            let x = if highlights == 0.0 { x } else { lift_highlights(x, highlights) };
            if shadows == 0.0 { x } else { lift_shadows(x, shadows) }
        });
        if texture == 0.0 {
            return toned.cropped(1);
        }
        let core = toned.cropped(1);
        let planes = toned.planes.each_ref();
        let [sharp_red, sharp_green, sharp_blue] = &core.planes;
        let [red, green, blue] = planes;
        let sharpened = [(red, sharp_red), (green, sharp_green), (blue, sharp_blue)]
            .map(|(plane, centre)| sharpen(plane, centre, toned.width, texture + 1.0));
        core.with_planes(sharpened)
    }
}

fn clip(value: f32) -> f32 {
    value.clamp(0.0, 1.0)
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

fn balance([r, g, b]: [f32; 3], [red, green, blue]: [f32; 3]) -> [f32; 3] {
    [clip(r * red), clip(g * green), clip(b * blue)]
}

fn saturate([r, g, b]: [f32; 3], factor: f32) -> [f32; 3] {
    // Grey is left exactly as it is at factor 1, so neutral stays neutral.
    let grey = (1.0 - factor) * (0.2989 * r + 0.587 * g + 0.114 * b);
    [r, g, b].map(|value| clip(factor * value + grey))
}

fn steepen([r, g, b]: [f32; 3], strength: f32) -> [f32; 3] {
    let luma = clip(0.27 * r + 0.67 * g + 0.06 * b);
    let curve = 0.5 - 0.5 * (std::f32::consts::PI * luma).cos();
    let gain = (1.0 - strength) + strength * curve / (luma + 1e-6);
    [r, g, b].map(|value| clip(value * gain))
}

/// Multiplies a pixel so that its largest channel goes from `from` to `to`.
fn rescale([r, g, b]: [f32; 3], from: f32, to: f32) -> [f32; 3] {
    // Black has no colour to keep; the formula's 0/0 is black.
    let gain = if from > 0.0 { clip(to) / from } else { 0.0 };
    [r, g, b].map(|value| clip(value * gain))
}

fn lift_highlights(x: [f32; 3], strength: f32) -> [f32; 3] {
    let [r, g, b] = x;
    let v = r.max(g).max(b);
    rescale(x, v, v + 13.0 * strength * (1.0 - v) * sigmoid(13.0 * (v - 1.0)))
}

fn lift_shadows(x: [f32; 3], strength: f32) -> [f32; 3] {
    let [r, g, b] = x;
    let v = r.max(g).max(b);
    rescale(x, v, v * (1.0 + 12.0 * strength * (1.0 - sigmoid(12.0 * v))))
}

/// Blends a plane with its blur (3×3 kernel of ones with a centre of 5, over 13); `factor` 1 is
/// neutral. `centre` is the plane without its outermost pixels.
fn sharpen(plane: &[f32], centre: &[f32], width: usize, factor: f32) -> Vec<f32> {
    let narrow = width.saturating_sub(2);
    let across: Vec<f32> = plane
        .chunks_exact(width.max(1))
        .flat_map(|row| row.windows(3).map(|window| window.iter().sum::<f32>()))
        .collect();
    let from = |row: usize| across.get(row * narrow..).unwrap_or(&[]);
    let rows = from(0).iter().zip(from(1)).zip(from(2));
    rows.zip(centre)
        .map(|(((above, row), below), &x)| {
            let blurred = (above + row + below + 4.0 * x) / 13.0;
            clip(factor * x + (1.0 - factor) * blurred)
        })
        .collect()
}
