//! The loops over colours, compiled a second time for processors with AVX2.
//!
//! The baseline of x86-64 takes four pixels at a time, AVX2 eight; on AArch64 the baseline is all
//! there is. Every operation rounds the same in both (no fused multiply-add), so the scores do not
//! depend on the processor.

use super::lab::{BLOCK, LabBlock};
use super::{delta_e, lab};

/// [`lab::lab_of_linear`] with the widest instructions that the processor has.
pub(super) fn lab_of_linear(linear: &[[f32; BLOCK]; 3], lab: &mut LabBlock) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, as the line above made sure.
        return unsafe { lab_of_linear_avx2(linear, lab) };
    }
    lab::lab_of_linear(linear, lab);
}

/// [`delta_e::difference_block`] with the widest instructions that the processor has.
pub(super) fn difference_block(
    first: &LabBlock,
    second: &LabBlock,
    differences: &mut [f32; BLOCK],
) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, as the line above made sure.
        return unsafe { difference_block_avx2(first, second, differences) };
    }
    delta_e::difference_block(first, second, differences);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn lab_of_linear_avx2(linear: &[[f32; BLOCK]; 3], lab: &mut LabBlock) {
    lab::lab_of_linear(linear, lab);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn difference_block_avx2(first: &LabBlock, second: &LabBlock, differences: &mut [f32; BLOCK]) {
    delta_e::difference_block(first, second, differences);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_do_not_depend_on_the_processor() {
        let ramp = |step: usize| {
            let channel =
                |factor: usize| std::array::from_fn(|i| ((i * factor + step) % 257) as f32 / 256.0);
            [channel(3), channel(7), channel(31)]
        };
        let mut labs = [[[0.0; BLOCK]; 3]; 4];
        let [plain_a, wide_a, plain_b, wide_b] = &mut labs;
        lab::lab_of_linear(&ramp(0), plain_a);
        lab_of_linear(&ramp(0), wide_a);
        lab::lab_of_linear(&ramp(11), plain_b);
        lab_of_linear(&ramp(11), wide_b);
        assert_eq!((&plain_a, &plain_b), (&wide_a, &wide_b));
        let (mut plain, mut wide) = ([0.0; BLOCK], [0.0; BLOCK]);
        delta_e::difference_block(plain_a, plain_b, &mut plain);
        difference_block(wide_a, wide_b, &mut wide);
        assert_eq!(plain, wide);
        assert!(plain.iter().any(|&difference| difference > 1.0));
    }
}
