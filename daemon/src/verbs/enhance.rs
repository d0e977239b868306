//! `isptune enhance`: what a policy of taste makes of a picture, without a goal.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use isp_hw::OpenPipeline;
use serde::Serialize;
use tuner::{
    Frame, Parameter, ParameterInfo, PictureError, PictureFormat, Pipeline, Stopped, TasteOptions,
    TasteOutcome, TasteQuery, run_taste,
};

use crate::camera_end::{self, LeftAt};
use crate::exit::Exit;
use crate::json::{self, canonical, native};
use crate::option_values::{apply_limits, parse_limit, parse_lock, parse_strength};
use crate::picture_source::PictureSource;
use crate::{interrupt, shipped_actor, standard_output};

/// Options of `enhance`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    source: PictureSource,
    /// Policy of taste: ONNX, as train-host exports what `train-host taste` has learned [default: an
    /// automatic editor's, which comes with isptune]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Part of the way from the picture as found to the policy's taste: 0 changes nothing, above 1
    /// overdoes it
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, value_parser = parse_strength)]
    strength: f64,
    /// Queries at most; after each the policy looks at what came of it
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    queries: u32,
    /// Never touch a parameter: "red_gain" stays as it was found, "red_gain=0.2" stays there
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = parse_lock)]
    lock: Vec<(Parameter, Option<f64>)>,
    /// Keep a parameter within canonical limits: "exposure=-0.3..0.5"
    #[arg(long, value_name = "NAME=LOW..HIGH", value_parser = parse_limit)]
    limit: Vec<(Parameter, [f64; 2])>,
    /// Where the picture goes (png, tiff, jpg, ppm)
    #[arg(long, value_name = "PICTURE")]
    out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Put a camera back as it was found, instead of leaving it enhanced
    #[arg(long)]
    restore: bool,
}

/// `enhance --json`.
#[derive(Debug, Serialize)]
struct EnhanceJson {
    model: String,
    strength: f64,
    queries: Vec<EnhanceQueryJson>,
    /// Those of the last query, which is the result; empty where none succeeded.
    params: BTreeMap<&'static str, f64>,
    native: BTreeMap<String, f64>,
    stopped: Stopped,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_at: Option<LeftAt>,
    out: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct EnhanceQueryJson {
    index: usize,
    params: BTreeMap<&'static str, f64>,
    native: BTreeMap<String, f64>,
    elapsed_ms: f64,
}

/// Runs the verb.
///
/// # Errors
/// When a file cannot be read or written, the policy is refused, the picture shows nothing, or no
/// query succeeds.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    let file = options.source.load()?;
    check_out(options)?;
    let actor = shipped_actor::taste(options.model.as_deref())?;
    let mut pipeline = options.source.open(&file, &cancel)?;
    let mut limits = file.limits_on(&pipeline);
    apply_limits(&mut limits, &options.limit, &options.lock, &pipeline.found_params())?;
    if let OpenPipeline::Camera(camera) = &mut pipeline {
        camera.set_limits(limits);
    }
    let taste =
        TasteOptions { queries: options.queries as usize, strength: options.strength, limits };
    let tell = |query: &TasteQuery| {
        // Nobody has to read along.
        let _ = writeln!(
            io::stderr(),
            "query {:>3}/{}  {:.0} ms",
            query.index,
            options.queries,
            query.elapsed_ms
        );
    };
    let outcome = run_taste(&mut pipeline, &actor, &taste, &cancel, &mut |query| tell(query));
    let result = outcome.as_ref().ok().and_then(TasteOutcome::result).map(|query| query.params);
    let left = camera_end::leave_standing(&mut pipeline, result.filter(|_| !options.restore));
    let mut outcome = outcome?;
    let picture = written(options, &mut outcome, &mut pipeline);
    let table = pipeline.parameters().to_vec();
    let left_at = left.as_ref().ok().copied().flatten();
    let out = options.out.clone().filter(|_| picture.is_ok() && outcome.result().is_some());
    if options.json {
        json::print(&json_of(&outcome, options, actor.name(), &table, left_at, out))?;
    } else {
        standard_output::print(|to| write_lines(to, &outcome, &table, left_at, out.as_ref()))?;
    }
    picture?;
    left?;
    exit_of(&outcome)
}

/// Refuses what could not be written in the end.
fn check_out(options: &Options) -> Result<()> {
    let Some(out) = &options.out else { return Ok(()) };
    PictureFormat::of_path(out).ok_or_else(|| PictureError::Extension { file: out.clone() })?;
    if out.is_dir() {
        bail!("{}: this is a folder; give the name of a file in it", out.display());
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        bail!("{}: there is no such folder to write to", out.display());
    }
    Ok(())
}

/// Writes the picture, which is rendered once more where only pieces were.
fn written(
    options: &Options,
    outcome: &mut TasteOutcome,
    pipeline: &mut OpenPipeline,
) -> Result<()> {
    let (Some(out), Some(result)) = (&options.out, outcome.result().copied()) else {
        return Ok(());
    };
    let frame: Frame = match outcome.last_frame.take() {
        Some(frame) => frame,
        None => pipeline.query(&result.params).context("the picture to write")?,
    };
    Ok(frame.save(out)?)
}

fn json_of(
    outcome: &TasteOutcome,
    options: &Options,
    model: &str,
    table: &[ParameterInfo],
    left_at: Option<LeftAt>,
    out: Option<PathBuf>,
) -> EnhanceJson {
    let query = |each: &TasteQuery| EnhanceQueryJson {
        index: each.index,
        params: canonical(&each.params, table),
        native: native(&each.params, table),
        elapsed_ms: each.elapsed_ms,
    };
    let result = outcome.result().map(|each| each.params);
    EnhanceJson {
        model: model.to_owned(),
        strength: options.strength,
        queries: outcome.queries.iter().map(query).collect(),
        params: result.map(|params| canonical(&params, table)).unwrap_or_default(),
        native: result.map(|params| native(&params, table)).unwrap_or_default(),
        stopped: outcome.stopped,
        error: outcome.error.clone(),
        left_at,
        out,
    }
}

fn write_lines(
    to: &mut dyn Write,
    outcome: &TasteOutcome,
    table: &[ParameterInfo],
    left_at: Option<LeftAt>,
    out: Option<&PathBuf>,
) -> io::Result<()> {
    let Some(result) = outcome.result() else { return Ok(()) };
    for info in table {
        let value = result.params.get(info.parameter);
        let native = info.to_native(value);
        let line = format!(
            "  {:11} {value:+.3}   {} = {native:.4} {}",
            info.parameter, info.key, info.unit
        );
        writeln!(to, "{}", line.trim_end())?;
    }
    match left_at {
        Some(LeftAt::Best) => writeln!(to, "the camera stands at these values")?,
        Some(LeftAt::Found) => writeln!(to, "the camera was put back as it was found")?,
        None => {}
    }
    match out {
        Some(path) => writeln!(to, "picture: {}", path.display()),
        None => Ok(()),
    }
}

fn exit_of(outcome: &TasteOutcome) -> Result<Exit> {
    match outcome.stopped {
        Stopped::Interrupted => Ok(Exit::Interrupted),
        Stopped::Error => {
            let error = outcome.error.as_deref().unwrap_or("the pipeline failed");
            if outcome.result().is_none() {
                bail!("{error}");
            }
            eprintln!("isptune: {error}; the query before that was kept");
            Ok(Exit::PipelineFailed)
        }
        _ => Ok(Exit::Done),
    }
}
