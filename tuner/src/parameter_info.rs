//! One of the nine parameters as a pipeline has it.

use serde::Serialize;

use crate::{Curve, NativeScale, Parameter, ResponseError};

/// One parameter as a pipeline has it: its own key, unit, range and curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterInfo {
    /// Which of the nine.
    pub parameter: Parameter,
    /// The pipeline's own name for it.
    pub key: String,
    /// Native values at canonical −1 and +1; a reversed range flips the sign.
    pub range: [f64; 2],
    /// Shape between the two ends and neutral.
    pub curve: Curve,
    /// Native value at canonical 0; strictly between the two ends of `range`.
    pub neutral: f64,
    /// Unit of the native value, for people (`EV`, `%`); may be empty.
    pub unit: String,
}

impl ParameterInfo {
    /// A linear entry whose native values are the canonical ones.
    #[must_use]
    pub fn canonical(parameter: Parameter) -> Self {
        Self {
            parameter,
            key: parameter.name().to_owned(),
            range: [-1.0, 1.0],
            curve: Curve::Linear,
            neutral: 0.0,
            unit: String::new(),
        }
    }

    /// Its native values.
    #[must_use]
    pub const fn scale(&self) -> NativeScale {
        NativeScale { range: self.range, curve: self.curve, neutral: self.neutral }
    }

    /// Checks that the entry maps [−1, 1] one to one.
    ///
    /// # Errors
    /// [`ResponseError`] naming the parameter and the values at fault.
    pub fn validate(&self) -> Result<(), ResponseError> {
        self.scale().validate(self.parameter.name())
    }

    /// Native value of a canonical one in [−1, 1].
    #[must_use]
    pub fn to_native(&self, canonical: f64) -> f64 {
        self.scale().to_native(canonical)
    }

    /// Canonical value of a native one, moved into [−1, 1]; the inverse of [`Self::to_native`].
    #[must_use]
    pub fn to_canonical(&self, native: f64) -> f64 {
        self.scale().to_canonical(native)
    }
}
