//! The keys `lock` and `[limits]`.

use tuner::{Limits, Parameter, ParameterInfo};

use crate::strict_toml::{StrictError, Table, Value};

/// Everything in `table` is free but for what `lock` and `[limits]` say; with the parameters that
/// `lock` names.
pub(super) fn read(
    root: &Table<'_>,
    table: &[ParameterInfo],
) -> Result<(Limits, Vec<Parameter>), StrictError> {
    let mut limits = Limits::of_table(table);
    let mut locked = Vec::new();
    if let Some(lock) = root.get("lock") {
        for item in lock.items()? {
            let parameter = parameter(&item, item.string()?)?;
            if locked.contains(&parameter) {
                return Err(item.error(format!("\"{parameter}\" is locked twice")));
            }
            limits.lock(parameter, 0.0).map_err(|error| item.error(error.to_string()))?;
            locked.push(parameter);
        }
    }
    let Some(intervals) = root.get("limits") else { return Ok((limits, locked)) };
    let intervals = intervals.table()?;
    intervals.only(&Parameter::ALL.map(Parameter::name))?;
    for value in intervals.values() {
        let parameter = parameter(&value, value.key())?;
        if locked.contains(&parameter) {
            let what = format!("\"{parameter}\" is locked and limited; keep one of the two");
            return Err(value.key_error(what));
        }
        if !table.iter().any(|info| info.parameter == parameter) {
            let what = format!(
                "limit of \"{parameter}\", which this pipeline does not have; add a [[parameter]] \
                 table for it, or remove the limit"
            );
            return Err(value.key_error(what));
        }
        let interval = value.pair()?;
        limits.narrow(parameter, interval).map_err(|error| value.error(error.to_string()))?;
    }
    Ok((limits, locked))
}

/// The canonical parameter of this name.
pub(super) fn parameter(value: &Value<'_>, name: &str) -> Result<Parameter, StrictError> {
    let known = Parameter::ALL.map(Parameter::name);
    Parameter::from_name(name).ok_or_else(|| value.unknown(name, &known))
}
