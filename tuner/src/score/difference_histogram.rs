//! Mean, percentiles and maximum of many differences, without keeping them.

/// Where the even bins below start: 2⁻⁷, as the bits of an `f32`.
const LOWEST: u32 = 0x3C00_0000;

/// An `f32`'s bits without the last 13: 1,024 bins for each doubling, 0.1 % wide.
const SHIFT: u32 = 13;

/// 15 doublings: up to 2⁸, more than any ΔE00 of two sRGB colours.
const BINS: usize = 15 << 10;

/// Counts of non-negative differences in bins of 0.1 % of their value (one bin below 2⁻⁷), with
/// their sum and maximum.
#[derive(Debug, Clone)]
pub(super) struct DifferenceHistogram {
    counts: Vec<u32>,
    count: u64,
    sum: f64,
    max: f32,
}

impl DifferenceHistogram {
    pub fn new() -> Self {
        Self { counts: vec![0; BINS + 1], count: 0, sum: 0.0, max: 0.0 }
    }

    /// Adds one difference.
    #[inline]
    pub fn add(&mut self, value: f32) {
        // Bits of non-negative floats are in the order of their values.
        let bin = (value.to_bits().saturating_sub(LOWEST) >> SHIFT) as usize;
        let bin = if value.to_bits() < LOWEST { 0 } else { (bin + 1).min(BINS) };
        if let Some(count) = self.counts.get_mut(bin) {
            *count += 1;
        }
        self.count += 1;
        self.sum += f64::from(value);
        self.max = self.max.max(value);
    }

    /// Both together.
    pub fn merged(mut self, other: Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        self
    }

    /// Mean; `None` without any differences.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// Largest; 0 without any.
    pub fn max(&self) -> f64 {
        f64::from(self.max)
    }

    /// The value that a share (0 to 1) of the differences does not exceed, evenly spread within
    /// the bin where it lies.
    pub fn percentile(&self, share: f64) -> f64 {
        let wanted = share * self.count as f64;
        let mut below = 0.0;
        for (bin, &count) in (0_u32..).zip(&self.counts) {
            let count = f64::from(count);
            if count > 0.0 && below + count >= wanted {
                let start = if bin == 0 { 0.0 } else { edge(bin - 1) };
                let within = (wanted - below) / count;
                return start + (edge(bin).min(self.max()) - start) * within;
            }
            below += count;
        }
        self.max()
    }
}

/// Upper edge of a bin.
fn edge(bin: u32) -> f64 {
    f64::from(f32::from_bits(LOWEST + (bin << SHIFT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentile_of_a_ramp_is_on_the_ramp() {
        for scale in [1e-4_f32, 0.003, 1.0, 70.0] {
            let mut first = DifferenceHistogram::new();
            let mut second = DifferenceHistogram::new();
            (1..=5000).for_each(|i| first.add(scale * i as f32 / 10_000.0));
            (5001..=10_000).for_each(|i| second.add(scale * i as f32 / 10_000.0));
            let both = first.merged(second);
            let scale = f64::from(scale);
            let found = both.percentile(0.95) / (0.95 * scale);
            assert!((found - 1.0).abs() < 0.002, "{scale}: {found}");
            assert!((both.mean().unwrap() / (0.500_05 * scale) - 1.0).abs() < 1e-6);
            assert!((both.max() / scale - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn equal_pictures_have_no_difference_at_any_percentile() {
        let mut zeros = DifferenceHistogram::new();
        (0..100).for_each(|_| zeros.add(0.0));
        assert_eq!((zeros.percentile(0.95), zeros.mean(), zeros.max()), (0.0, Some(0.0), 0.0));
        assert_eq!(DifferenceHistogram::new().mean(), None);
    }
}
