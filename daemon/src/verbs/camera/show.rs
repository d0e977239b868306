//! `isptune camera show`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use isp_hw::camera::{CameraConfig, MappedControl};
use isp_hw::v4l2::negotiation::{Mode, modes};
use isp_hw::v4l2::{ControlDescription, Controls, Node, chosen_camera, mapping};
use isp_hw::{Kind, PipelineFile};
use serde::Serialize;
use tuner::Parameter;

use crate::exit::Exit;
use crate::{json, standard_output};

/// Which camera, and how it is used.
#[derive(Debug, Args)]
pub struct CameraChoice {
    /// A node (/dev/video0), a name, or an identity; left out where there is only one camera
    camera: Option<String>,
    /// TOML file of kind "v4l2" with the camera, its format and its mapping
    #[arg(long = "pipeline", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl CameraChoice {
    /// What the file and the options come to.
    ///
    /// # Errors
    /// When the file cannot be read, is not as documented, or is of another kind.
    pub fn config(&self) -> Result<CameraConfig> {
        let file = match &self.file {
            Some(file) => PipelineFile::load(file)?,
            None => PipelineFile::camera(),
        };
        let Kind::Camera(config) = file.kind() else {
            bail!("{}: this pipeline has no camera; use kind = \"v4l2\"", file.label());
        };
        let mut config = config.clone();
        if self.camera.is_some() {
            config.camera.clone_from(&self.camera);
        }
        Ok(config)
    }
}

/// Options of `camera show`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    choice: CameraChoice,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct ShowJson {
    identity: String,
    name: String,
    driver: String,
    node: PathBuf,
    formats: Vec<FormatJson>,
    controls: Vec<ControlJson>,
    parameters: BTreeMap<&'static str, String>,
    missing: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct FormatJson {
    format: String,
    size: [u32; 2],
    rates: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct ControlJson {
    key: String,
    minimum: i64,
    maximum: i64,
    step: u64,
    default: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<i64>,
    writable: bool,
}

/// Runs the verb. The camera may be in use: nothing is captured and nothing written.
///
/// # Errors
/// When the camera cannot be opened.
pub fn run(options: &Options) -> Result<Exit> {
    let config = options.choice.config()?;
    let camera = chosen_camera(&config)?;
    let node = Node::open(&camera.node)?;
    let controls = Controls::new(node.as_fd(), node.path());
    let list = controls.list()?;
    // That a device offers nothing to tune is something to show, too.
    let (mapped, problem) = match mapping(&node, &list, &config) {
        Ok(mapped) => (mapped, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let has = |parameter: &Parameter| mapped.iter().any(|each| each.info.parameter == *parameter);
    let missing = Parameter::ALL.into_iter().filter(|parameter| !has(parameter));
    let shown = ShowJson {
        identity: camera.identity,
        name: camera.name,
        driver: camera.driver,
        node: camera.node,
        formats: modes(&node, config.size)?.iter().map(format_json).collect(),
        controls: list.iter().map(|control| control_json(&controls, control)).collect(),
        parameters: mapped
            .iter()
            .map(|each| (each.info.parameter.name(), each.info.key.clone()))
            .collect(),
        missing: missing.map(Parameter::name).collect(),
    };
    if options.json {
        json::print(&shown)?;
    } else {
        standard_output::print(|out| write_lines(out, &shown, &mapped))?;
    }
    if let Some(problem) = problem {
        eprintln!("isptune: {problem}");
    }
    Ok(Exit::Done)
}

fn format_json(mode: &Mode) -> FormatJson {
    let rates = mode.intervals.iter().map(|interval| interval.rate()).collect();
    FormatJson { format: mode.pixel.to_string(), size: mode.size, rates }
}

fn control_json(controls: &Controls<'_>, control: &ControlDescription) -> ControlJson {
    let value = control.is_readable().then(|| controls.read(&[control.id]).ok()).flatten();
    ControlJson {
        key: control.key.clone(),
        minimum: control.minimum,
        maximum: control.maximum,
        step: control.step,
        default: control.default,
        value: value.and_then(|values| values.first().copied()),
        writable: control.is_writable(),
    }
}

fn write_lines(out: &mut dyn Write, shown: &ShowJson, mapped: &[MappedControl]) -> io::Result<()> {
    let ShowJson { identity, name, driver, node, .. } = shown;
    writeln!(out, "{identity}\n  {name}, driver {driver}, now {}", node.display())?;
    writeln!(out, "formats")?;
    for FormatJson { format, size: [width, height], rates } in &shown.formats {
        let rates: Vec<String> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
        writeln!(out, "  {format} {width}x{height} at {} frames/s", rates.join(", "))?;
    }
    writeln!(out, "controls")?;
    for control in &shown.controls {
        let ControlJson { key, minimum, maximum, default, .. } = control;
        let value = control.value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let lock = if control.writable { "" } else { ", not writable" };
        writeln!(out, "  {key} = {value}, {minimum} to {maximum}, default {default}{lock}")?;
    }
    writeln!(out, "parameters")?;
    for MappedControl { info, effect, .. } in mapped {
        let [low, high] = info.range;
        let effect = effect.name();
        writeln!(
            out,
            "  {:11} {} from {low} over {} to {high}, effect {effect}",
            info.parameter, info.key, info.neutral
        )?;
    }
    if !shown.missing.is_empty() {
        writeln!(out, "no control carries {}", shown.missing.join(", "))?;
    }
    Ok(())
}
