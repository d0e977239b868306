//! The keys of `kind = "v4l2"`, and those that say where the pictures of other hardware come from.

use std::time::Duration;

use tuner::Parameter;

use super::{limit_keys, parameter_keys};
use crate::camera::{CameraConfig, ControlMapping, Effect, SoftwareStage};
use crate::gpio::GpioConfig;
use crate::pixel_format::PixelFormat;
use crate::strict_toml::{StrictError, Table, Value};

/// Keys beside those of every kind.
pub(super) const KEYS: [&str; 8] =
    ["camera", "format", "size", "rate", "frame_timeout_ms", "software", "gpio", "parameter"];

const LARGEST_SIDE: i64 = 32_768;
const HIGHEST_RATE: f64 = 10_000.0;
const LONGEST_TIMEOUT_MS: i64 = 60_000;

/// Reads all of them; `software` is what the stage is where the file does not say.
pub(super) fn read(root: &Table<'_>, software: SoftwareStage) -> Result<CameraConfig, StrictError> {
    let mut config = source(root)?;
    if root.get("software").is_none() {
        config.software = software;
    }
    if root.get("parameter").is_some() {
        config.mapping = mapping(root)?;
    }
    Ok(config)
}

/// Reads those that say where pictures come from, what the software ISP adds to them, and what is
/// lit meanwhile.
pub(super) fn source(root: &Table<'_>) -> Result<CameraConfig, StrictError> {
    let mut config = CameraConfig::default();
    if let Some(camera) = root.get("camera") {
        config.camera = Some(camera.text()?.to_owned());
    }
    if let Some(format) = root.get("format") {
        config.pixel_format = Some(pixel_format(&format)?);
    }
    if let Some(size) = root.get("size") {
        config.size = Some(side_lengths(&size)?);
    }
    if let Some(rate) = root.get("rate") {
        let frames = rate.number()?;
        if frames <= 0.0 || frames > HIGHEST_RATE {
            return Err(rate.error(format!("\"rate\" is frames per second, up to {HIGHEST_RATE}")));
        }
        config.rate = Some(frames);
    }
    if let Some(timeout) = root.get("frame_timeout_ms") {
        let milliseconds = timeout.integer(1..=LONGEST_TIMEOUT_MS)?;
        config.frame_timeout = Duration::from_millis(milliseconds.unsigned_abs());
    }
    if let Some(software) = root.get("software") {
        config.software = stage(&software)?;
    }
    if let Some(gpio) = root.get("gpio") {
        config.gpio = GpioConfig::read(&gpio.table()?)?;
    }
    Ok(config)
}

/// Four characters, as v4l2-ctl lists them.
fn pixel_format(value: &Value<'_>) -> Result<PixelFormat, StrictError> {
    let text = value.text()?;
    let code: Option<[u8; 4]> = text.as_bytes().try_into().ok();
    code.and_then(PixelFormat::from_fourcc).ok_or_else(|| {
        value.error(format!(
            "\"{text}\" is no pixel format that isptune reads; \"YUYV\", \"NV12\" and \"MJPG\" are"
        ))
    })
}

fn side_lengths(value: &Value<'_>) -> Result<[u32; 2], StrictError> {
    let not_two = || value.error("\"size\" is [width, height] in pixels");
    let items = value.items()?;
    let [width, height] = items.as_slice() else { return Err(not_two()) };
    let side = |side: &Value<'_>| {
        side.integer(1..=LARGEST_SIDE).and_then(|side| u32::try_from(side).map_err(|_| not_two()))
    };
    Ok([side(width)?, side(height)?])
}

fn mapping(root: &Table<'_>) -> Result<Vec<ControlMapping>, StrictError> {
    let effect = |table: &Table<'_>| match table.get("effect") {
        Some(effect) => effect.choice(&Effect::NAMES),
        None => Ok(Effect::default()),
    };
    let mapped = parameter_keys::read(root, &["effect"], |table, _| effect(table))?;
    Ok(mapped.into_iter().map(|(info, effect)| ControlMapping { info, effect }).collect())
}

/// `false`, `true` (what no control carries), or a list of parameters.
fn stage(value: &Value<'_>) -> Result<SoftwareStage, StrictError> {
    if let Ok(missing) = value.boolean() {
        return Ok(if missing { SoftwareStage::Missing } else { SoftwareStage::Off });
    }
    let items = value.items().map_err(|_| {
        value
            .error("\"software\" is true (what no control carries), false, or a list of parameters")
    })?;
    let parameters = items.iter().map(|item| limit_keys::parameter(item, item.string()?));
    Ok(SoftwareStage::These(parameters.collect::<Result<Vec<Parameter>, StrictError>>()?))
}
