//! Which vector instructions there are, and the kernels compiled for each.

#![allow(unsafe_code)]

use super::kernels::{self, Tone};

/// A set of vector instructions that the kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// What every processor of this architecture has.
    Portable,
    /// AVX2 and FMA on x86-64: eight floats at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 (F, BW, DQ, VL) on x86-64: sixteen floats at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Whether the baseline of this architecture multiplies and adds in one instruction.
const BASELINE_FUSED: bool = cfg!(target_arch = "aarch64");

/// Work that is worth compiling for each set of instructions. `run` must be `#[inline(always)]`.
pub trait Kernel {
    /// Does the work; `FUSED` says that the processor multiplies and adds in one instruction.
    fn run<const FUSED: bool>(self);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2(kernel: impl Kernel) {
    kernel.run::<true>();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn run_avx512(kernel: impl Kernel) {
    kernel.run::<true>();
}

macro_rules! dispatch {
    ($(#[$doc:meta])* $name:ident, $avx2:ident, $avx512:ident, ($($argument:ident: $type:ty),*)) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        fn $avx2($($argument: $type),*) {
            kernels::$name::<true>($($argument),*);
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
        fn $avx512($($argument: $type),*) {
            kernels::$name::<true>($($argument),*);
        }

        $(#[$doc])*
        pub fn $name(self, $($argument: $type),*) {
            match self {
                Self::Portable => kernels::$name::<BASELINE_FUSED>($($argument),*),
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the variant is made only where the processor has these instructions.
                Self::Avx2 => unsafe { Self::$avx2($($argument),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the variant is made only where the processor has these instructions.
                Self::Avx512 => unsafe { Self::$avx512($($argument),*) },
            }
        }
    };
}

impl Instructions {
    /// The best set of the processor that runs this.
    pub fn of_this_processor() -> Self {
        Self::available().into_iter().last().unwrap_or(Self::Portable)
    }

    /// All sets of the processor that runs this, the best one last.
    pub fn available() -> Vec<Self> {
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "nothing to add"))]
        let mut sets = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if avx2 {
                sets.push(Self::Avx2);
            }
            if avx2 && avx512 {
                sets.push(Self::Avx512);
            }
        }
        sets
    }

    /// Does some work with these instructions.
    pub fn run(self, kernel: impl Kernel) {
        match self {
            Self::Portable => kernel.run::<BASELINE_FUSED>(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the variant is made only where the processor has these instructions.
            Self::Avx2 => unsafe { run_avx2(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the variant is made only where the processor has these instructions.
            Self::Avx512 => unsafe { run_avx512(kernel) },
        }
    }

    dispatch!(
        /// See [`kernels::tone_row`].
        tone_row, tone_row_avx2, tone_row_avx512,
        (tone: &Tone, red: &mut [f32], green: &mut [f32], blue: &mut [f32], roots: &mut [f32])
    );
    dispatch!(
        /// See [`kernels::blur_row`].
        blur_row, blur_row_avx2, blur_row_avx512,
        (roots: &[f32], blurred: &mut [f32])
    );
    dispatch!(
        /// See [`kernels::texture_row`].
        texture_row, texture_row_avx2, texture_row_avx512,
        (texture: f32, blurred: [&[f32]; 5], roots: &[f32], added: &mut [f32])
    );
    dispatch!(
        /// See [`kernels::encode_row`].
        encode_row, encode_row_avx2, encode_row_avx512,
        (added: &[f32], colours: &mut [f32])
    );
}
