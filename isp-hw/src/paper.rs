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

    fn minds_place(&self) -> bool {
        false
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

#[cfg(test)]
mod tests {
    use tuner::Parameter;

    use super::*;

    /// Renders one colour, which texture leaves as it is, and compares with values worked out by
    /// a calculator from the formulas.
    fn check(colour: [f32; 3], params: Params, expected: [f32; 3]) {
        let planes = colour.map(|value| vec![value; 9]);
        let patch = Patch { origin: [0, 0], width: 3, height: 3, planes };
        let rendered = PaperIsp::default().render(&patch, &params, 1).planes.map(|plane| plane[0]);
        let near = rendered.iter().zip(expected).all(|(a, b)| (a - b).abs() < 3e-6);
        assert!(near, "{params:?}: {rendered:?} instead of {expected:?}");
    }

    #[test]
    fn each_step_follows_its_formula() {
        let alone = |parameter, value| Params::NEUTRAL.with(parameter, value);
        let colour = [0.2, 0.4, 0.6];
        check(colour, alone(Parameter::Exposure, 0.25), [0.282_843, 0.565_685, 0.848_528]);
        check(colour, alone(Parameter::RedGain, -1.0), [0.121_306, 0.4, 0.6]);
        check(colour, alone(Parameter::Saturation, 0.5), [0.118_51, 0.418_51, 0.718_51]);
        check(colour, alone(Parameter::Contrast, 0.5), [0.179_405, 0.358_811, 0.538_216]);
        check(colour, alone(Parameter::Contrast, -0.8), [0.232_951, 0.465_903, 0.698_854]);
        let bright = alone(Parameter::Highlights, -0.5);
        check([0.5, 0.7, 0.9], bright, [0.422_663, 0.591_728, 0.760_793]);
        let lifted = alone(Parameter::Shadows, 0.6);
        check([0.1, 0.05, 0.02], lifted, [0.266_662, 0.133_331, 0.053_332]);
        check([0.3, 0.3, 0.2], alone(Parameter::Shadows, -0.4), [0.2617, 0.2617, 0.174_467]);
        check([0.0; 3], alone(Parameter::Shadows, 1.0), [0.0; 3]);
    }

    #[test]
    fn steps_come_in_their_order_with_clips_between() {
        let params = Params::clamped([0.1, -0.2, 0.3, 0.4, -0.5, 0.6, -0.3, 0.2, 0.7]);
        check([0.3, 0.5, 0.2], params, [0.417_492, 0.596_58, 0.401_769]);
        // Clipped by exposure; what comes later cannot bring the difference back.
        let params = Params::clamped([1.0, -1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        check([0.5, 0.6, 0.7], params, [0.606_531; 3]);
    }

    #[test]
    fn texture_blends_with_the_blur() {
        let mut plane = vec![0.5; 9];
        plane[4] = 0.63;
        let patch =
            Patch { origin: [0, 0], width: 3, height: 3, planes: [(); 3].map(|()| plane.clone()) };
        // The blur is (8 · 0.5 + 5 · 0.63) / 13 = 0.55.
        for (texture, expected) in [(-1.0, 0.55), (0.0, 0.63), (0.5, 0.67)] {
            let params = Params::NEUTRAL.with(Parameter::Texture, texture);
            let rendered = PaperIsp::default().render(&patch, &params, 1);
            assert!((rendered.planes[0][0] - expected).abs() < 1e-6, "{rendered:?}");
        }
    }

    #[test]
    fn neutral_is_the_identity() {
        let plane: Vec<f32> = (0..65536 * 3).map(|i| (i % 65536) as f32 / 65535.0).collect();
        let planes = [plane.clone(), plane.clone(), plane];
        let patch = Patch { origin: [-1, -1], width: 65536, height: 3, planes };
        let rendered = PaperIsp::default().render(&patch, &Params::NEUTRAL, 1);
        let core = patch.cropped(1);
        let levels = |patch: &Patch| -> Vec<u16> {
            patch.planes[0].iter().map(|&value| crate::renderer::to_u16(value)).collect()
        };
        assert_eq!(levels(&rendered), levels(&core));
    }
}
