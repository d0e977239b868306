//! The bits of a register that hold one number, and what they mean.

use super::Register;

/// A run of bits in a register that holds a fixed-point number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    register: Register,
    mask: u32,
    readback_mask: u32,
    signed: bool,
    scale: f64,
}

/// A field that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// A value has 1 to 4 bytes.
    #[error("a register of {0} bytes; 1 to 4 are possible")]
    Width(u8),
    /// The mask is empty, has a gap, or reaches beyond the register.
    #[error("mask 0x{mask:x} is no unbroken run of bits within 0x{all:x}")]
    Mask {
        /// The mask.
        mask: u32,
        /// All bits of the register.
        all: u32,
    },
    /// No bit of the field reads back, so nothing could be confirmed.
    #[error("readback mask 0x{readback:x} has no bit in common with mask 0x{mask:x}")]
    Readback {
        /// The read-back mask.
        readback: u32,
        /// The mask.
        mask: u32,
    },
    /// A scale by which no number can be told.
    #[error("scale {0} is not a positive number")]
    Scale(f64),
}

impl Field {
    /// The whole register as an unsigned integer.
    ///
    /// # Errors
    /// [`FieldError::Width`] when the register has not 1 to 4 bytes.
    pub fn whole(register: Register) -> Result<Self, FieldError> {
        if !(1..=4).contains(&register.bytes) {
            return Err(FieldError::Width(register.bytes));
        }
        let all = register.all_bits();
        Ok(Self { register, mask: all, readback_mask: all, signed: false, scale: 1.0 })
    }

    /// The same with only the bits of `mask`, an unbroken run; its lowest bit is worth 1.
    ///
    /// # Errors
    /// [`FieldError::Mask`].
    pub fn masked(self, mask: u32) -> Result<Self, FieldError> {
        let all = self.register.all_bits();
        let run = mask.checked_shr(mask.trailing_zeros()).unwrap_or(0);
        if mask == 0 || mask & !all != 0 || run & run.wrapping_add(1) != 0 {
            return Err(FieldError::Mask { mask, all });
        }
        Ok(Self { mask, ..self })
    }

    /// The same where only the bits of `readback` read back as they were written.
    ///
    /// # Errors
    /// [`FieldError::Readback`] when none of the field's bits is among them.
    pub fn readable(self, readback: u32) -> Result<Self, FieldError> {
        if readback & self.mask == 0 {
            return Err(FieldError::Readback { readback, mask: self.mask });
        }
        Ok(Self { readback_mask: readback, ..self })
    }

    /// The same as two's complement, or not.
    #[must_use]
    pub const fn signed(self, signed: bool) -> Self {
        Self { signed, ..self }
    }

    /// The same with `scale` steps for a native value of 1.
    ///
    /// # Errors
    /// [`FieldError::Scale`] when it is not positive and finite.
    pub fn scaled(self, scale: f64) -> Result<Self, FieldError> {
        if !scale.is_finite() || scale <= 0.0 {
            return Err(FieldError::Scale(scale));
        }
        Ok(Self { scale, ..self })
    }

    /// The register.
    #[must_use]
    pub const fn register(&self) -> Register {
        self.register
    }

    /// The field's bits in the register.
    #[must_use]
    pub const fn mask(&self) -> u32 {
        self.mask
    }

    /// The bits that read back as they were written.
    #[must_use]
    pub const fn readback_mask(&self) -> u32 {
        self.readback_mask
    }

    /// Smallest and largest native value that the field can hold.
    #[must_use]
    pub fn native_range(&self) -> [f64; 2] {
        self.integers().map(|integer| integer as f64 / self.scale)
    }

    fn integers(&self) -> [i64; 2] {
        let largest = i64::from(self.mask >> self.mask.trailing_zeros());
        if self.signed { [-(largest / 2) - 1, largest / 2] } else { [0, largest] }
    }

    /// The field's bits, in their place in the register, that are nearest to a native value; a
    /// value beyond the field becomes its end.
    #[must_use]
    pub fn encode(&self, native: f64) -> u32 {
        let [least, largest] = self.integers();
        // A cast of a float saturates, so the clamp sees every value.
        let integer = ((native * self.scale).round() as i64).clamp(least, largest);
        ((integer as u32) << self.mask.trailing_zeros()) & self.mask
    }

    /// The native value of a register's bits.
    #[must_use]
    pub fn decode(&self, bits: u32) -> f64 {
        let width = self.mask.count_ones();
        let unsigned = i64::from((bits & self.mask) >> self.mask.trailing_zeros());
        let negative = self.signed && unsigned >> (width - 1) != 0;
        let integer = if negative { unsigned - (1 << width) } else { unsigned };
        integer as f64 / self.scale
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word() -> Field {
        Field::whole(Register { address: 0, bytes: 2 }).unwrap()
    }

    #[test]
    fn fixed_point_stands_in_its_bits() {
        let gain = word().masked(0x3ff0).unwrap().scaled(16.0).unwrap();
        assert_eq!(gain.encode(1.0), 0x0100);
        assert_eq!(gain.decode(0xc10f), 1.0, "bits outside the mask do not count");
        assert_eq!(gain.native_range(), [0.0, 1023.0 / 16.0]);
        assert_eq!([gain.encode(-3.0), gain.encode(1e30)], [0, 0x3ff0], "ends, never wrapped");
    }

    #[test]
    fn negative_values_are_twos_complement_of_the_field() {
        let offset = word().masked(0x0ff0).unwrap().signed(true);
        assert_eq!(offset.native_range(), [-128.0, 127.0]);
        assert_eq!(offset.encode(-1.0), 0x0ff0);
        assert_eq!(offset.decode(0x0800), -128.0);
        let one_bit = word().masked(1).unwrap().signed(true);
        assert_eq!(one_bit.native_range(), [-1.0, 0.0]);
        assert_eq!(one_bit.decode(1), -1.0);
    }

    #[test]
    fn fields_that_hold_nothing_are_refused() {
        for mask in [0, 0b101, 0x1_0000] {
            assert!(matches!(word().masked(mask), Err(FieldError::Mask { .. })), "{mask:x}");
        }
        let low = word().masked(0xff).unwrap();
        assert!(matches!(low.readable(0xff00), Err(FieldError::Readback { .. })));
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(word().scaled(scale).is_err(), "{scale}");
        }
        assert!(Field::whole(Register { address: 0, bytes: 5 }).is_err());
    }

    proptest! {
        #[test]
        fn every_code_comes_back(bits: u32, low in 0u32..32, width in 1u32..=32, signed: bool) {
            let width = width.min(32 - low);
            let mask = (u32::MAX >> (32 - width)) << low;
            let whole = Field::whole(Register { address: 0, bytes: 4 }).unwrap();
            let field = whole.masked(mask).unwrap().signed(signed).scaled(4.0).unwrap();
            prop_assert_eq!(field.encode(field.decode(bits)), bits & mask);
        }
    }
}
