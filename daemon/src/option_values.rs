//! Values of command-line options that need parsing of their own.

use anyhow::{Context, Result, anyhow, bail};
use isp_hw::strict_toml::nearest;
use tuner::{Axis, ExtraParameter, Limits, LimitsError, Parameter, Params, Region};

use crate::exit::UsageError;

/// `exposure=-0.3..0.5`
pub fn parse_limit(text: &str) -> Result<(String, [f64; 2])> {
    let (name, range) = split_pair(text, "name=low..high")?;
    let (low, high) = range
        .split_once("..")
        .with_context(|| format!("\"{range}\" is no range; write low..high, as in -0.3..0.5"))?;
    Ok((parse_name(name)?, [number(low)?, number(high)?]))
}

/// `red_gain` (left as it was found) or `red_gain=0.2`
pub fn parse_lock(text: &str) -> Result<(String, Option<f64>)> {
    match text.split_once('=') {
        Some((name, value)) => Ok((parse_name(name)?, Some(number(value)?))),
        None => Ok((parse_name(text)?, None)),
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

/// Narrows `limits` by the options of the command line, for a pipeline with these extra parameters
/// that was found at `found`.
pub fn apply_limits(
    limits: &mut Limits,
    narrower: &[(String, [f64; 2])],
    locks: &[(String, Option<f64>)],
    found: &Params,
    extras: &[ExtraParameter],
) -> Result<()> {
    let axis = |option: &str, name: &str| -> Result<Axis> {
        let axis = axis_named(name, extras);
        axis.map_err(|error| UsageError(format!("{option} {name}: {error:#}")).into())
    };
    let named = |name: &str, error: LimitsError| anyhow!(error.of(name));
    for (name, interval) in narrower {
        let narrowed = limits.narrow(axis("--limit", name)?, *interval);
        narrowed.map_err(|error| named(name, error)).context("--limit")?;
    }
    for (name, value) in locks {
        let axis = axis("--lock", name)?;
        let locked = limits.lock(axis, value.unwrap_or_else(|| found.get(axis)));
        locked.map_err(|error| named(name, error)).context("--lock")?;
    }
    Ok(())
}

/// A name that may be one of the nine or of an extra parameter; which, the pipeline says.
///
/// # Errors
/// For what no parameter can be called.
pub fn parse_name(name: &str) -> Result<String> {
    let name = name.trim();
    if ExtraParameter::is_name(name) {
        return Ok(name.to_owned());
    }
    parse_parameter(name).map(|parameter| parameter.name().to_owned())
}

/// The parameter of this name, one of the nine or of `extras`.
///
/// # Errors
/// For any other name, with the nearest one.
pub fn axis_named(name: &str, extras: &[ExtraParameter]) -> Result<Axis> {
    let nine = Parameter::from_name(name).map(Axis::Canonical);
    nine.or_else(|| ExtraParameter::axis_of(name, extras)).ok_or_else(|| unknown(name, extras))
}

fn unknown(name: &str, extras: &[ExtraParameter]) -> anyhow::Error {
    let extras: Vec<&str> = extras.iter().map(|extra| extra.name.as_str()).collect();
    anyhow!(unknown_parameter(name, &extras))
}

/// What is said of a name that neither is one of the nine nor of the pipeline's `extras`.
pub fn unknown_parameter(name: &str, extras: &[&str]) -> String {
    let nine = Parameter::ALL.map(Parameter::name);
    let meant = nearest(name, &[&nine[..], extras].concat())
        .map_or_else(|| ".".to_owned(), |meant| format!(", did you mean {meant:?}?"));
    let mut told = format!("\"{name}\" is no parameter{meant} The nine are: {}", nine.join(", "));
    if !extras.is_empty() {
        told += &format!("; beside them the pipeline has: {}", extras.join(", "));
    }
    told
}

/// A canonical name
pub fn parse_parameter(name: &str) -> Result<Parameter> {
    let name = name.trim();
    Parameter::from_name(name).ok_or_else(|| unknown(name, &[]))
}

/// A finite number
pub fn number(text: &str) -> Result<f64> {
    let value: f64 =
        text.trim().parse().map_err(|_| anyhow!("\"{}\" is no number", text.trim()))?;
    if value.is_finite() { Ok(value) } else { bail!("\"{}\" is not finite", text.trim()) }
}

/// Both sides of the first `=`; `form` says how the whole should look
pub fn split_pair<'a>(text: &'a str, form: &str) -> Result<(&'a str, &'a str)> {
    text.split_once('=').with_context(|| format!("\"{text}\" is not of the form {form}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_limits_and_locks() {
        let limit = parse_limit("exposure=-0.3..0.5").unwrap();
        assert_eq!(limit, ("exposure".to_owned(), [-0.3, 0.5]));
        assert!(parse_limit("exposure=0.5").is_err());
        assert_eq!(parse_lock("red_gain").unwrap(), ("red_gain".to_owned(), None));
        assert_eq!(parse_lock("red_gain=0.2").unwrap(), ("red_gain".to_owned(), Some(0.2)));
    }
}
