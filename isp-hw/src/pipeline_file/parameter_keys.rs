//! The `[[parameter]]` and `[[extra]]` tables of pipelines with names, units and ranges of their own.

use tuner::{Curve, ExtraParameter, MOST_EXTRAS, NativeScale, Parameter, ParameterInfo};

use super::command_keys::EXTRA_KEY;
use super::limit_keys;
use crate::strict_toml::{StrictError, Table};

const KEYS: [&str; 6] = ["name", "key", "range", "curve", "neutral", "unit"];

// A request has to fit into a pipe (64 KiB on Linux), so that sending it never waits for a reader.
const LONGEST_KEY: usize = 64;

/// Native values beyond this are a slip; it also keeps placeholder arithmetic finite.
const LARGEST_NATIVE: f64 = 1e12;

/// The parameters in canonical order, each with what `rest` makes of the keys of its table that
/// only one kind of pipeline has: those in `more`.
pub(super) fn read<T>(
    root: &Table<'_>,
    more: &[&str],
    mut rest: impl FnMut(&Table<'_>, &ParameterInfo) -> Result<T, StrictError>,
) -> Result<Vec<(ParameterInfo, T)>, StrictError> {
    let tables = root.required("parameter")?;
    let mut parameters: Vec<(ParameterInfo, T)> = Vec::new();
    for item in tables.items()? {
        let table = item.table()?;
        table.only(&[&KEYS[..], more].concat())?;
        let info = parameter(&table)?;
        if parameters.iter().any(|(known, _)| known.parameter == info.parameter) {
            let what = format!("\"{}\" has two [[parameter]] tables", info.parameter);
            return Err(table.required("name")?.error(what));
        }
        if parameters.iter().any(|(known, _)| known.key == info.key) {
            let value = table.get("key").unwrap_or(table.required("name")?);
            return Err(value.error(format!("two parameters have the key {:?}", info.key)));
        }
        let rest = rest(&table, &info)?;
        parameters.push((info, rest));
    }
    if parameters.is_empty() {
        return Err(tables.error("a pipeline needs at least one [[parameter]] table"));
    }
    parameters.sort_by_key(|(info, _)| info.parameter);
    Ok(parameters)
}

/// What the pipeline has beside the nine, in the order of the file; none without an `[[extra]]`
/// table.
pub(super) fn read_extras(
    root: &Table<'_>,
    parameters: &[ParameterInfo],
) -> Result<Vec<ExtraParameter>, StrictError> {
    let Some(tables) = root.get(EXTRA_KEY) else { return Ok(Vec::new()) };
    let mut extras: Vec<ExtraParameter> = Vec::new();
    for item in tables.items()? {
        let table = item.table()?;
        table.only(&KEYS)?;
        let extra = extra(&table)?;
        if extras.iter().any(|known| known.name == extra.name) {
            let what = format!("{:?} has two [[extra]] tables", extra.name);
            return Err(table.required("name")?.error(what));
        }
        let keys = parameters.iter().map(|info| &info.key);
        if keys.chain(extras.iter().map(|known| &known.key)).any(|key| *key == extra.key) {
            let value = table.get("key").unwrap_or(table.required("name")?);
            return Err(value.error(format!("two parameters have the key {:?}", extra.key)));
        }
        if extras.len() == MOST_EXTRAS {
            let what = format!("a pipeline has at most {MOST_EXTRAS} [[extra]] tables");
            return Err(table.error(what));
        }
        extras.push(extra);
    }
    Ok(extras)
}

fn extra(table: &Table<'_>) -> Result<ExtraParameter, StrictError> {
    let name_value = table.required("name")?;
    let name = name_value.text()?;
    if Parameter::from_name(name).is_some() {
        let what = format!("\"{name}\" is one of the nine; give it a [[parameter]] table");
        return Err(name_value.error(what));
    }
    if !ExtraParameter::is_name(name) {
        let what = format!(
            "the name of an extra parameter is a lower-case letter and then lower-case letters, \
             digits and _, at most {} in all",
            ExtraParameter::LONGEST_NAME
        );
        return Err(name_value.error(what));
    }
    let Native { key, scale, unit } = native(table, name)?;
    Ok(ExtraParameter { name: name.to_owned(), key, scale, unit })
}

fn parameter(table: &Table<'_>) -> Result<ParameterInfo, StrictError> {
    let name = table.required("name")?;
    let parameter = limit_keys::parameter(&name, name.string()?)?;
    let Native { key, scale, unit } = native(table, parameter.name())?;
    let NativeScale { range, curve, neutral } = scale;
    Ok(ParameterInfo { parameter, key, range, curve, neutral, unit })
}

/// What a table says of the pipeline's own values.
struct Native {
    key: String,
    scale: NativeScale,
    unit: String,
}

/// The same keys in both kinds of tables; the key of the parameter called `name` is its name, unless
/// given.
fn native(table: &Table<'_>, name: &str) -> Result<Native, StrictError> {
    let key = match table.get("key") {
        Some(key) => {
            let text = key.text()?;
            if text.len() > LONGEST_KEY || text.contains(char::is_control) {
                let what =
                    format!("a key has at most {LONGEST_KEY} bytes, none of them control codes");
                return Err(key.error(what));
            }
            text
        }
        None => name,
    };
    let range = table.required("range")?;
    let neutral = table.required("neutral")?;
    let mut scale =
        NativeScale { range: range.pair()?, curve: Curve::Linear, neutral: neutral.number()? };
    if scale.range.iter().any(|end| end.abs() > LARGEST_NATIVE) {
        return Err(
            range.error(format!("a range ends within -{LARGEST_NATIVE:e} and {LARGEST_NATIVE:e}"))
        );
    }
    if let Some(curve) = table.get("curve") {
        scale.curve = curve.choice(&[("linear", Curve::Linear), ("log", Curve::Log)])?;
    }
    let unit = match table.get("unit") {
        Some(unit) => unit.string()?.to_owned(),
        None => String::new(),
    };
    scale.validate(name).map_err(|error| range.error(error.to_string()))?;
    Ok(Native { key: key.to_owned(), scale, unit })
}
