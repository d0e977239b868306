//! Elementary functions in single precision, made of operations that every processor has in vector
//! form, so that loops over them become vector instructions. `FUSED` says that the processor
//! multiplies and adds in one instruction.

/// `a · b + c`, in one instruction if `FUSED`.
#[inline(always)]
pub fn add_product<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    // Without the instruction `mul_add` would be a slow library call.
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// Minimax polynomial of 2^z for |z| ≤ 1/2, exact at 0; relative error 1e-7.
#[inline(always)]
pub fn exp2_small<const FUSED: bool>(z: f32) -> f32 {
    let p = add_product::<FUSED>(z, 0.001_340_725_6, 0.009_671_875);
    let p = add_product::<FUSED>(z, p, 0.055_503_085);
    let p = add_product::<FUSED>(z, p, 0.240_222_35);
    let p = add_product::<FUSED>(z, p, 0.693_147_24);
    add_product::<FUSED>(z, p, 1.0)
}

/// log2 of a positive normal float; absolute error 3e-7, exact at 1.
#[inline(always)]
pub fn log2<const FUSED: bool>(x: f32) -> f32 {
    // Splits x into 2^exponent and a mantissa in [√½, √2).
    let bits = x.to_bits().cast_signed();
    let exponent = bits.wrapping_sub(0x3f35_04f3) >> 23;
    let t = f32::from_bits(bits.wrapping_sub(exponent << 23).cast_unsigned()) - 1.0;
    let p = add_product::<FUSED>(t, 0.170_632_82, -0.272_697_54);
    let p = add_product::<FUSED>(t, p, 0.297_262_9);
    let p = add_product::<FUSED>(t, p, -0.358_961_88);
    let p = add_product::<FUSED>(t, p, 0.480_465_02);
    let p = add_product::<FUSED>(t, p, -0.721_375_9);
    let p = add_product::<FUSED>(t, p, 1.442_699_7);
    add_product::<FUSED>(t, p, exponent as f32)
}

/// 2^z for z in [−100, 100]; relative error 1e-7.
#[inline(always)]
pub fn exp2<const FUSED: bool>(z: f32) -> f32 {
    // Adding 1.5·2²³ rounds to the nearest integer and leaves it in the low bits.
    const ROUNDING: f32 = 12_582_912.0;
    let rounded = z + ROUNDING;
    let fraction = exp2_small::<FUSED>(z - (rounded - ROUNDING));
    f32::from_bits(fraction.to_bits().wrapping_add(rounded.to_bits() << 23))
}

/// `base` to the power `exponent`, for a base in [0, 4] and an exponent in [0, 4]; what lies below
/// 1e-6 counts as 1e-6.
#[inline(always)]
pub fn power<const FUSED: bool>(base: f32, exponent: f32) -> f32 {
    exp2::<FUSED>(exponent * log2::<FUSED>(base.max(1e-6)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_good_to_a_millionth() {
        for step in 0..=4000_u16 {
            let x = 1e-3 * f32::from(step) + 1e-6;
            for exponent in [1.0 / 2.4, 0.8, 1.0, 2.0, 3.6] {
                let exact = f64::from(x).powf(f64::from(exponent));
                let relative = f64::from(power::<false>(x, exponent)) / exact - 1.0;
                // The float's own rounding of the logarithm is multiplied by the exponent.
                assert!(relative.abs() < 8e-6, "{x}^{exponent}: {relative}");
            }
        }
        assert_eq!((power::<false>(1.0, 3.0), exp2_small::<false>(0.0)), (1.0, 1.0));
    }
}
