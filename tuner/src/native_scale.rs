//! How a canonical value becomes the number that a pipeline understands, and back.

use serde::{Deserialize, Serialize};

/// Shape of the way from a canonical value to a native one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Curve {
    /// Straight lines from −1 over neutral to +1.
    #[default]
    Linear,
    /// Straight lines in the logarithm; every native value must be positive.
    Log,
}

/// The native values of one parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NativeScale {
    /// Native values at canonical −1 and +1; a reversed range flips the sign.
    pub range: [f64; 2],
    /// Shape between the two ends and neutral.
    pub curve: Curve,
    /// Native value at canonical 0; strictly between the two ends of `range`.
    pub neutral: f64,
}

/// A parameter table entry that maps nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The range has no extent, is not finite, or does not enclose the neutral value.
    #[error(
        "{parameter}: neutral {neutral} must lie strictly between the ends of range [{low}, {high}]"
    )]
    NeutralOutside {
        /// Name of the parameter.
        parameter: String,
        /// Native value at canonical −1.
        low: f64,
        /// Native value at canonical +1.
        high: f64,
        /// Native value at canonical 0.
        neutral: f64,
    },
    /// A logarithmic curve over values that have no logarithm.
    #[error("{parameter}: curve \"log\" needs positive values, but the range is [{low}, {high}]")]
    LogOfNonPositive {
        /// Name of the parameter.
        parameter: String,
        /// Native value at canonical −1.
        low: f64,
        /// Native value at canonical +1.
        high: f64,
    },
}

impl NativeScale {
    /// Checks that it maps [−1, 1] one to one.
    ///
    /// # Errors
    /// [`ResponseError`] naming `parameter` and the values at fault.
    pub fn validate(&self, parameter: &str) -> Result<(), ResponseError> {
        let (parameter, neutral) = (parameter.to_owned(), self.neutral);
        let [low, high] = self.range;
        let enclosed = (low < neutral && neutral < high) || (high < neutral && neutral < low);
        if !enclosed || !low.is_finite() || !high.is_finite() {
            return Err(ResponseError::NeutralOutside { parameter, low, high, neutral });
        }
        if self.curve == Curve::Log && (low <= 0.0 || high <= 0.0) {
            return Err(ResponseError::LogOfNonPositive { parameter, low, high });
        }
        Ok(())
    }

    /// Native value of a canonical one in [−1, 1].
    #[must_use]
    pub fn to_native(&self, canonical: f64) -> f64 {
        let [low, high] = self.range;
        // The three points of the table are met exactly, so that neutral stays neutral.
        if canonical == 0.0 {
            return self.neutral;
        }
        let (end, distance) = if canonical < 0.0 { (low, -canonical) } else { (high, canonical) };
        if distance >= 1.0 {
            return end;
        }
        match self.curve {
            Curve::Linear => self.neutral + (end - self.neutral) * distance,
            Curve::Log => self.neutral * (end / self.neutral).powf(distance),
        }
    }

    /// Canonical value of a native one, moved into [−1, 1]; the inverse of [`Self::to_native`].
    #[must_use]
    pub fn to_canonical(&self, native: f64) -> f64 {
        let [low, high] = self.range;
        let towards_high = (native > self.neutral) == (high > low);
        let (end, sign) = if towards_high { (high, 1.0) } else { (low, -1.0) };
        let distance = match self.curve {
            Curve::Linear => (native - self.neutral) / (end - self.neutral),
            Curve::Log => (native / self.neutral).ln() / (end / self.neutral).ln(),
        };
        if distance.is_nan() { 0.0 } else { sign * distance.clamp(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scale(range: [f64; 2], neutral: f64, curve: Curve) -> NativeScale {
        NativeScale { range, curve, neutral }
    }

    #[test]
    fn ends_and_neutral_are_met_exactly() {
        let gain = scale([0.25, 8.0], 1.0, Curve::Log);
        assert_eq!([-1.0, 0.0, 1.0].map(|value| gain.to_native(value)), [0.25, 1.0, 8.0]);
        let reversed = scale([100.0, -50.0], 0.0, Curve::Linear);
        assert_eq!([-1.0, 0.0, 1.0].map(|value| reversed.to_native(value)), [100.0, 0.0, -50.0]);
        assert_eq!(reversed.to_canonical(-25.0), 0.5);
    }

    #[test]
    fn refuses_a_table_that_maps_nothing() {
        assert!(scale([-1.0, 1.0], 0.0, Curve::Log).validate("x").is_err());
        assert!(scale([1.0, 1.0], 1.0, Curve::Linear).validate("x").is_err());
        assert!(scale([0.0, 1.0], 2.0, Curve::Linear).validate("x").is_err());
        assert!(scale([f64::NAN, 1.0], 0.0, Curve::Linear).validate("x").is_err());
        assert!(scale([1.0, -1.0], 0.0, Curve::Linear).validate("x").is_ok());
    }

    proptest! {
        #[test]
        fn native_and_back_is_the_identity(
            canonical in -1.0..=1.0f64, low in 0.01..0.9f64, high in 1.1..50.0f64, log: bool, flip: bool
        ) {
            let curve = if log { Curve::Log } else { Curve::Linear };
            let range = if flip { [high, low] } else { [low, high] };
            let table = scale(range, 1.0, curve);
            prop_assert!((table.to_canonical(table.to_native(canonical)) - canonical).abs() < 1e-9);
        }
    }
}
