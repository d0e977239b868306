//! A vector of the nine canonical parameter values, and of what extra parameters a pipeline has.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::{Axis, MOST_EXTRAS, Parameter};

/// Nine canonical values in [−1, 1], zero meaning neutral, and as many of extra parameters as a
/// pipeline may have, those that it has not at zero; never NaN.
///
/// Where a picture is rendered by formulas of the nine, the extra values have no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Params {
    values: [f64; Parameter::COUNT],
    extras: [f64; MOST_EXTRAS],
}

/// A value that is no canonical parameter value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamsError {
    /// Outside [−1, 1], or not a number.
    #[error(
        "{parameter} = {value} is outside [-1, 1]; canonical values run from -1 to 1, 0 is neutral"
    )]
    OutOfRange {
        /// Name of the parameter.
        parameter: String,
        /// The offending value.
        value: f64,
    },
}

impl Params {
    /// All at zero: the picture is left as it is.
    pub const NEUTRAL: Self = Self { values: [0.0; Parameter::COUNT], extras: [0.0; MOST_EXTRAS] };

    /// Takes nine values in the order of [`Parameter::ALL`]; extra parameters stay neutral.
    ///
    /// # Errors
    /// [`ParamsError::OutOfRange`] for the first value outside [−1, 1] or not finite.
    pub fn new(values: [f64; Parameter::COUNT]) -> Result<Self, ParamsError> {
        for (parameter, value) in Parameter::ALL.into_iter().zip(values) {
            Self::check(parameter.name(), value)?;
        }
        Ok(Self { values, ..Self::NEUTRAL })
    }

    /// Takes nine values, each moved to the nearest value in [−1, 1]; NaN becomes 0. Extra
    /// parameters stay neutral.
    #[must_use]
    pub fn clamped(values: [f64; Parameter::COUNT]) -> Self {
        Self::NEUTRAL.with_values(values)
    }

    /// Whether `value` is a canonical value of the parameter with this name.
    ///
    /// # Errors
    /// [`ParamsError::OutOfRange`] when it is outside [−1, 1] or not finite.
    pub fn check(parameter: &str, value: f64) -> Result<(), ParamsError> {
        if (-1.0..=1.0).contains(&value) {
            return Ok(());
        }
        Err(ParamsError::OutOfRange { parameter: parameter.to_owned(), value })
    }

    /// The value of one parameter, in [−1, 1]; 0 for an extra one that no pipeline can have.
    #[must_use]
    pub fn get(&self, axis: impl Into<Axis>) -> f64 {
        let slot = match axis.into() {
            Axis::Canonical(parameter) => self.values.get(parameter.index()),
            Axis::Extra(index) => self.extras.get(index),
        };
        slot.copied().unwrap_or(0.0)
    }

    /// The same vector with one value replaced (moved into [−1, 1]; NaN becomes 0). An extra
    /// parameter that no pipeline can have is left out.
    #[must_use]
    pub fn with(mut self, axis: impl Into<Axis>, value: f64) -> Self {
        let slot = match axis.into() {
            Axis::Canonical(parameter) => self.values.get_mut(parameter.index()),
            Axis::Extra(index) => self.extras.get_mut(index),
        };
        if let Some(slot) = slot {
            *slot = canonical(value);
        }
        self
    }

    /// The same extra values with nine others, each moved to the nearest value in [−1, 1]; NaN
    /// becomes 0.
    #[must_use]
    pub fn with_values(self, values: [f64; Parameter::COUNT]) -> Self {
        Self { values: values.map(canonical), extras: self.extras }
    }

    /// The nine values in the order of [`Parameter::ALL`].
    #[must_use]
    pub const fn values(&self) -> [f64; Parameter::COUNT] {
        self.values
    }

    /// The extra values in the order of [`crate::Pipeline::extra_parameters`]; those beyond it are 0.
    #[must_use]
    pub const fn extras(&self) -> [f64; MOST_EXTRAS] {
        self.extras
    }

    /// The nine parameters with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Parameter, f64)> + '_ {
        Parameter::ALL.into_iter().zip(self.values)
    }
}

fn canonical(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(-1.0, 1.0) }
}

/// The nine by name: what an extra value means, only its pipeline can say.
impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Parameter::COUNT))?;
        for (parameter, value) in self.iter() {
            map.serialize_entry(parameter.name(), &value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_nan_and_values_out_of_range() {
        let mut values = [0.0; 9];
        values[4] = f64::NAN;
        assert!(Params::new(values).is_err());
        values[4] = 1.01;
        let error = Params::new(values).unwrap_err().to_string();
        assert!(error.contains("saturation = 1.01"), "{error}");
        values[4] = 1.0;
        assert_eq!(Params::new(values).unwrap().get(Parameter::Saturation), 1.0);
    }

    #[test]
    fn clamping_keeps_every_value_canonical() {
        let params =
            Params::NEUTRAL.with(Parameter::Texture, -7.0).with(Parameter::Exposure, f64::NAN);
        assert_eq!(params.get(Parameter::Texture), -1.0);
        assert_eq!(params.get(Parameter::Exposure), 0.0);
    }

    #[test]
    fn extra_values_live_beside_the_nine() {
        let params = Params::clamped([0.5; 9]).with(Axis::Extra(2), 7.0);
        assert_eq!(params.values(), [0.5; 9]);
        assert_eq!(params.extras(), [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(params.with_values([0.1; 9]).get(Axis::Extra(2)), 1.0);
        assert_eq!(params.with(Axis::Extra(MOST_EXTRAS), 0.3), params);
        assert_eq!(params.get(Axis::Extra(MOST_EXTRAS)), 0.0);
        assert_ne!(params, Params::clamped([0.5; 9]));
    }
}
