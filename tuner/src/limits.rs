//! What a tune may change: limits and locks per parameter.

use crate::{Axis, MOST_EXTRAS, Parameter, ParameterInfo, Params};

/// Allowed interval of every canonical value; an interval without extent is a lock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    values: [[f64; 2]; Parameter::COUNT],
    extras: [[f64; 2]; MOST_EXTRAS],
}

/// A limit that allows nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitsError {
    /// Low above high, not a number, or outside [−1, 1].
    #[error("limit of {axis}: [{low}, {high}] is no interval within [-1, 1]")]
    NoInterval {
        /// Which parameter.
        axis: Axis,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
}

impl LimitsError {
    /// The message with the name that a pipeline has for the parameter.
    #[must_use]
    pub fn of(&self, name: &str) -> String {
        let Self::NoInterval { low, high, .. } = self;
        format!("limit of {name}: [{low}, {high}] is no interval within [-1, 1]")
    }
}

/// The nine are free; extra parameters, which no pipeline need have, stay neutral.
impl Default for Limits {
    fn default() -> Self {
        Self { values: [[-1.0, 1.0]; Parameter::COUNT], extras: [[0.0, 0.0]; MOST_EXTRAS] }
    }
}

impl Limits {
    /// Everything that `table` has is free, everything it lacks is locked at neutral; so are extra
    /// parameters.
    #[must_use]
    pub fn of_table(table: &[ParameterInfo]) -> Self {
        let mut limits = Self { values: [[0.0, 0.0]; Parameter::COUNT], ..Self::default() };
        for info in table {
            limits.set(info.parameter.into(), [-1.0, 1.0]);
        }
        limits
    }

    /// The same, but with the first `count` extra parameters free.
    #[must_use]
    pub fn with_extras(mut self, count: usize) -> Self {
        self.extras.iter_mut().take(count).for_each(|interval| *interval = [-1.0, 1.0]);
        self
    }

    /// Narrows one parameter to `[low, high]`; what was narrower stays so. A parameter that is
    /// locked already stays locked where it is.
    ///
    /// # Errors
    /// [`LimitsError::NoInterval`] when `low > high`, either is NaN, or either is outside [−1, 1].
    pub fn narrow(
        &mut self,
        axis: impl Into<Axis>,
        [low, high]: [f64; 2],
    ) -> Result<(), LimitsError> {
        let axis = axis.into();
        if !(-1.0 <= low && low <= high && high <= 1.0) {
            return Err(LimitsError::NoInterval { axis, low, high });
        }
        let [old_low, old_high] = self.interval(axis);
        if old_low < old_high {
            let narrowed_low = old_low.max(low).min(old_high);
            self.set(axis, [narrowed_low, old_high.min(high).max(narrowed_low)]);
        }
        Ok(())
    }

    /// Locks one parameter at a canonical value, unless it is locked already.
    ///
    /// # Errors
    /// [`LimitsError::NoInterval`] when the value is NaN or outside [−1, 1].
    pub fn lock(&mut self, axis: impl Into<Axis>, value: f64) -> Result<(), LimitsError> {
        self.narrow(axis, [value, value])
    }

    /// The same limits, but with `held` parameters locked at their values in `params`.
    #[must_use]
    pub fn holding(mut self, held: &[impl Into<Axis> + Copy], params: &Params) -> Self {
        for &axis in held {
            let axis = axis.into();
            self.set(axis, [params.get(axis); 2]);
        }
        self
    }

    /// Allowed interval of one parameter.
    #[must_use]
    pub fn interval(&self, axis: impl Into<Axis>) -> [f64; 2] {
        let interval = match axis.into() {
            Axis::Canonical(parameter) => self.values.get(parameter.index()),
            Axis::Extra(index) => self.extras.get(index),
        };
        interval.copied().unwrap_or([0.0, 0.0])
    }

    /// Whether the parameter may not change.
    #[must_use]
    pub fn is_locked(&self, axis: impl Into<Axis>) -> bool {
        let [low, high] = self.interval(axis);
        low >= high
    }

    /// Those of the nine parameters that may change, in order.
    #[must_use]
    pub fn free(&self) -> Vec<Parameter> {
        Parameter::ALL.into_iter().filter(|&parameter| !self.is_locked(parameter)).collect()
    }

    /// All parameters that may change, in order: of the nine, then extra ones.
    #[must_use]
    pub fn free_axes(&self) -> Vec<Axis> {
        let extras = (0..MOST_EXTRAS).map(Axis::Extra).filter(|&axis| !self.is_locked(axis));
        self.free().into_iter().map(Axis::from).chain(extras).collect()
    }

    /// The nearest allowed vector.
    #[must_use]
    pub fn clamp(&self, params: Params) -> Params {
        let extras = params.extras().into_iter().zip(self.extras).enumerate();
        let nine = params.with_values(clamped(params.values(), &self.values));
        extras.fold(nine, |params, (index, (value, [low, high]))| {
            params.with(Axis::Extra(index), value.clamp(low, high))
        })
    }

    /// The nearest allowed vector of any nine numbers, with extra parameters as near to neutral as
    /// they may be; NaN becomes the allowed value nearest 0.
    #[must_use]
    pub fn clamp_values(&self, values: [f64; Parameter::COUNT]) -> Params {
        self.clamp(Params::NEUTRAL.with_values(clamped(values, &self.values)))
    }

    fn set(&mut self, axis: Axis, interval: [f64; 2]) {
        let slot = match axis {
            Axis::Canonical(parameter) => self.values.get_mut(parameter.index()),
            Axis::Extra(index) => self.extras.get_mut(index),
        };
        if let Some(slot) = slot {
            *slot = interval;
        }
    }
}

fn clamped(
    mut values: [f64; Parameter::COUNT],
    intervals: &[[f64; 2]; Parameter::COUNT],
) -> [f64; Parameter::COUNT] {
    for (value, &[low, high]) in values.iter_mut().zip(intervals) {
        *value = if value.is_nan() { 0.0 } else { *value }.clamp(low, high);
    }
    values
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
    #[test]
    fn an_extra_parameter_is_neutral_until_it_is_declared() {
        let mut limits = Limits::default();
        assert_eq!(limits.free_axes().len(), Parameter::COUNT);
        let moved = Params::NEUTRAL.with(Axis::Extra(1), 0.9);
        assert_eq!(limits.clamp(moved), Params::NEUTRAL);
        limits = limits.with_extras(2);
        limits.narrow(Axis::Extra(1), [-0.5, 0.5]).unwrap();
        assert_eq!(limits.clamp(moved).get(Axis::Extra(1)), 0.5);
        limits.lock(Axis::Extra(0), 0.25).unwrap();
        assert_eq!(limits.free_axes().last(), Some(&Axis::Extra(1)));
        assert_eq!(limits.clamp_values([0.1; 9]).extras()[..3], [0.25, 0.0, 0.0]);
        let error = limits.narrow(Axis::Extra(1), [0.4, 0.2]).unwrap_err();
        assert!(error.of("tint").starts_with("limit of tint: [0.4, 0.2]"), "{error}");
    }
}
