//! What a pipeline can be set to: the nine parameters as far as it has them, and extra ones.

use std::collections::BTreeMap;

use tuner::{Axis, ExtraParameter, ParameterInfo, Params, Pipeline};

/// The parameters of one pipeline.
#[derive(Debug, Clone, Default)]
pub struct ParameterTable {
    /// Those of the nine that it has, in canonical order.
    pub nine: Vec<ParameterInfo>,
    /// Those beside the nine.
    pub extras: Vec<ExtraParameter>,
}

/// One parameter with a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterValue<'t> {
    /// Which.
    pub axis: Axis,
    /// Canonical name.
    pub name: &'t str,
    /// The pipeline's own name.
    pub key: &'t str,
    /// Unit of the native value; may be empty.
    pub unit: &'t str,
    /// Canonical value in [−1, 1].
    pub canonical: f64,
    /// The pipeline's own value.
    pub native: f64,
}

impl ParameterTable {
    /// The parameters of an opened pipeline.
    #[must_use]
    pub fn of(pipeline: &dyn Pipeline) -> Self {
        let (nine, extras) = (pipeline.parameters(), pipeline.extra_parameters());
        Self { nine: nine.to_vec(), extras: extras.to_vec() }
    }

    /// Every parameter with its value: of the nine first, then extra ones.
    pub fn values<'t>(
        &'t self,
        params: &'t Params,
    ) -> impl Iterator<Item = ParameterValue<'t>> + 't {
        let nine = self.nine.iter().map(|info| ParameterValue::of(info, params));
        nine.chain(self.extra_values(params))
    }

    /// The same of the extra ones only.
    fn extra_values<'t>(
        &'t self,
        params: &'t Params,
    ) -> impl Iterator<Item = ParameterValue<'t>> + 't {
        self.extras.iter().enumerate().map(|(index, extra)| {
            let axis = Axis::Extra(index);
            let canonical = params.get(axis);
            ParameterValue {
                axis,
                name: &extra.name,
                key: &extra.key,
                unit: &extra.unit,
                canonical,
                native: extra.to_native(canonical),
            }
        })
    }

    /// Canonical values of the nine, as far as the pipeline has them.
    #[must_use]
    pub fn canonical(&self, params: &Params) -> BTreeMap<&'static str, f64> {
        let nine = self.nine.iter();
        nine.map(|info| (info.parameter.name(), params.get(info.parameter))).collect()
    }

    /// Canonical values of the extra parameters.
    #[must_use]
    pub fn extra(&self, params: &Params) -> BTreeMap<String, f64> {
        let values = self.extra_values(params);
        values.map(|value| (value.name.to_owned(), value.canonical)).collect()
    }

    /// All values in the pipeline's own keys and units.
    #[must_use]
    pub fn native(&self, params: &Params) -> BTreeMap<String, f64> {
        self.values(params).map(|value| (value.key.to_owned(), value.native)).collect()
    }
}

impl<'t> ParameterValue<'t> {
    /// One of the nine with its value in `params`.
    #[must_use]
    pub fn of(info: &'t ParameterInfo, params: &Params) -> Self {
        let canonical = params.get(info.parameter);
        Self {
            axis: info.parameter.into(),
            name: info.parameter.name(),
            key: &info.key,
            unit: &info.unit,
            canonical,
            native: info.to_native(canonical),
        }
    }
}
