//! Mean, median, tail: a mean alone hides failures.

/// Summary of one figure over the photographs, in dB.
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    /// Arithmetic mean.
    pub mean: f64,
    /// Median.
    pub median: f64,
    /// 10th percentile.
    pub p10: f64,
    /// Share below 30 dB, 0 … 1.
    pub below_30: f64,
}

impl Summary {
    /// Summary of at least one value; `None` of none.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len() as f64;
        Some(Self {
            mean: sorted.iter().sum::<f64>() / count,
            median: percentile(&sorted, 0.5)?,
            p10: percentile(&sorted, 0.1)?,
            below_30: sorted.iter().filter(|value| **value < 30.0).count() as f64 / count,
        })
    }
}

/// Linear interpolation between the two nearest ranks of sorted values.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = share * sorted.len().checked_sub(1)? as f64;
    let low = sorted.get(rank.floor() as usize)?;
    let high = sorted.get(rank.ceil() as usize)?;
    Some(low + (high - low) * rank.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summarises() {
        let summary = Summary::of(&[10.0, 50.0, 40.0, 20.0, 30.0]).unwrap();
        assert_eq!((summary.mean, summary.median, summary.below_30), (30.0, 30.0, 0.4));
        assert!((summary.p10 - 14.0).abs() < 1e-12);
        assert!(Summary::of(&[]).is_none());
    }
}
