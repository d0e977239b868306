//! The table `[[camera.by_light]]`.

use std::time::Duration;

use isp_hw::strict_toml::{StrictError, Table, Value};

use super::LightEntry;
use super::camera_keys::look_name;
use super::keep_keys::{number_within, seconds};

const KEYS: [&str; 9] = [
    "look",
    "below_ev",
    "above_ev",
    "below_k",
    "above_k",
    "margin_ev",
    "margin_k",
    "dwell_s",
    "blend_s",
];
/// Light that anything can be told of, stops.
const EV: [f64; 2] = [-20.0, 20.0];
/// Colour temperatures that can be told, kelvin.
const KELVIN: [f64; 2] = [2000.0, 12_500.0];
const MARGIN_EV: f64 = 0.5;
const MARGIN_K: f64 = 300.0;
/// Longer than the sun behind a cloud.
const DWELL: Duration = Duration::from_secs(60);

/// Reads one entry.
pub(super) fn light_entry(value: &Value<'_>) -> Result<LightEntry, StrictError> {
    let table = value.table()?;
    table.only(&KEYS)?;
    let bound = |key: &str, allowed| -> Result<Option<f64>, StrictError> {
        table.get(key).map(|value| number_within(&value, allowed)).transpose()
    };
    let ev = interval(&table, ["above_ev", "below_ev"], EV)?;
    let kelvin = interval(&table, ["above_k", "below_k"], KELVIN)?;
    if ev.iter().chain(&kelvin).all(|bound| bound.is_infinite()) {
        return Err(table.error(
            "the entry says nothing of the light; give it \"below_ev\", \"above_ev\", \"below_k\" or \
             \"above_k\""
                .to_owned(),
        ));
    }
    Ok(LightEntry {
        look: look_name(&table.required("look")?)?,
        ev,
        kelvin,
        margin_ev: bound("margin_ev", [0.0, 10.0])?.unwrap_or(MARGIN_EV),
        margin_k: bound("margin_k", [0.0, 5000.0])?.unwrap_or(MARGIN_K),
        dwell: match table.get("dwell_s") {
            Some(value) => seconds(&value, 0.0)?,
            None => DWELL,
        },
        blend: match table.get("blend_s") {
            Some(value) => seconds(&value, 0.0)?,
            None => Duration::ZERO,
        },
    })
}

/// The bounds of two keys; infinite where one is not there.
fn interval(
    table: &Table<'_>,
    [above, below]: [&str; 2],
    allowed: [f64; 2],
) -> Result<[f64; 2], StrictError> {
    let bound = |key: &str| -> Result<Option<f64>, StrictError> {
        table.get(key).map(|value| number_within(&value, allowed)).transpose()
    };
    let low = bound(above)?.unwrap_or(f64::NEG_INFINITY);
    let high = bound(below)?.unwrap_or(f64::INFINITY);
    if low >= high {
        return Err(table.error(format!("\"{above}\" = {low} must be below \"{below}\" = {high}")));
    }
    Ok([low, high])
}
