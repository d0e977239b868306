//! Chroma rows brought to the width and the height of the luma rows.
//!
//! V4L2 puts the chroma samples of all its formats in the middle of the pixels they belong to
//! ("Color Sample Location"), so the nearest sample counts three quarters and the next one a
//! quarter, along rows and along columns. Beyond the border its samples are repeated.

/// Chroma is kept as signed differences from 128 in steps of 1/256.
pub(super) const STEPS: i16 = 256;

/// Steps while only the rows are combined: sums of four samples.
const ROW_STEPS: i16 = 4;

/// A chroma row with a copy of its first and of its last sample around it, in steps of 1/4.
#[derive(Debug, Clone)]
pub(super) struct ChromaRow {
    padded: Vec<i16>,
}

impl ChromaRow {
    /// Room for rows of `pairs` samples.
    pub fn new(pairs: usize) -> Self {
        Self { padded: vec![0; pairs + 2] }
    }

    /// Takes `near` and `far` samples, the further row with a quarter of the weight.
    #[inline(always)]
    pub fn between(&mut self, near: impl Iterator<Item = u8>, far: impl Iterator<Item = u8>) {
        let inner = self.padded.iter_mut().skip(1);
        for ((sample, near), far) in inner.zip(near).zip(far) {
            let sum = 3 * i32::from(near) + i32::from(far) - 128 * i32::from(ROW_STEPS);
            *sample = sum as i16;
        }
        self.repeat_ends();
    }

    fn repeat_ends(&mut self) {
        if let [first, inner @ .., last] = self.padded.as_mut_slice()
            && let (Some(&left), Some(&right)) = (inner.first(), inner.last())
        {
            (*first, *last) = (left, right);
        }
    }

    /// Writes one value for each pixel; `out` has room for two pixels a sample.
    #[inline(always)]
    pub fn widen(&self, out: &mut [i16]) {
        let from = |start: usize| self.padded.get(start..).unwrap_or(&[]);
        let triples = from(0).iter().zip(from(1)).zip(from(2));
        let (pairs, _) = out.as_chunks_mut::<2>();
        for (pair, ((&left, &own), &right)) in pairs.iter_mut().zip(triples) {
            let factor = STEPS / ROW_STEPS / 4;
            let weighted = own.wrapping_mul(3);
            *pair = [
                weighted.wrapping_add(left).wrapping_mul(factor),
                weighted.wrapping_add(right).wrapping_mul(factor),
            ];
        }
    }
}
