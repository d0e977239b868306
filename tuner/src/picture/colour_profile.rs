//! Embedded ICC profiles.

use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformExecutor, TransformOptions,
};
use rayon::prelude::*;

use super::save::to_8_bits;
use crate::Samples;

/// Samples that are converted at a time: a cache-sized piece, whole pixels.
const PIECE: usize = 3 * 4096;

type Transform = Arc<dyn TransformExecutor<u16> + Send + Sync>;

/// Converts interleaved RGB samples from the colours of `profile` to sRGB, in place.
///
/// `grey` says that the picture was grey (R = G = B): only then may the profile be a grey one. A
/// profile that moves no 8-bit colour by more than one step is sRGB already, and the samples are
/// left exactly as they are.
///
/// # Errors
/// A text that says what is wrong with the profile.
pub(super) fn convert_to_srgb(
    samples: &mut Samples,
    profile: &[u8],
    grey: bool,
) -> Result<(), String> {
    let profile = ColorProfile::new_from_slice(profile).map_err(|error| error.to_string())?;
    let layout = match profile.color_space {
        DataColorSpace::Rgb => Layout::Rgb,
        DataColorSpace::Gray if grey => Layout::Gray,
        other => return Err(format!("it is for {other:?} samples, the picture is not")),
    };
    let srgb = ColorProfile::new_srgb();
    // The picture's white becomes white. 16 bits and floating point also for 8-bit samples: the
    // 8-bit way of the library is more than a step off in the dark.
    let options = TransformOptions {
        rendering_intent: RenderingIntent::RelativeColorimetric,
        prefer_fixed_point: false,
        ..TransformOptions::default()
    };
    let transform = profile
        .create_transform_16bit(layout, &srgb, Layout::Rgb, options)
        .map_err(|error| error.to_string())?;
    if changes_nothing(&transform, layout)? {
        return Ok(());
    }
    match samples {
        Samples::U16(samples) => {
            samples.par_chunks_mut(PIECE).try_for_each(|piece| convert(piece, &transform, layout))
        }
        Samples::U8(samples) => samples.par_chunks_mut(PIECE).try_for_each(|piece| {
            let mut wide: Vec<u16> = piece.iter().map(|&sample| u16::from(sample) * 257).collect();
            convert(&mut wide, &transform, layout)?;
            for (sample, wide) in piece.iter_mut().zip(wide) {
                *sample = to_8_bits(wide);
            }
            Ok(())
        }),
    }
}

fn convert(piece: &mut [u16], transform: &Transform, layout: Layout) -> Result<(), String> {
    let source: Vec<u16> = match layout {
        Layout::Gray => piece.iter().step_by(3).copied().collect(),
        _ => piece.to_vec(),
    };
    transform.transform(&source, piece).map_err(|error| error.to_string())
}

/// Whether a grid over all colours comes out as it went in, but for one 8-bit step.
fn changes_nothing(transform: &Transform, layout: Layout) -> Result<bool, String> {
    let steps = || (0..=u16::MAX).step_by(15 * 257);
    let grid: Vec<u16> = match layout {
        Layout::Gray => (0..=u16::MAX).step_by(257).flat_map(|grey| [grey; 3]).collect(),
        _ => steps()
            .flat_map(|r| steps().flat_map(move |g| steps().map(move |b| [r, g, b])))
            .flatten()
            .collect(),
    };
    let mut converted = grid.clone();
    convert(&mut converted, transform, layout)?;
    Ok(grid.iter().zip(&converted).all(|(before, after)| before.abs_diff(*after) <= 257))
}
