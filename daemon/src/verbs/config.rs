//! `isptune config`: checks and shows pipeline files, and checks the service's configuration.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use isp_hw::{Kind, PipelineFile};
use serde::Serialize;
use tuner::{Axis, Curve, ExtraParameter, Limits, NativeScale, ParameterInfo};

use crate::exit::Exit;
use crate::json;
use crate::pipeline_choice::PipelineChoice;
use crate::service_config::{Places, describes_service, layers, load, read_layer};
use crate::standard_output;

/// `config check` and `config show`.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Say whether pipeline files and configurations of the service are in order
    Check(Check),
    /// Show what a pipeline file comes to: kind, parameters, limits
    Show(Show),
}

/// Options of `config check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Pipeline files (those with the key "kind") and files of the service; left out, the
    /// configuration that is installed, with all its drop-ins
    files: Vec<PathBuf>,
    /// Folder in which everything lies that otherwise lies under /etc, /usr/lib and /run
    #[arg(long, value_name = "FOLDER", default_value = "/")]
    root: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Options of `config show`.
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pipeline: PipelineChoice,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct CheckJson {
    files: Vec<CheckedFile>,
}

#[derive(Debug, Serialize)]
struct CheckedFile {
    file: PathBuf,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct ShowJson {
    file: String,
    kind: &'static str,
    parameters: Vec<ShownParameter>,
    /// Those beside the nine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extra: Vec<ShownParameter>,
}

#[derive(Debug, Serialize)]
struct ShownParameter {
    parameter: String,
    key: String,
    range: [f64; 2],
    curve: Curve,
    neutral: f64,
    unit: String,
    limits: [f64; 2],
}

impl ShownParameter {
    fn of_the_nine(info: ParameterInfo, limits: &Limits) -> Self {
        let (scale, limits) = (info.scale(), limits.interval(info.parameter));
        Self::new(info.parameter.name(), info.key, scale, info.unit, limits)
    }

    fn extra((index, extra): (usize, &ExtraParameter), limits: &Limits) -> Self {
        let ExtraParameter { name, key, scale, unit } = extra;
        let limits = limits.interval(Axis::Extra(index));
        Self::new(name, key.clone(), *scale, unit.clone(), limits)
    }

    fn new(name: &str, key: String, scale: NativeScale, unit: String, limits: [f64; 2]) -> Self {
        let NativeScale { range, curve, neutral } = scale;
        Self { parameter: name.to_owned(), key, range, curve, neutral, unit, limits }
    }
}

/// Runs the verb.
///
/// # Errors
/// When a file that is to be shown is not in order, or standard output cannot be written.
pub fn run(config: &Config) -> Result<Exit> {
    match config {
        Config::Check(options) => check(options),
        Config::Show(options) => show(options),
    }
}

fn check(options: &Check) -> Result<Exit> {
    let checked = |file: &PathBuf, error: Option<String>| CheckedFile {
        file: file.clone(),
        ok: error.is_none(),
        error,
    };
    let files: Vec<CheckedFile> = if options.files.is_empty() {
        let places = Places::under(&options.root, None);
        let read = layers(&places, true).and_then(|layers| load(&layers));
        vec![checked(&places.config, read.err().map(|error| error.to_string()))]
    } else {
        options.files.iter().map(|file| checked(file, problem_of(file))).collect()
    };
    let all_ok = files.iter().all(|file| file.ok);
    if options.json {
        json::print(&CheckJson { files })?;
    } else {
        for file in &files {
            match &file.error {
                None => standard_output::print(|out| {
                    writeln!(out, "{}: in order", file.file.display())
                })?,
                Some(error) => eprintln!("isptune: {error}"),
            }
        }
    }
    Ok(if all_ok { Exit::Done } else { Exit::Failed })
}

/// What is wrong with a file: a pipeline file where it says its kind, else one of the service.
fn problem_of(file: &Path) -> Option<String> {
    match read_layer(file) {
        Ok(layer) if describes_service(&layer.text) => {
            load(&[layer]).err().map(|error| error.to_string())
        }
        // What cannot be read is told by who reads pipeline files.
        _ => PipelineFile::load(file).err().map(|error| error.to_string()),
    }
}

fn show(options: &Show) -> Result<Exit> {
    let file = options.pipeline.load()?.unwrap_or_else(PipelineFile::software);
    let limits = file.limits();
    let kind = match file.kind() {
        Kind::Software { .. } => "software",
        Kind::Paper => "paper",
        Kind::Command(_) => "command",
        Kind::Camera(_) => "v4l2",
        Kind::I2c(_) => "i2c",
        _ => "other",
    };
    let parameters: Vec<ShownParameter> = file
        .parameters()
        .into_iter()
        .map(|info| ShownParameter::of_the_nine(info, &limits))
        .collect();
    let extras = file.extra_parameters().iter().enumerate();
    let extra: Vec<ShownParameter> =
        extras.map(|each| ShownParameter::extra(each, &limits)).collect();
    if options.json {
        json::print(&ShowJson { file: file.label().to_owned(), kind, parameters, extra })?;
        return Ok(Exit::Done);
    }
    standard_output::print(|out| {
        writeln!(out, "{}: kind {kind}", file.label())?;
        for shown in parameters.iter().chain(&extra) {
            let ([first, last], [low, high]) = (shown.range, shown.limits);
            writeln!(
                out,
                "  {:11} {} from {first} over {} to {last} {}; allowed {low} to {high}",
                shown.parameter, shown.key, shown.neutral, shown.unit
            )?;
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}
