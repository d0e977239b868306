//! `isptune calibrate`: learns once what a device's parameters do.

mod chart_report;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use clap::Args;
use isp_hw::calibration::{Answers, Calibration, CalibrationStore, Questions, calibration_view};
use isp_hw::{Input, OpenPipeline, state_directory};
use serde::Serialize;
use tuner::{Pipeline, PipelineError};

use crate::chart_place::ChartPlace;
use crate::exit::Exit;
use crate::picture_source::PictureSource;
use crate::progress::Progress;
use crate::{interrupt, json, standard_output};

use chart_report::{ChartJson, ChartReport};

/// Options of `calibrate`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    source: PictureSource,
    /// Check the fit on a 24-patch colour chart in the picture: `auto` looks for it, or the middles
    /// of dark skin, bluish green, black and white in pixels
    #[arg(long, value_name = "auto|X1,Y1,…,X4,Y4", allow_hyphen_values = true)]
    chart: Option<ChartPlace>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// `calibrate --json`.
#[derive(Debug, Serialize)]
struct CalibrateJson {
    /// By what the device is known again.
    identity: String,
    /// Queries made.
    queries: usize,
    /// Error of the fit in 8-bit steps, on queries it was not made of.
    rms_steps: f64,
    /// The same without a calibration.
    rms_steps_before: f64,
    /// Whether later tunes use it.
    trusted: bool,
    /// Where it is stored.
    file: PathBuf,
    /// What a chart in the picture said.
    #[serde(skip_serializing_if = "Option::is_none")]
    chart: Option<ChartJson>,
}

/// Runs the verb.
///
/// # Errors
/// When the device cannot be used, there is nothing to learn about it, or the calibration cannot be
/// stored. An earlier calibration is kept then.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    let file = options.source.load()?;
    let state = state_directory(Path::new("/")).context(
        "there is no folder to keep a calibration in; set HOME, or STATE_DIRECTORY to a folder that \
         survives a restart",
    )?;
    let mut pipeline = options.source.open(&file, &cancel)?;
    let Some(device) = file.device(&pipeline) else {
        bail!("{}: isptune renders this itself; there is nothing to calibrate", file.label())
    };
    let found = pipeline.as_found().context("the picture as found")?;
    let chart = options.chart.map(|place| place.locate(&found)).transpose();
    let chart = chart.with_context(|| format!("{}: --chart", file.label()))?;
    let found_params = pipeline.found_params();
    let view = calibration_view(found.size());
    let questions = Questions::of(pipeline.parameters(), &found_params);
    let progress = Progress::start(questions.count());
    let mut asked = 0;
    let answers = Answers::ask_with_chart(&mut pipeline, &view, chart.as_ref(), &questions, || {
        if cancel.load(Ordering::Relaxed) {
            return Err(PipelineError::Interrupted);
        }
        asked += 1;
        progress.question(asked);
        Ok(())
    });
    progress.finish();
    // What is left is arithmetic: the device is free again.
    if let OpenPipeline::Camera(camera) = &mut pipeline {
        camera.restore()?;
    }
    let answers = match answers {
        Err(PipelineError::Interrupted) => {
            eprintln!("isptune: interrupted after {asked} queries; nothing was stored");
            return Ok(Exit::Interrupted);
        }
        answers => answers.with_context(|| file.label().to_owned())?,
    };
    eprintln!("fitting {} pictures", questions.count());
    let input = Input::srgb(found);
    let mut calibration = Calibration::fit(&input, &view, &found_params, &answers)?;
    if let Some(chart) = &chart {
        calibration = calibration.checked(&input, chart, &answers)?;
    }
    let stored = CalibrationStore::of(&state).keep(&device, &calibration)?;
    let seen = chart.as_ref().and_then(|chart| ChartReport::of(chart, input.frame(), &calibration));
    report(options.json, device.identity(), &calibration, seen.as_ref(), stored)?;
    Ok(Exit::Done)
}

fn report(
    json: bool,
    identity: &str,
    calibration: &Calibration,
    chart: Option<&ChartReport<'_>>,
    file: PathBuf,
) -> Result<()> {
    let &Calibration { queries, rms_steps, rms_steps_before, .. } = calibration;
    let trusted = calibration.is_trusted();
    if json {
        let identity = identity.to_owned();
        let chart = chart.map(ChartReport::json);
        let object =
            CalibrateJson { identity, queries, rms_steps, rms_steps_before, trusted, file, chart };
        return json::print(&object);
    }
    standard_output::print(|out| {
        writeln!(
            out,
            "calibrated {identity}: {queries} queries, the fit misses others by {rms_steps:.2} steps \
             of 255 rms ({rms_steps_before:.2} without it)"
        )?;
        if let Some(chart) = chart {
            chart.print(out)?;
        }
        writeln!(
            out,
            "{}",
            if trusted {
                "tunes of this device use it"
            } else if calibration.fits() {
                "the chart does not agree with the fit: tunes go on without it"
            } else {
                "that is no fit: tunes go on without it"
            }
        )?;
        writeln!(out, "calibration: {}", file.display())
    })
}
