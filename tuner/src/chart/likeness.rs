//! Whether colours are those of the chart, in its order.

use super::patches::PatchColours;
use super::reference::{PATCHES, REFERENCE};

/// Mean over red, green and blue of the correlation between the colours of 24 patches and the
/// published ones, in [−1, 1]. Exposure, white balance and contrast change it little, another order
/// of the patches much.
pub(super) fn likeness(colours: &PatchColours) -> f64 {
    let of_channel = |channel: usize| {
        let found = colours.each_ref().map(|colour| colour.get(channel).copied().unwrap_or(0.0));
        let published = REFERENCE.map(|patch| patch.colour().get(channel).copied().unwrap_or(0.0));
        correlation(&found, &published)
    };
    (of_channel(0) + of_channel(1) + of_channel(2)) / 3.0
}

/// Pearson's correlation; 0 where one of the two does not vary.
fn correlation(first: &[f64; PATCHES], second: &[f64; PATCHES]) -> f64 {
    let centred = |values: &[f64; PATCHES]| {
        let mean = values.iter().sum::<f64>() / PATCHES as f64;
        values.map(|value| value - mean)
    };
    let (first, second) = (centred(first), centred(second));
    let scale = (dot(&first, &first) * dot(&second, &second)).sqrt();
    if scale > 1e-12 { dot(&first, &second) / scale } else { 0.0 }
}

fn dot(first: &[f64; PATCHES], second: &[f64; PATCHES]) -> f64 {
    first.iter().zip(second).map(|(a, b)| a * b).sum()
}
