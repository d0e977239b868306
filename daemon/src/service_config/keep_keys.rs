//! The table `[keep]`, of the whole file or of one camera.

use std::time::Duration;

use isp_hw::strict_toml::{StrictError, Table, Value};

use crate::keeping::KeepPolicy;

const KEYS: [&str; 10] = [
    "check_interval_s",
    "enter_delta_e",
    "exit_delta_e",
    "dwell_s",
    "cool_down_s",
    "retunes_per_hour",
    "margin_db",
    "enter_style_distance",
    "exit_style_distance",
    "margin_style_distance",
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
    enter_style: Option<f64>,
    exit_style: Option<f64>,
    margin_style: Option<f64>,
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
            enter_style: number("enter_style_distance", [0.001, 1.0])?,
            exit_style: number("exit_style_distance", [0.0, 1.0])?,
            margin_style: number("margin_style_distance", [0.0, 0.5])?,
        };
        for (unit, enter, exit) in [
            ("delta_e", keys.enter_delta_e, keys.exit_delta_e),
            ("style_distance", keys.enter_style, keys.exit_style),
        ] {
            if let (Some(enter), Some(exit)) = (enter, exit)
                && exit >= enter
            {
                return Err(table.error(format!(
                    "\"exit_{unit}\" = {exit} must be below \"enter_{unit}\" = {enter}"
                )));
            }
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
            enter_style: self.enter_style.or(below.enter_style),
            exit_style: self.exit_style.or(below.exit_style),
            margin_style: self.margin_style.or(below.margin_style),
        }
    }

    /// The policy, with the defaults where nothing was said. Where thresholds of different files
    /// cross, the look is found again at half of what it is lost at.
    pub(super) fn policy(self) -> KeepPolicy {
        let default = KeepPolicy::default();
        // Where only one was said, the other keeps its distance.
        let apart = |enter: f64, exit: f64| if exit < enter { exit } else { enter / 2.0 };
        let enter_delta_e = self.enter_delta_e.unwrap_or(default.enter_delta_e);
        let exit_delta_e = self.exit_delta_e.unwrap_or(default.exit_delta_e);
        let enter_style = self.enter_style.unwrap_or(default.enter_style);
        let exit_style = self.exit_style.unwrap_or(default.exit_style);
        KeepPolicy {
            check_interval: self.check_interval.unwrap_or(default.check_interval),
            enter_delta_e,
            exit_delta_e: apart(enter_delta_e, exit_delta_e),
            dwell: self.dwell.unwrap_or(default.dwell),
            cool_down: self.cool_down.unwrap_or(default.cool_down),
            retunes_per_hour: self.retunes_per_hour.unwrap_or(default.retunes_per_hour),
            margin_db: self.margin_db.unwrap_or(default.margin_db),
            enter_style,
            exit_style: apart(enter_style, exit_style),
            margin_style: self.margin_style.unwrap_or(default.margin_style),
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
