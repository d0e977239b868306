//! Stored samples of a row to numbers.

use super::BayerLayout;

/// Unpacks as many samples as `out` has room for. MIPI CSI-2 (version 2.0, 11.4) sends the upper
/// eight bits of each sample of a group, then the lower bits of all, first sample lowest.
pub(super) fn row(layout: BayerLayout, bytes: &[u8], out: &mut [u16]) {
    match layout {
        BayerLayout::Bits8 => {
            out.iter_mut().zip(bytes).for_each(|(out, &byte)| *out = u16::from(byte));
        }
        BayerLayout::Bits10 | BayerLayout::Bits12 | BayerLayout::Bits14 | BayerLayout::Bits16 => {
            let (pairs, _) = bytes.as_chunks::<2>();
            out.iter_mut().zip(pairs).for_each(|(out, &pair)| *out = u16::from_le_bytes(pair));
        }
        BayerLayout::Bits10Packed => groups(bytes, out, |[a, b, c, d, low]| {
            [(a, 0), (b, 2), (c, 4), (d, 6)]
                .map(|(high, shift)| u16::from(high) << 2 | u16::from(low >> shift & 3))
        }),
        BayerLayout::Bits12Packed => groups(bytes, out, |[a, b, low]| {
            [(a, 0), (b, 4)]
                .map(|(high, shift)| u16::from(high) << 4 | u16::from(low >> shift & 15))
        }),
        BayerLayout::Bits14Packed => groups(bytes, out, |[a, b, c, d, low, middle, high]| {
            let low = u32::from_le_bytes([low, middle, high, 0]);
            [(a, 0), (b, 6), (c, 12), (d, 18)]
                .map(|(high, shift)| u16::from(high) << 6 | (low >> shift & 63) as u16)
        }),
    }
}

fn groups<const BYTES: usize, const SAMPLES: usize>(
    bytes: &[u8],
    out: &mut [u16],
    unpack: impl Fn([u8; BYTES]) -> [u16; SAMPLES],
) {
    let (groups, _) = bytes.as_chunks::<BYTES>();
    for (out, &group) in out.chunks_mut(SAMPLES).zip(groups) {
        out.iter_mut().zip(unpack(group)).for_each(|(out, sample)| *out = sample);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked<const N: usize>(layout: BayerLayout, bytes: &[u8]) -> [u16; N] {
        let mut out = [0; N];
        row(layout, bytes, &mut out);
        out
    }

    #[test]
    fn packed_samples_come_out_as_the_bus_sends_them() {
        let ten = unpacked(BayerLayout::Bits10Packed, &[0xFF, 0x00, 0x80, 0x01, 0b11_10_01_00]);
        assert_eq!(ten, [0x3FC, 0x001, 0x202, 0x007]);
        let twelve = unpacked(BayerLayout::Bits12Packed, &[0xAB, 0xCD, 0x21]);
        assert_eq!(twelve, [0xAB1, 0xCD2]);
        // Lower bits 1, 2, 3, 4 of six each: 1 | 2 << 6 | 3 << 12 | 4 << 18.
        let fourteen =
            unpacked(BayerLayout::Bits14Packed, &[0x01, 0x02, 0x03, 0xFF, 0x81, 0x30, 0x10]);
        assert_eq!(fourteen, [0x41, 0x82, 0xC3, 0x3FC4]);
    }

    #[test]
    fn a_group_that_reaches_over_the_row_gives_its_first_samples() {
        let two = unpacked(BayerLayout::Bits10Packed, &[0xFF, 0x01, 9, 9, 0]);
        assert_eq!(two, [0x3FC, 0x004]);
    }
}
