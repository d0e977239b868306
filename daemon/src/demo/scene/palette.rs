//! Colours of the scene's surfaces under one light.

use nalgebra::Vector3;

use super::Illuminant;
use super::chart_table::PATCHES;
use super::spectrum::{Reflectance, Rendering};

/// Linear sRGB, 1 = perfect diffuser in the full light.
pub(super) type Rgb = Vector3<f32>;

/// Surfaces, each as linear sRGB. Mixtures of reflectances are mixtures of these colours, since
/// reflected light adds up.
pub(super) struct Palette {
    /// The 24 patches, row by row.
    pub patches: [Rgb; 24],
    /// A perfect diffuser: multiplied by a reflectance it is a grey of that reflectance.
    pub white: Rgb,
    /// Light and dark skin, and blood showing through.
    pub skin: [Rgb; 3],
    /// Leaf, young leaf, and bark.
    pub foliage: [Rgb; 3],
    /// Lacquers of the balls: red, blue, and a yellow orange.
    pub lacquers: [Rgb; 3],
    /// Dyed cloth.
    pub cloth: Rgb,
}

impl Palette {
    pub(super) fn under(illuminant: Illuminant) -> Self {
        let rendering = Rendering::under(illuminant);
        let colour = |reflectance: &Reflectance| in_gamut(rendering.linear_srgb(reflectance));
        let patches = PATCHES.each_ref().map(colour);
        let [dark_skin, light_skin, _, foliage, _, _, orange, purplish_blue, moderate_red, ..] =
            patches;
        let [.., yellow_green, _, blue, _, red, _, _, _, _, _, _, _, _, _] = patches;
        Self {
            patches,
            white: colour(&[1.0; 36]),
            skin: [light_skin, dark_skin, moderate_red],
            foliage: [foliage, yellow_green, dark_skin],
            lacquers: [red, blue, orange],
            cloth: purplish_blue,
        }
    }
}

/// Moves a colour outside sRGB towards grey of the same luminance, just as far as needed.
fn in_gamut(colour: Vector3<f64>) -> Rgb {
    let luminance = colour.dot(&Vector3::new(0.2126, 0.7152, 0.0722));
    let lowest = colour.min();
    let keep = if lowest < 0.0 { luminance / (luminance - lowest) } else { 1.0 };
    colour.map(|value| (luminance + (value - luminance) * keep) as f32)
}
