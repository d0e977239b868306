//! Smooth pseudo-random fields, the same on every machine.

/// A number in [0, 1) for a lattice point: the finaliser of SplitMix64 (Steele et al. 2014) over
/// the mixed coordinates.
pub(super) fn hash(x: i64, y: i64, seed: u64) -> f32 {
    let mut state = (x as u64)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add((y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F))
        .wrapping_add(seed.wrapping_mul(0x1656_67B1_9E37_79F9));
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^= state >> 31;
    (state >> 40) as f32 / (1u64 << 24) as f32
}

/// Value noise in [0, 1]: lattice values joined by smooth steps; features are about 1 wide.
pub(super) fn value_noise(x: f32, y: f32, seed: u64) -> f32 {
    let (column, row) = (x.floor(), y.floor());
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (smooth(x - column), smooth(y - row));
    let (column, row) = (column as i64, row as i64);
    let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
    let upper = mix(hash(column, row, seed), hash(column + 1, row, seed), u);
    let lower = mix(hash(column, row + 1, seed), hash(column + 1, row + 1, seed), u);
    mix(upper, lower, v)
}

/// Several octaves of [`value_noise`], each twice as fine and half as strong; in [0, 1].
pub(super) fn fractal_noise(x: f32, y: f32, octaves: u32, seed: u64) -> f32 {
    let (mut sum, mut weight, mut frequency, mut amplitude) = (0.0, 0.0, 1.0, 1.0);
    for octave in 0..octaves {
        let seed = seed.wrapping_add(u64::from(octave) * 101);
        sum += amplitude * value_noise(x * frequency, y * frequency, seed);
        weight += amplitude;
        frequency *= 2.0;
        amplitude *= 0.5;
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}
