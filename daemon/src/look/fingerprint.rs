//! What tells one goal picture from every other.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tuner::{Frame, Samples};

/// Size, depth and digest of a goal's samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bits a sample: 8 or 16.
    pub bits: u8,
    /// SHA-256 in hexadecimal digits of width and height (32 bits each), bits (8), and the samples
    /// row by row, R, G, B, at 16 bits the low byte first; every number little-endian.
    pub sha256: String,
}

impl Fingerprint {
    /// The fingerprint of a picture.
    #[must_use]
    pub fn of(goal: &Frame) -> Self {
        // No picture that can be had in memory has a side beyond 32 bits.
        let [width, height] = goal.size().map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        let bits = match goal.samples() {
            Samples::U8(_) => 8,
            Samples::U16(_) => 16,
        };
        let mut hash = Sha256::new();
        hash.update(width.to_le_bytes());
        hash.update(height.to_le_bytes());
        hash.update([bits]);
        match goal.samples() {
            Samples::U8(samples) => hash.update(samples),
            Samples::U16(samples) => {
                for piece in samples.chunks(1 << 15) {
                    let bytes: Vec<u8> = piece.iter().flat_map(|v| v.to_le_bytes()).collect();
                    hash.update(&bytes);
                }
            }
        }
        Self { width, height, bits, sha256: hexadecimal(&hash.finalize()) }
    }
}

/// Two digits for each byte.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_those_of_sha256sum() {
        // printf '\1\0\0\0\1\0\0\0\10\1\2\3' | sha256sum, and the same with 16 bits:
        // printf '\1\0\0\0\1\0\0\0\20\1\1\2\2\3\3' | sha256sum
        let narrow = Frame::new(1, 1, Samples::U8(vec![1, 2, 3])).unwrap();
        let wide = Frame::new(1, 1, Samples::U16(vec![257, 514, 771])).unwrap();
        let of = |frame| Fingerprint::of(frame).sha256;
        assert_eq!(of(&narrow), "7c5cfc8d96560a999acd01aca7eb5eb6ecebe23ff5539b3da5513cccae165a77");
        assert_eq!(of(&wide), "908f18af7e929656b84ae09eb63dac1b955f6df8edeb765e1fa08730f7a77435");
        assert_eq!(Fingerprint::of(&wide).bits, 16);
    }
}
