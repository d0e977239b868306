//! Values of command-line options that need parsing of their own.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};
use isp_hw::strict_toml::Suggestion;
use tuner::{Limits, Parameter, Params, Region};

/// `exposure=-0.3..0.5`
pub fn parse_limit(text: &str) -> Result<(Parameter, [f64; 2])> {
    let (name, range) = split_pair(text, "name=low..high")?;
    let (low, high) = range
        .split_once("..")
        .with_context(|| format!("\"{range}\" is no range; write low..high, as in -0.3..0.5"))?;
    Ok((parse_parameter(name)?, [number(low)?, number(high)?]))
}

/// `red_gain` (left as it was found) or `red_gain=0.2`
pub fn parse_lock(text: &str) -> Result<(Parameter, Option<f64>)> {
    match text.split_once('=') {
        Some((name, value)) => Ok((parse_parameter(name)?, Some(number(value)?))),
        None => Ok((parse_parameter(text)?, None)),
    }
}

/// `x,y,width,height` in pixels
pub fn parse_region(text: &str) -> Result<Region> {
    let numbers: Vec<usize> = text
        .split(',')
        .map(|part| part.trim().parse())
        .collect::<Result<_, _>>()
        .with_context(|| format!("\"{text}\" is not of the form x,y,width,height in pixels"))?;
    let &[x, y, width, height] = numbers.as_slice() else {
        bail!("\"{text}\" is not of the form x,y,width,height in pixels");
    };
    Ok(Region { x, y, width, height })
}

/// How far to go, 0 to 2
pub fn parse_strength(text: &str) -> Result<f64> {
    let value = number(text)?;
    if (0.0..=2.0).contains(&value) {
        return Ok(value);
    }
    bail!("{text} is outside 0 to 2; 0 changes nothing, 1 goes all the way")
}

/// `illuminant=D50`
pub fn parse_tag(text: &str) -> Result<(String, String)> {
    let (key, value) = split_pair(text, "key=value")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Narrows `limits` by the options of the command line.
pub fn apply_limits(
    limits: &mut Limits,
    narrower: &[(Parameter, [f64; 2])],
    locks: &[(Parameter, Option<f64>)],
    found: &Params,
) -> Result<()> {
    for &(parameter, interval) in narrower {
        limits.narrow(parameter, interval).context("--limit")?;
    }
    for &(parameter, value) in locks {
        let value = value.unwrap_or_else(|| found.get(parameter));
        limits.lock(parameter, value).context("--lock")?;
    }
    Ok(())
}

/// Nine canonical values: `name=value,…`, or the path of a JSON file with a `params` object; what
/// is not named stays neutral.
pub fn parse_params(text: &str) -> Result<Params> {
    params_of(&parse_named_params(text)?)
}

/// As [`parse_params`], but only what is named.
pub fn parse_named_params(text: &str) -> Result<BTreeMap<String, f64>> {
    if text.contains('=') {
        let pairs = text.split(',').map(|pair| {
            let (name, value) = split_pair(pair, "name=value")?;
            Ok((parse_parameter(name)?.name().to_owned(), number(value)?))
        });
        return in_range(pairs.collect::<Result<_>>()?);
    }
    // clap shows no causes, so that they go into the message itself.
    let json = std::fs::read_to_string(text).map_err(|error| {
        anyhow!("neither name=value,… nor a readable JSON file with a \"params\" object ({error})")
    })?;
    named_params_of_json(&json).map_err(|error| anyhow!("{error:#}"))
}

fn named_params_of_json(json: &str) -> Result<BTreeMap<String, f64>> {
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
    in_range(serde_json::from_value(params.clone())?)
}

fn in_range(named: BTreeMap<String, f64>) -> Result<BTreeMap<String, f64>> {
    params_of(&named)?;
    Ok(named)
}

fn params_of(named: &BTreeMap<String, f64>) -> Result<Params> {
    let mut values = [0.0; Parameter::COUNT];
    for (name, value) in named {
        let parameter = parse_parameter(name)?;
        if let Some(slot) = values.get_mut(parameter.index()) {
            *slot = *value;
        }
    }
    Ok(Params::new(values)?)
}

/// A canonical name
pub fn parse_parameter(name: &str) -> Result<Parameter> {
    let name = name.trim();
    Parameter::from_name(name).ok_or_else(|| {
        let names = Parameter::ALL.map(Parameter::name);
        anyhow!(
            "\"{name}\" is no parameter{} The nine are: {}",
            Suggestion::among(name, &names),
            names.join(", ")
        )
    })
}

fn number(text: &str) -> Result<f64> {
    let value: f64 =
        text.trim().parse().map_err(|_| anyhow!("\"{}\" is no number", text.trim()))?;
    if value.is_finite() { Ok(value) } else { bail!("\"{}\" is not finite", text.trim()) }
}

fn split_pair<'a>(text: &'a str, form: &str) -> Result<(&'a str, &'a str)> {
    text.split_once('=').with_context(|| format!("\"{text}\" is not of the form {form}"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let json = r#"{"best": 2, "queries": [{"params": {"exposure": 1}}, {"params": {"contrast": 0.5}}]}"#;
        let params = params_of(&named_params_of_json(json).unwrap()).unwrap();
        assert_eq!(params.get(Parameter::Exposure), 0.0);
        assert_eq!(params.get(Parameter::Contrast), 0.5);
        assert!(named_params_of_json("{}").is_err());
        assert!(named_params_of_json(r#"{"params": {"gamma": 1}}"#).is_err());
    }

    #[test]
    fn reads_limits_and_locks() {
        let limit = parse_limit("exposure=-0.3..0.5").unwrap();
        assert_eq!(limit, (Parameter::Exposure, [-0.3, 0.5]));
        assert!(parse_limit("exposure=0.5").is_err());
        assert_eq!(parse_lock("red_gain").unwrap(), (Parameter::RedGain, None));
        assert_eq!(parse_lock("red_gain=0.2").unwrap(), (Parameter::RedGain, Some(0.2)));
    }
}
