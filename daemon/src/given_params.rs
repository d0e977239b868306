//! Parameter values given on the command line, before it is known what the pipeline has.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use tuner::{Axis, ExtraParameter, Parameter, Params};

use crate::exit::UsageError;
use crate::option_values::{axis_named, number, parse_name, parse_parameter, split_pair};

/// Canonical values by name: `name=value,…`, or a JSON file with a `params` object and, for extra
/// parameters, an `extra` one. What is not named stays neutral.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenParams {
    /// As it was typed.
    text: String,
    values: BTreeMap<String, f64>,
}

impl GivenParams {
    /// The values for a pipeline with these extra parameters.
    ///
    /// # Errors
    /// [`UsageError`] for the first name that neither is one of the nine nor of `extras`.
    pub fn of(&self, extras: &[ExtraParameter]) -> Result<Params> {
        self.values.iter().try_fold(Params::NEUTRAL, |params, (name, value)| {
            let axis = axis_named(name, extras)
                .map_err(|error| UsageError(format!("--params {}: {error:#}", self.text)))?;
            Ok(params.with(axis, *value))
        })
    }

    /// What is named, where there are no extra parameters.
    ///
    /// # Errors
    /// For the first name that is none of the nine.
    pub fn of_the_nine(self) -> Result<BTreeMap<String, f64>> {
        self.values.keys().try_for_each(|name| parse_parameter(name).map(|_| ()))?;
        Ok(self.values)
    }
}

/// Canonical values "exposure=0.2,contrast=-0.1", or the path of a JSON file
pub fn parse_given(text: &str) -> Result<GivenParams> {
    let values = if text.contains('=') {
        let pairs = text.split(',').map(|pair| {
            let (name, value) = split_pair(pair, "name=value")?;
            Ok((parse_name(name)?, number(value)?))
        });
        pairs.collect::<Result<_>>()?
    } else {
        // clap shows no causes, so that they go into the message itself.
        let json = std::fs::read_to_string(text).map_err(|error| {
            anyhow!(
                "neither name=value,… nor a readable JSON file with a \"params\" object ({error})"
            )
        })?;
        values_of_json(&json).map_err(|error| anyhow!("{error:#}"))?
    };
    for (name, value) in &values {
        Params::check(name, *value)?;
    }
    Ok(GivenParams { text: text.to_owned(), values })
}

/// Nine canonical values, as [`parse_given`] reads them; what is not named stays neutral
pub fn parse_params(text: &str) -> Result<Params> {
    parse_given(text)?.of_the_nine()?.iter().try_fold(Params::NEUTRAL, |params, (name, value)| {
        Ok(params.with(Axis::Canonical(parse_parameter(name)?), *value))
    })
}

fn values_of_json(json: &str) -> Result<BTreeMap<String, f64>> {
    let mut object: serde_json::Value = serde_json::from_str(json)?;
    // The output of `match --json` works as it is: the best query's parameters are taken.
    if let Some(best) = object.get("best").and_then(serde_json::Value::as_u64) {
        let index = usize::try_from(best)?.saturating_sub(1);
        if let Some(query) = object.get_mut("queries").and_then(|queries| queries.get_mut(index)) {
            object = query.take();
        }
    }
    let params = object
        .get("params")
        .context("no \"params\" object; expected {\"params\": {\"exposure\": 0.1, …}}")?;
    let mut values: BTreeMap<String, f64> = serde_json::from_value(params.clone())?;
    values.keys().try_for_each(|name| parse_parameter(name).map(|_| ()))?;
    if let Some(extra) = object.get("extra") {
        let extra: BTreeMap<String, f64> = serde_json::from_value(extra.clone())?;
        for (name, value) in extra {
            anyhow::ensure!(
                Parameter::from_name(&name).is_none(),
                "\"{name}\" belongs in \"params\", not in \"extra\""
            );
            values.insert(parse_name(&name)?, value);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use tuner::{Curve, NativeScale};

    use super::*;

    fn given_by(json: &str) -> Result<GivenParams> {
        Ok(GivenParams { text: "p.json".to_owned(), values: values_of_json(json)? })
    }

    fn vignette() -> ExtraParameter {
        ExtraParameter {
            name: "vignette".to_owned(),
            key: "v".to_owned(),
            scale: NativeScale { range: [-1.0, 1.0], curve: Curve::Linear, neutral: 0.0 },
            unit: String::new(),
        }
    }

    #[test]
    fn reads_pairs_and_names_what_is_wrong() {
        let params = parse_params("exposure=0.5, red_gain=-0.25").unwrap();
        assert_eq!(params.get(Parameter::RedGain), -0.25);
        assert_eq!(params.get(Parameter::Texture), 0.0);
        for (text, part) in [
            ("exposure=nan", "not finite"),
            ("exposure=2", "outside [-1, 1]"),
            ("expsure=0.1", "did you mean \"exposure\""),
            ("exposure=", "no number"),
            ("/nowhere.json", "neither"),
        ] {
            let message = format!("{:#}", parse_params(text).unwrap_err());
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn reads_the_best_query_of_a_match() {
        let json = r#"{"best": 2, "queries": [{"params": {"exposure": 1}}, {"params": {"contrast": 0.5}, "extra": {"vignette": -0.5}}]}"#;
        let given = given_by(json).unwrap();
        let params = given.of(&[vignette()]).unwrap();
        assert_eq!(params.get(Parameter::Exposure), 0.0);
        assert_eq!(params.get(Parameter::Contrast), 0.5);
        assert_eq!(params.get(Axis::Extra(0)), -0.5);
        assert!(given.of_the_nine().is_err());
        assert!(given_by("{}").is_err());
        assert!(given_by(r#"{"params": {"gamma": 1}}"#).is_err());
        assert!(given_by(r#"{"params": {}, "extra": {"texture": 1}}"#).is_err());
    }

    #[test]
    fn an_unknown_name_is_told_with_all_that_the_pipeline_has() {
        let given = parse_given("vinette=0.5").unwrap();
        let message = given.of(&[vignette()]).unwrap_err().to_string();
        assert!(
            message.starts_with("--params vinette=0.5: \"vinette\" is no parameter"),
            "{message}"
        );
        assert!(message.contains("did you mean \"vignette\"?"), "{message}");
        assert!(message.ends_with("texture; beside them the pipeline has: vignette"), "{message}");
    }
}
