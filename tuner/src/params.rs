//! A vector of the nine canonical parameter values.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::Parameter;

/// Nine canonical values in [−1, 1], zero meaning neutral; never NaN.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Params([f64; Parameter::COUNT]);

/// A value that is no canonical parameter value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamsError {
    /// Outside [−1, 1], or not a number.
    #[error(
        "{parameter} = {value} is outside [-1, 1]; canonical values run from -1 to 1, 0 is neutral"
    )]
    OutOfRange {
        /// Which parameter.
        parameter: Parameter,
        /// The offending value.
        value: f64,
    },
}

impl Params {
    /// All nine at zero: the picture is left as it is.
    pub const NEUTRAL: Self = Self([0.0; Parameter::COUNT]);

    /// Takes nine values in the order of [`Parameter::ALL`].
    ///
    /// # Errors
    /// [`ParamsError::OutOfRange`] for the first value outside [−1, 1] or not finite.
    pub fn new(values: [f64; Parameter::COUNT]) -> Result<Self, ParamsError> {
        for (parameter, value) in Parameter::ALL.into_iter().zip(values) {
            if !(-1.0..=1.0).contains(&value) {
                return Err(ParamsError::OutOfRange { parameter, value });
            }
        }
        Ok(Self(values))
    }

    /// Takes nine values, each moved to the nearest value in [−1, 1]; NaN becomes 0.
    #[must_use]
    pub fn clamped(values: [f64; Parameter::COUNT]) -> Self {
        Self(values.map(|value| if value.is_nan() { 0.0 } else { value.clamp(-1.0, 1.0) }))
    }

    /// The value of one parameter, in [−1, 1].
    #[must_use]
    pub fn get(&self, parameter: Parameter) -> f64 {
        self.iter().find_map(|(each, value)| (each == parameter).then_some(value)).unwrap_or(0.0)
    }

    /// The same vector with one value replaced (moved into [−1, 1]; NaN becomes 0).
    #[must_use]
    pub fn with(self, parameter: Parameter, value: f64) -> Self {
        let mut values = self.0;
        if let Some(slot) = values.get_mut(parameter.index()) {
            *slot = value;
        }
        Self::clamped(values)
    }

    /// The nine values in the order of [`Parameter::ALL`].
    #[must_use]
    pub const fn values(&self) -> [f64; Parameter::COUNT] {
        self.0
    }

    /// Parameters with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Parameter, f64)> + '_ {
        Parameter::ALL.into_iter().zip(self.0)
    }
}

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
}
