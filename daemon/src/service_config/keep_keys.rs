//! The table `[keep]`, of the whole file or of one camera.

use std::time::Duration;

use isp_hw::strict_toml::{StrictError, Table, Value};

use crate::keeping::KeepPolicy;

const KEYS: [&str; 7] = [
    "check_interval_s",
    "enter_delta_e",
    "exit_delta_e",
    "dwell_s",
    "cool_down_s",
    "retunes_per_hour",
    "margin_db",
];

const LONGEST_S: f64 = 86_400.0;

/// What one table says; the rest is as it was below it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct KeepKeys {
    check_interval: Option<Duration>,
    enter_delta_e: Option<f64>,
    exit_delta_e: Option<f64>,
    dwell: Option<Duration>,
    cool_down: Option<Duration>,
    retunes_per_hour: Option<u32>,
    margin_db: Option<f64>,
}

impl KeepKeys {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, StrictError> {
        table.only(&KEYS)?;
        let seconds = |key: &str, least: f64| -> Result<Option<Duration>, StrictError> {
            table.get(key).map(|value| seconds(&value, least)).transpose()
        };
        let number = |key: &str, allowed: [f64; 2]| -> Result<Option<f64>, StrictError> {
            table.get(key).map(|value| number_within(&value, allowed)).transpose()
        };
        let keys = Self {
            check_interval: seconds("check_interval_s", 0.05)?,
            enter_delta_e: number("enter_delta_e", [0.1, 100.0])?,
            exit_delta_e: number("exit_delta_e", [0.0, 100.0])?,
            dwell: seconds("dwell_s", 0.0)?,
            cool_down: seconds("cool_down_s", 0.0)?,
            retunes_per_hour: match table.get("retunes_per_hour") {
                Some(value) => u32::try_from(value.integer(0..=3600)?).ok(),
                None => None,
            },
            margin_db: number("margin_db", [0.0, 20.0])?,
        };
        if let (Some(enter), Some(exit)) = (keys.enter_delta_e, keys.exit_delta_e)
            && exit >= enter
        {
            return Err(table.error(format!(
                "\"exit_delta_e\" = {exit} must be below \"enter_delta_e\" = {enter}"
            )));
        }
        Ok(keys)
    }

    /// These keys over those.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            check_interval: self.check_interval.or(below.check_interval),
            enter_delta_e: self.enter_delta_e.or(below.enter_delta_e),
            exit_delta_e: self.exit_delta_e.or(below.exit_delta_e),
            dwell: self.dwell.or(below.dwell),
            cool_down: self.cool_down.or(below.cool_down),
            retunes_per_hour: self.retunes_per_hour.or(below.retunes_per_hour),
            margin_db: self.margin_db.or(below.margin_db),
        }
    }

    /// The policy, with the defaults where nothing was said. Where thresholds of different files
    /// cross, the look is found again at half of what it is lost at.
    pub(super) fn policy(self) -> KeepPolicy {
        let default = KeepPolicy::default();
        let enter_delta_e = self.enter_delta_e.unwrap_or(default.enter_delta_e);
        let exit_delta_e = self.exit_delta_e.unwrap_or(default.exit_delta_e);
        KeepPolicy {
            check_interval: self.check_interval.unwrap_or(default.check_interval),
            enter_delta_e,
            // Where only one was said, the other keeps its distance.
            exit_delta_e: if exit_delta_e < enter_delta_e {
                exit_delta_e
            } else {
                enter_delta_e / 2.0
            },
            dwell: self.dwell.unwrap_or(default.dwell),
            cool_down: self.cool_down.unwrap_or(default.cool_down),
            retunes_per_hour: self.retunes_per_hour.unwrap_or(default.retunes_per_hour),
            margin_db: self.margin_db.unwrap_or(default.margin_db),
        }
    }
}

pub(super) fn seconds(value: &Value<'_>, least: f64) -> Result<Duration, StrictError> {
    number_within(value, [least, LONGEST_S]).map(Duration::from_secs_f64)
}

pub(super) fn number_within(value: &Value<'_>, [low, high]: [f64; 2]) -> Result<f64, StrictError> {
    let number = value.number()?;
    if (low..=high).contains(&number) {
        return Ok(number);
    }
    Err(value.error(format!("\"{}\" = {number} is outside {low} to {high}", value.key())))
}
