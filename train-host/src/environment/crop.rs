//! The small picture that an episode is about, cut out of a photograph.

use rand::{Rng, RngExt};
use tuner::{Frame, FrameError, Samples};

/// Photographs are shrunk by up to this factor before they are cropped: detail of all scales.
const MOST_SHRUNK: usize = 4;
/// Display values are multiplied by this or less, …
const BRIGHTEST: f32 = 1.25;
/// … and by this or more.
const DARKEST: f32 = 0.5;

/// A square piece of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// Side in pixels.
    pub side: usize,
}

/// A random piece of `photograph` (8 bits a sample): shrunk by a whole factor, mirrored or turned
/// upside down or neither, and in two of three cases with another exposure.
///
/// # Errors
/// [`FrameError`] when the photograph is smaller than the crop.
pub fn random_crop(
    photograph: &Frame,
    crop: Crop,
    random: &mut (impl Rng + ?Sized),
) -> Result<Frame, FrameError> {
    let [width, height] = photograph.size();
    let side = crop.side;
    let too_small = || FrameError::SampleCount { width: side, height: side, samples: 0 };
    let largest = (width.min(height) / side.max(1)).min(MOST_SHRUNK);
    if largest == 0 {
        return Err(too_small());
    }
    let factor = random.random_range(1..=largest);
    let (small_width, small_height) = (width / factor, height / factor);
    let small = photograph.resized(small_width, small_height)?;
    let Samples::U8(samples) = small.samples() else { return Err(too_small()) };
    let x = random.random_range(0..=small_width - side);
    let y = random.random_range(0..=small_height - side);
    let [mirrored, upside_down, exposed] = [(); 3].map(|()| random.random_range(0..6));
    let (mirrored, upside_down) = (mirrored % 2 == 0, upside_down == 0);
    let factor = if exposed < 4 { random.random_range(DARKEST..BRIGHTEST) } else { 1.0 };
    let (pixels, _) = samples.as_chunks::<3>();
    let mut cropped = Vec::with_capacity(side * side * 3);
    for row in 0..side {
        let row = if upside_down { side - 1 - row } else { row };
        let start = (y + row) * small_width + x;
        let line = pixels.get(start..start + side).ok_or_else(too_small)?;
        let mut push = |pixel: &[u8; 3]| {
            cropped.extend(pixel.map(|sample| (f32::from(sample) * factor).round() as u8));
        };
        if mirrored { line.iter().rev().for_each(&mut push) } else { line.iter().for_each(push) }
    }
    Frame::new(side, side, Samples::U8(cropped))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::photographs::dead_leaves;

    #[test]
    fn crops_have_their_size_and_differ() {
        let photograph = dead_leaves(1, 200, 90).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let crops: Vec<Frame> = (0..20)
            .map(|_| random_crop(&photograph, Crop { side: 32 }, &mut random).unwrap())
            .collect();
        assert!(crops.iter().all(|crop| crop.size() == [32, 32]));
        assert!(crops.windows(2).all(|pair| pair[0] != pair[1]));
        let large = random_crop(&photograph, Crop { side: 91 }, &mut random);
        assert!(large.is_err());
    }
}
