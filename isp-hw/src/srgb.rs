//! The transfer function of sRGB (IEC 61966-2-1), in double precision.

/// Linear light in [0, 1] of a display value in [0, 1].
pub fn decode(display: f64) -> f64 {
    if display <= 0.04045 { display / 12.92 } else { ((display + 0.055) / 1.055).powf(2.4) }
}

/// Display value in [0, 1] of linear light in [0, 1].
pub fn encode(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_16_bit_value_survives_the_round_trip() {
        for value in 0..=65535_u16 {
            let display = f64::from(value) / 65535.0;
            assert!((encode(decode(display)) - display).abs() < 1e-7, "{value}");
        }
        assert!((decode(0.5) - 0.214_041_14).abs() < 1e-8);
    }
}
