//! The tables `[[camera]]`, `[[camera.schedule]]`, `[[camera.by_light]]` and `[[group]]`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use isp_hw::strict_toml::{StrictError, Table, Value};
use tuner::{Limits, Parameter, Region, strategy};

use crate::look::LookName;

use super::keep_keys::{KeepKeys, number_within, seconds};
use super::light_keys::light_entry;
use super::{GroupEntry, LightEntry, OnStop, ScheduleEntry};

const KEYS: [&str; 17] = [
    "name",
    "camera",
    "input",
    "pipeline",
    "look",
    "strength",
    "lock",
    "limits",
    "strategy",
    "queries",
    "target_db",
    "region",
    "register",
    "keep",
    "on_stop",
    "schedule",
    "by_light",
];
const SCHEDULE_KEYS: [&str; 4] = ["look", "from", "to", "blend_s"];
const GROUP_KEYS: [&str; 2] = ["name", "cameras"];

const LONGEST_NAME: usize = 64;

/// What one `[[camera]]` table says; the rest is as the files below it say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct CameraKeys {
    pub name: String,
    pub camera: Option<String>,
    pub input: Option<PathBuf>,
    pub pipeline: Option<PathBuf>,
    pub look: Option<String>,
    pub strength: Option<f64>,
    pub lock: Option<Vec<Parameter>>,
    pub limits: Vec<(Parameter, [f64; 2])>,
    pub strategy: Option<String>,
    pub queries: Option<usize>,
    pub target_db: Option<f64>,
    pub region: Option<Region>,
    pub register: Option<bool>,
    pub keep: KeepKeys,
    pub on_stop: Option<OnStop>,
    pub schedule: Option<Vec<ScheduleEntry>>,
    pub by_light: Option<Vec<LightEntry>>,
}

impl CameraKeys {
    /// Reads a table; relative paths start in `folder`.
    pub(super) fn read(table: &Table<'_>, folder: &Path) -> Result<Self, StrictError> {
        table.only(&KEYS)?;
        let text = |key: &str| -> Result<Option<String>, StrictError> {
            table.get(key).map(|value| Ok(value.text()?.to_owned())).transpose()
        };
        let path = |key: &str| -> Result<Option<PathBuf>, StrictError> {
            table.get(key).map(|value| Ok(folder.join(value.text()?))).transpose()
        };
        let keys = Self {
            name: name(&table.required("name")?)?,
            camera: text("camera")?,
            input: path("input")?,
            pipeline: path("pipeline")?,
            look: table.get("look").map(|value| look_name(&value)).transpose()?,
            strength: within(table, "strength", [0.0, 1.0])?,
            lock: table.get("lock").map(|value| parameters(&value)).transpose()?,
            limits: match table.get("limits") {
                Some(value) => limits(&value.table()?)?,
                None => Vec::new(),
            },
            strategy: table.get("strategy").map(|value| strategy_name(&value)).transpose()?,
            queries: match table.get("queries") {
                Some(value) => usize::try_from(value.integer(1..=1000)?).ok(),
                None => None,
            },
            target_db: within(table, "target_db", [10.0, 100.0])?,
            region: table.get("region").map(|value| region(&value)).transpose()?,
            register: table.get("register").map(|value| value.boolean()).transpose()?,
            keep: match table.get("keep") {
                Some(value) => KeepKeys::read(&value.table()?)?,
                None => KeepKeys::default(),
            },
            on_stop: match table.get("on_stop") {
                Some(value) => {
                    Some(value.choice(&[("restore", OnStop::Restore), ("keep", OnStop::Keep)])?)
                }
                None => None,
            },
            schedule: match table.get("schedule") {
                Some(value) => {
                    let entries = value.items()?;
                    Some(entries.iter().map(schedule_entry).collect::<Result<_, _>>()?)
                }
                None => None,
            },
            by_light: match table.get("by_light") {
                Some(value) => {
                    let entries = value.items()?;
                    Some(entries.iter().map(light_entry).collect::<Result<_, _>>()?)
                }
                None => None,
            },
        };
        if let (Some(_), Some(value)) = (&keys.camera, table.get("input")) {
            return Err(
                value.key_error("\"input\" stands in for a camera; leave out one of the two")
            );
        }
        Ok(keys)
    }

    /// These keys over those of the same camera.
    pub(super) fn over(self, below: Self) -> Self {
        // One of the two says where pictures come from.
        let (camera, input) = match (&self.camera, &self.input) {
            (None, None) => (below.camera, below.input),
            _ => (self.camera, self.input),
        };
        let mut limits = below.limits;
        limits.retain(|(parameter, _)| self.limits.iter().all(|(ours, _)| ours != parameter));
        limits.extend(self.limits);
        Self {
            name: self.name,
            camera,
            input,
            pipeline: self.pipeline.or(below.pipeline),
            look: self.look.or(below.look),
            strength: self.strength.or(below.strength),
            lock: self.lock.or(below.lock),
            limits,
            strategy: self.strategy.or(below.strategy),
            queries: self.queries.or(below.queries),
            target_db: self.target_db.or(below.target_db),
            region: self.region.or(below.region),
            register: self.register.or(below.register),
            keep: self.keep.over(below.keep),
            on_stop: self.on_stop.or(below.on_stop),
            schedule: self.schedule.or(below.schedule),
            by_light: self.by_light.or(below.by_light),
        }
    }
}

/// A name that can stand in an address and in a file name.
fn name(value: &Value<'_>) -> Result<String, StrictError> {
    let name = value.text()?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if name.len() > LONGEST_NAME || name.starts_with('.') || !name.chars().all(fits) {
        return Err(value.error(format!(
            "{name:?} is no name: up to {LONGEST_NAME} letters, digits, \"-\", \"_\" and \".\", not \
             \".\" first"
        )));
    }
    Ok(name.to_owned())
}

fn within(table: &Table<'_>, key: &str, allowed: [f64; 2]) -> Result<Option<f64>, StrictError> {
    table.get(key).map(|value| number_within(&value, allowed)).transpose()
}

fn parameter(value: &Value<'_>, name: &str) -> Result<Parameter, StrictError> {
    let known = Parameter::ALL.map(Parameter::name);
    Parameter::from_name(name).ok_or_else(|| value.unknown(name, &known))
}

fn parameters(value: &Value<'_>) -> Result<Vec<Parameter>, StrictError> {
    value.items()?.iter().map(|item| parameter(item, item.string()?)).collect()
}

fn limits(table: &Table<'_>) -> Result<Vec<(Parameter, [f64; 2])>, StrictError> {
    table.only(&Parameter::ALL.map(Parameter::name))?;
    let limit = |value: &Value<'_>| {
        let parameter = parameter(value, value.key())?;
        let interval = value.pair()?;
        let checked = Limits::default().narrow(parameter, interval);
        checked.map_err(|error| value.error(error.to_string()))?;
        Ok((parameter, interval))
    };
    table.values().iter().map(limit).collect()
}

fn strategy_name(value: &Value<'_>) -> Result<String, StrictError> {
    let names = strategy::ACTOR_NAMES.into_iter().chain(strategy::NAMES);
    let names: Vec<(&str, &str)> = names.map(|name| (name, name)).collect();
    Ok(value.choice(&names)?.to_owned())
}

fn region(value: &Value<'_>) -> Result<Region, StrictError> {
    let not_four = || value.error("\"region\" is [x, y, width, height] in pixels");
    let items = value.items().map_err(|_| not_four())?;
    let side = |item: &Value<'_>, least: i64| {
        item.integer(least..=65_535).and_then(|side| usize::try_from(side).map_err(|_| not_four()))
    };
    let [x, y, width, height] = items.as_slice() else { return Err(not_four()) };
    Ok(Region { x: side(x, 0)?, y: side(y, 0)?, width: side(width, 1)?, height: side(height, 1)? })
}

fn schedule_entry(value: &Value<'_>) -> Result<ScheduleEntry, StrictError> {
    let table = value.table()?;
    table.only(&SCHEDULE_KEYS)?;
    let hours = [time_of_day(&table.required("from")?)?, time_of_day(&table.required("to")?)?];
    Ok(ScheduleEntry {
        look: look_name(&table.required("look")?)?,
        hours,
        blend: match table.get("blend_s") {
            Some(value) => seconds(&value, 0.0)?,
            None => Duration::ZERO,
        },
    })
}

/// The name of a look, which is that of a file.
pub(super) fn look_name(value: &Value<'_>) -> Result<String, StrictError> {
    let name = value.text()?;
    let checked = name.parse::<LookName>();
    checked.map(|name| name.to_string()).map_err(|error| value.error(error.to_string()))
}

/// `"20:30"` as an offset from midnight.
fn time_of_day(value: &Value<'_>) -> Result<Duration, StrictError> {
    let text = value.text()?;
    let parsed = text.split_once(':').and_then(|(hours, minutes)| {
        let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60).then(|| Duration::from_secs(hours * 3600 + minutes * 60))
    });
    parsed.ok_or_else(|| value.error(format!("\"{text}\" is no time of day, as \"20:30\" is")))
}

/// Reads a `[[group]]` table.
pub(super) fn group(table: &Table<'_>) -> Result<GroupEntry, StrictError> {
    table.only(&GROUP_KEYS)?;
    let cameras = table.required("cameras")?;
    let names: Vec<String> = cameras.items()?.iter().map(name).collect::<Result<_, _>>()?;
    if names.len() < 2 {
        return Err(cameras.error("a group has two cameras or more"));
    }
    Ok(GroupEntry { name: name(&table.required("name")?)?, cameras: names })
}
