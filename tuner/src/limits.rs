//! What a tune may change: limits and locks per parameter.

use crate::{Parameter, ParameterInfo, Params};

/// Allowed interval of every canonical value; an interval without extent is a lock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits([[f64; 2]; Parameter::COUNT]);

/// A limit that allows nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitsError {
    /// Low above high, not a number, or outside [−1, 1].
    #[error("limit of {parameter}: [{low}, {high}] is no interval within [-1, 1]")]
    NoInterval {
        /// Which parameter.
        parameter: Parameter,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
}

impl Default for Limits {
    fn default() -> Self {
        Self([[-1.0, 1.0]; Parameter::COUNT])
    }
}

impl Limits {
    /// Everything that `table` has is free, everything it lacks is locked at neutral.
    #[must_use]
    pub fn of_table(table: &[ParameterInfo]) -> Self {
        let mut limits = Self([[0.0, 0.0]; Parameter::COUNT]);
        for info in table {
            limits.set(info.parameter, [-1.0, 1.0]);
        }
        limits
    }

    /// Narrows one parameter to `[low, high]`; what was narrower stays so. A parameter that is
    /// locked already stays locked where it is.
    ///
    /// # Errors
    /// [`LimitsError::NoInterval`] when `low > high`, either is NaN, or either is outside [−1, 1].
    pub fn narrow(
        &mut self,
        parameter: Parameter,
        [low, high]: [f64; 2],
    ) -> Result<(), LimitsError> {
        if !(-1.0 <= low && low <= high && high <= 1.0) {
            return Err(LimitsError::NoInterval { parameter, low, high });
        }
        let [old_low, old_high] = self.interval(parameter);
        if old_low < old_high {
            let narrowed_low = old_low.max(low).min(old_high);
            self.set(parameter, [narrowed_low, old_high.min(high).max(narrowed_low)]);
        }
        Ok(())
    }

    /// Locks one parameter at a canonical value, unless it is locked already.
    ///
    /// # Errors
    /// [`LimitsError::NoInterval`] when the value is NaN or outside [−1, 1].
    pub fn lock(&mut self, parameter: Parameter, value: f64) -> Result<(), LimitsError> {
        self.narrow(parameter, [value, value])
    }

    /// The same limits, but with `held` parameters locked at their values in `params`.
    #[must_use]
    pub fn holding(mut self, held: &[Parameter], params: &Params) -> Self {
        for &parameter in held {
            self.set(parameter, [params.get(parameter); 2]);
        }
        self
    }

    /// Allowed interval of one parameter.
    #[must_use]
    pub fn interval(&self, parameter: Parameter) -> [f64; 2] {
        self.0.get(parameter.index()).copied().unwrap_or([0.0, 0.0])
    }

    /// Whether the parameter may not change.
    #[must_use]
    pub fn is_locked(&self, parameter: Parameter) -> bool {
        let [low, high] = self.interval(parameter);
        low >= high
    }

    /// The parameters that may change, in order.
    #[must_use]
    pub fn free(&self) -> Vec<Parameter> {
        Parameter::ALL.into_iter().filter(|&parameter| !self.is_locked(parameter)).collect()
    }

    /// The nearest allowed vector.
    #[must_use]
    pub fn clamp(&self, params: Params) -> Params {
        self.clamp_values(params.values())
    }

    /// The nearest allowed vector of any nine numbers; NaN becomes the allowed value nearest 0.
    #[must_use]
    pub fn clamp_values(&self, mut values: [f64; Parameter::COUNT]) -> Params {
        for (value, [low, high]) in values.iter_mut().zip(self.0) {
            *value = if value.is_nan() { 0.0 } else { *value }.clamp(low, high);
        }
        Params::clamped(values)
    }

    fn set(&mut self, parameter: Parameter, interval: [f64; 2]) {
        if let Some(slot) = self.0.get_mut(parameter.index()) {
            *slot = interval;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_parameter_is_locked_at_neutral_for_good() {
        let mut limits = Limits::of_table(&[ParameterInfo::canonical(Parameter::Contrast)]);
        assert_eq!(limits.free(), [Parameter::Contrast]);
        limits.lock(Parameter::Texture, 0.5).unwrap();
        assert_eq!(limits.interval(Parameter::Texture), [0.0, 0.0]);
    }

    #[test]
    fn what_is_held_stays_where_it_was_found() {
        let found = Params::NEUTRAL.with(Parameter::Contrast, 0.3);
        let limits = Limits::default().holding(&[Parameter::Contrast], &found);
        assert_eq!(limits.interval(Parameter::Contrast), [0.3, 0.3]);
        assert!(!limits.is_locked(Parameter::Texture));
    }

    #[test]
    fn clamps_to_limits_and_locks() {
        let mut limits = Limits::default();
        limits.narrow(Parameter::Exposure, [-0.3, 0.5]).unwrap();
        limits.lock(Parameter::RedGain, 0.2).unwrap();
        let params = limits.clamp(Params::clamped([-1.0; 9]));
        assert_eq!(params.get(Parameter::Exposure), -0.3);
        assert_eq!(params.get(Parameter::RedGain), 0.2);
        assert_eq!(params.get(Parameter::Texture), -1.0);
        assert!(limits.narrow(Parameter::Exposure, [0.6, 0.5]).is_err());
        assert!(limits.lock(Parameter::Exposure, f64::NAN).is_err());
    }
}
