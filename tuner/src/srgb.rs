//! The transfer functions of sRGB (IEC 61966-2-1).

use std::sync::LazyLock;

/// Linear light in [0, 1] of a display-referred sRGB value in [0, 1].
#[must_use]
pub fn srgb_to_linear(value: f64) -> f64 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// Display-referred sRGB value in [0, 1] of linear light in [0, 1].
#[must_use]
pub fn linear_to_srgb(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// [`srgb_to_linear`] for whole pictures: a table of straight pieces, off by at most 1e-7.
#[derive(Debug)]
pub(crate) struct LinearTable {
    /// Value at the start of each piece, and how much it rises over the piece.
    pieces: Box<[(f32, f32)]>,
}

impl LinearTable {
    /// The curve bends by 3.1 at most, so 2,048 pieces are off by 3.1 / 8 / 2048² = 1e-7.
    const PIECES: u16 = 2048;

    /// The table, made on first use.
    pub fn get() -> &'static Self {
        static TABLE: LazyLock<LinearTable> = LazyLock::new(|| {
            let at = |index: u16| srgb_to_linear(f64::from(index) / f64::from(LinearTable::PIECES));
            let piece = |index| (at(index) as f32, (at(index + 1) - at(index)) as f32);
            LinearTable { pieces: (0..=LinearTable::PIECES).map(piece).collect() }
        });
        &TABLE
    }

    /// Linear light of a value, which is clamped to [0, 1].
    #[inline(always)]
    pub fn linear(&self, value: f32) -> f32 {
        let position = value.clamp(0.0, 1.0) * f32::from(Self::PIECES);
        let index = position as usize;
        let (start, rise) = self.pieces.get(index).copied().unwrap_or_default();
        start + rise * (position - index as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_functions_are_inverse_and_anchored() {
        for step in 0..=1000 {
            let value = f64::from(step) / 1000.0;
            assert!((linear_to_srgb(srgb_to_linear(value)) - value).abs() < 1e-6, "{value}");
        }
        // Published anchor: middle grey 119 of 255 is 18.4 % light.
        assert!((srgb_to_linear(119.0 / 255.0) - 0.184_475).abs() < 1e-6);
    }

    #[test]
    fn table_follows_the_curve_to_its_ends() {
        let table = LinearTable::get();
        for step in 0..=100_000 {
            let value = step as f32 / 100_000.0;
            let exact = srgb_to_linear(f64::from(value));
            assert!((f64::from(table.linear(value)) - exact).abs() < 2e-7, "{value}");
        }
        assert_eq!([table.linear(-1.0), table.linear(7.0)], [0.0, 1.0]);
    }
}
