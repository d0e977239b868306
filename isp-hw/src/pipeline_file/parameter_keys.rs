//! The `[[parameter]]` tables of pipelines with names, units and ranges of their own.

use tuner::{Curve, ParameterInfo};

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

fn parameter(table: &Table<'_>) -> Result<ParameterInfo, StrictError> {
    let name = table.required("name")?;
    let parameter = limit_keys::parameter(&name, name.string()?)?;
    let mut info = ParameterInfo::canonical(parameter);
    if let Some(key) = table.get("key") {
        info.key = key.text()?.to_owned();
        if info.key.len() > LONGEST_KEY || info.key.contains(char::is_control) {
            let what = format!("a key has at most {LONGEST_KEY} bytes, none of them control codes");
            return Err(key.error(what));
        }
    }
    let range = table.required("range")?;
    let neutral = table.required("neutral")?;
    info.range = range.pair()?;
    info.neutral = neutral.number()?;
    if info.range.iter().any(|end| end.abs() > LARGEST_NATIVE) {
        return Err(
            range.error(format!("a range ends within -{LARGEST_NATIVE:e} and {LARGEST_NATIVE:e}"))
        );
    }
    if let Some(curve) = table.get("curve") {
        info.curve = curve.choice(&[("linear", Curve::Linear), ("log", Curve::Log)])?;
    }
    if let Some(unit) = table.get("unit") {
        info.unit = unit.string()?.to_owned();
    }
    info.validate().map_err(|error| range.error(error.to_string()))?;
    Ok(info)
}
