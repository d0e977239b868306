//! The keys `lock` and `[limits]`.

use tuner::{Axis, ExtraParameter, Limits, Parameter, ParameterInfo};

use crate::strict_toml::{StrictError, Table, Value};

/// Everything in `table` and all of `extras` is free but for what `lock` and `[limits]` say; with the
/// parameters that `lock` names.
pub(super) fn read(
    root: &Table<'_>,
    table: &[ParameterInfo],
    extras: &[ExtraParameter],
) -> Result<(Limits, Vec<Axis>), StrictError> {
    let mut limits = Limits::of_table(table).with_extras(extras.len());
    let mut locked = Vec::new();
    if let Some(lock) = root.get("lock") {
        for item in lock.items()? {
            let name = item.string()?;
            let axis = axis(&item, name, extras)?;
            if locked.contains(&axis) {
                return Err(item.error(format!("\"{name}\" is locked twice")));
            }
            limits.lock(axis, 0.0).map_err(|error| item.error(error.of(name)))?;
            locked.push(axis);
        }
    }
    let Some(intervals) = root.get("limits") else { return Ok((limits, locked)) };
    let intervals = intervals.table()?;
    intervals.only(&names(extras))?;
    for value in intervals.values() {
        let name = value.key();
        let axis = axis(&value, name, extras)?;
        if locked.contains(&axis) {
            let what = format!("\"{name}\" is locked and limited; keep one of the two");
            return Err(value.key_error(what));
        }
        let has = match axis {
            Axis::Canonical(parameter) => table.iter().any(|info| info.parameter == parameter),
            Axis::Extra(_) => true,
        };
        if !has {
            let what = format!(
                "limit of \"{name}\", which this pipeline does not have; add a [[parameter]] table \
                 for it, or remove the limit"
            );
            return Err(value.key_error(what));
        }
        limits.narrow(axis, value.pair()?).map_err(|error| value.error(error.of(name)))?;
    }
    Ok((limits, locked))
}

/// The names of all parameters that can be limited.
fn names(extras: &[ExtraParameter]) -> Vec<&str> {
    let mut names = Parameter::ALL.map(Parameter::name).to_vec();
    names.extend(extras.iter().map(|extra| extra.name.as_str()));
    names
}

/// The parameter of this name, one of the nine or of `extras`.
fn axis(value: &Value<'_>, name: &str, extras: &[ExtraParameter]) -> Result<Axis, StrictError> {
    let nine = Parameter::from_name(name).map(Axis::Canonical);
    nine.or_else(|| ExtraParameter::axis_of(name, extras))
        .ok_or_else(|| value.unknown(name, &names(extras)))
}

/// The canonical parameter of this name.
pub(super) fn parameter(value: &Value<'_>, name: &str) -> Result<Parameter, StrictError> {
    let known = Parameter::ALL.map(Parameter::name);
    Parameter::from_name(name).ok_or_else(|| value.unknown(name, &known))
}
