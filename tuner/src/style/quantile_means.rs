//! A distribution as the means of its equal parts.

/// Levels in which values are counted: sixteen for each step of an 8-bit picture.
const LEVELS: usize = 4096;

/// The means of `N` equal parts of the values, from the least to the greatest: of the lowest N-th
/// of them, of the N-th above that, and so on. The k-th is the quantile at (k + ½)/N but for the
/// curvature of the distribution in between; other than that quantile it does not jump where a
/// picture has steps of 8 bits, and noise averages out in it.
///
/// Values outside `[low, high]` count as at its ends, and what is not a number does not count. `None`
/// when nothing counts. Exact but for values that share a level with a border between two parts: a
/// 4096th of the range at most.
pub(super) fn quantile_means<const N: usize>(
    values: impl Iterator<Item = f32>,
    [low, high]: [f32; 2],
) -> Option<[f64; N]> {
    ranked_means(values.map(|value| (value, value.clamp(low, high))), [low, high])
}

/// The means of the second numbers over `N` equal parts of the first ones, otherwise as
/// [`quantile_means`]: what goes with the lowest N-th of the first numbers, with the N-th above that,
/// and so on.
pub(super) fn ranked_means<const N: usize>(
    pairs: impl Iterator<Item = (f32, f32)>,
    [low, high]: [f32; 2],
) -> Option<[f64; N]> {
    let mut levels = vec![(0_u32, 0.0_f64); LEVELS];
    let scale = (LEVELS - 1) as f32 / (high - low);
    for (rank, value) in pairs.filter(|(rank, value)| !rank.is_nan() && !value.is_nan()) {
        let rank = rank.clamp(low, high);
        if let Some((count, sum)) = levels.get_mut(((rank - low) * scale) as usize) {
            *count += 1;
            *sum += f64::from(value);
        }
    }
    let total: f64 = levels.iter().map(|(count, _)| f64::from(*count)).sum();
    if total == 0.0 || N == 0 {
        return None;
    }
    let part = total / N as f64;
    let mut means = [0.0; N];
    // How many values lie below the level at hand.
    let mut below = 0.0;
    for (count, sum) in levels.into_iter().filter(|(count, _)| *count > 0) {
        let count = f64::from(count);
        let mean = sum / count;
        let (from, to) = (below, below + count);
        let first = ((from / part) as usize).min(N - 1);
        for (index, out) in means.iter_mut().enumerate().skip(first) {
            let (start, end) = (index as f64 * part, (index + 1) as f64 * part);
            // Whatever rounding leaves over belongs to the last part.
            let end = if index + 1 == N { f64::INFINITY } else { end };
            if start >= to {
                break;
            }
            *out += mean * (to.min(end) - from.max(start)).max(0.0) / part;
        }
        below = to;
    }
    Some(means)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by sorting, each value repeated N times so that N equal parts always exist; what
    /// `numpy.repeat(numpy.sort(v), n).reshape(n, -1).mean(axis=1)` gives.
    fn by_sorting<const N: usize>(values: &[f32]) -> Vec<f64> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        let repeated: Vec<f64> = sorted.iter().flat_map(|&value| [f64::from(value); N]).collect();
        let part = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        repeated.chunks(sorted.len()).map(part).collect()
    }

    proptest! {
        #[test]
        fn equals_the_means_of_sorted_parts(
            values in prop::collection::vec(-0.5_f32..0.5, 1..400),
        ) {
            let found = quantile_means::<16>(values.iter().copied(), [-0.5, 0.5]).unwrap();
            for (found, wanted) in found.iter().zip(by_sorting::<16>(&values)) {
                prop_assert!((found - wanted).abs() < 1.0 / 4095.0, "{found} {wanted}");
            }
            let mean = values.iter().copied().map(f64::from).sum::<f64>() / values.len() as f64;
            prop_assert!((found.iter().sum::<f64>() / 16.0 - mean).abs() < 1e-9);
        }
    }

    /// `numpy.quantile(numpy.linspace(0, 1, 100001), (numpy.arange(8) + .5) / 8)`: in a uniform
    /// distribution the mean of a part is the quantile in its middle.
    #[test]
    fn of_a_uniform_distribution_they_are_the_quantiles() {
        let values = (0..=100_000).map(|i| i as f32 / 100_000.0);
        let found = quantile_means::<8>(values, [0.0, 1.0]).unwrap();
        for (k, found) in found.iter().enumerate() {
            assert!((found - (k as f64 + 0.5) / 8.0).abs() < 1e-5, "{k}: {found}");
        }
    }

    #[test]
    fn one_value_is_all_its_quantiles_and_none_is_nothing() {
        let one = quantile_means::<4>(std::iter::once(0.3), [0.0, 1.0]).unwrap();
        assert!(one.iter().all(|mean| (mean - f64::from(0.3_f32)).abs() < 1e-12), "{one:?}");
        assert!(quantile_means::<4>(std::iter::empty(), [0.0, 1.0]).is_none());
        assert!(quantile_means::<4>(std::iter::once(f32::NAN), [0.0, 1.0]).is_none());
        let clipped = quantile_means::<2>([-9.0, 9.0].into_iter(), [0.0, 1.0]).unwrap();
        assert_eq!(clipped, [0.0, 1.0]);
    }
}
