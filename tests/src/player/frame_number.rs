//! The number of a frame, carried by the frame itself.
//!
//! vivid shows the last frame again while the player has no new one ready, and an emulated player
//! may need a second for a picture of new parameters. A sensor knows no such frames; by its number
//! one is told from a new frame of the same picture.

/// Pixels that carry one bit each, from the frame's first on.
const BITS: usize = 32;

/// Lowest bits of the luma of a word of YUYV, four pixels.
const CARRIERS: u64 = 0x0001_0001_0001_0001;
/// Bytes of a word.
const WORD: usize = 8;

/// Writes the number, modulo 2³², into the lowest bit of the luma of the first pixels: too little to
/// be seen or to count in a score.
pub fn stamp(yuyv: &mut [u8], number: u64) {
    for (bit, pixel) in yuyv.as_chunks_mut::<2>().0.iter_mut().take(BITS).enumerate() {
        pixel[0] = pixel[0] & !1 | (number >> bit & 1) as u8;
    }
}

/// The number that a frame carries.
pub fn frame_number(yuyv: &[u8]) -> u64 {
    let pixels = yuyv.as_chunks::<2>().0.iter().take(BITS);
    pixels.enumerate().fold(0, |number, (bit, pixel)| number | u64::from(pixel[0] & 1) << bit)
}

/// A hash of a frame's bytes but for its number: FNV-1a (Fowler, Noll, Vo) over words of eight bytes
/// instead of bytes, in hexadecimal.
pub fn fingerprint(yuyv: &[u8]) -> String {
    let (words, rest) = yuyv.as_chunks::<WORD>();
    let words = words.iter().copied().map(u64::from_le_bytes).enumerate().map(|(index, word)| {
        let carries = index < 2 * BITS / WORD;
        if carries { word & !CARRIERS } else { word }
    });
    let hash = words
        .chain(rest.iter().copied().map(u64::from))
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, word| {
            (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_comes_back_and_does_not_change_the_fingerprint() {
        let picture: Vec<u8> = (0..128_u32).map(|byte| (byte * 37 % 251) as u8).collect();
        for number in [0, 1, 41, 0xFFFF_FFFF, 1 << 31] {
            let mut frame = picture.clone();
            stamp(&mut frame, number);
            assert_eq!(frame_number(&frame), number);
            assert_eq!(fingerprint(&frame), fingerprint(&picture));
            assert!(frame.iter().zip(&picture).all(|(a, b)| a.abs_diff(*b) <= 1));
        }
    }

    #[test]
    fn fingerprints_tell_frames_apart_that_differ_in_one_bit() {
        let frame = vec![7; 128];
        for index in 0..128 {
            let mut other = frame.clone();
            other[index] ^= 2;
            assert_ne!(fingerprint(&frame), fingerprint(&other), "{index}");
        }
    }
}
