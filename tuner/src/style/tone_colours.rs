//! Which colours go with which tones.

use super::quantile_means::ranked_means;
use super::ycbcr::colour_differences;
use crate::Planes;

/// Parts of the distribution of luma.
const PARTS: usize = 8;

/// Numbers of [`tone_colours`].
pub(crate) const TONE_COLOURS: usize = 2 * PARTS;

/// The mean C'B of the darkest eighth of the pixels that `mask` counts, of the next, and so on; then
/// the mean C'R of the same eighths; each in [−½, ½]. `None` when nothing counts.
///
/// The distributions of tones and of colours do not tell whether the shadows or the highlights are
/// the blue ones, and gains change the two differently.
pub(crate) fn tone_colours(picture: &Planes, mask: &[bool]) -> Option<[f64; TONE_COLOURS]> {
    let luma = picture.luma();
    let mut all = [0.0; TONE_COLOURS];
    let differences = colour_differences(picture, &luma);
    for (out, difference) in all.chunks_exact_mut(PARTS).zip(differences) {
        let pairs = luma.iter().copied().zip(difference).zip(mask);
        let counted = pairs.filter(|(_, counts)| **counts).map(|(pair, _)| pair);
        let means: [f64; PARTS] = ranked_means(counted, [0.0, 1.0])?;
        out.copy_from_slice(&means);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blue_shadows_and_warm_highlights_are_told_apart() {
        // Dark pixels bluish, bright ones reddish, by turns.
        let plane = |dark: f32, bright: f32| {
            (0..64).map(|at| if at % 2 == 0 { dark } else { bright }).collect::<Vec<f32>>()
        };
        let picture = Planes::new(8, 8, [plane(0.1, 0.8), plane(0.1, 0.7), plane(0.3, 0.6)]);
        let colours = tone_colours(&picture.unwrap(), &[true; 64]).unwrap();
        let luma = |rgb: [f64; 3]| 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
        let blue = |rgb: [f64; 3]| (rgb[2] - luma(rgb)) / 1.8556;
        let red = |rgb: [f64; 3]| (rgb[0] - luma(rgb)) / 1.5748;
        let (dark, bright) = ([0.1, 0.1, 0.3], [0.8, 0.7, 0.6]);
        for part in 0..8 {
            let rgb = if part < 4 { dark } else { bright };
            assert!((colours[part] - blue(rgb)).abs() < 1e-6, "{part}: {colours:?}");
            assert!((colours[8 + part] - red(rgb)).abs() < 1e-6, "{part}: {colours:?}");
        }
        assert!(tone_colours(&Planes::black(8, 8), &[false; 64]).is_none());
    }
}
