//! `isptune calibrate`: learns once what a device's parameters do.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use clap::Args;
use isp_hw::calibration::{Answers, Calibration, CalibrationStore, Questions, calibration_view};
use isp_hw::{Input, OpenPipeline, state_directory};
use serde::Serialize;
use tuner::{Pipeline, PipelineError};

use crate::exit::Exit;
use crate::picture_source::PictureSource;
use crate::progress::Progress;
use crate::{interrupt, json, standard_output};

/// Options of `calibrate`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    source: PictureSource,
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
    let found_params = pipeline.found_params();
    let view = calibration_view(found.size());
    let questions = Questions::of(pipeline.parameters(), &found_params);
    let progress = Progress::start(questions.count());
    let mut asked = 0;
    let answers = Answers::ask(&mut pipeline, &view, &questions, || {
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
    let calibration = Calibration::fit(&Input::srgb(found), &view, &found_params, &answers)?;
    let stored = CalibrationStore::of(&state).keep(&device, &calibration)?;
    report(options.json, device.identity(), &calibration, stored)?;
    Ok(Exit::Done)
}

fn report(json: bool, identity: &str, calibration: &Calibration, file: PathBuf) -> Result<()> {
    let &Calibration { queries, rms_steps, rms_steps_before, .. } = calibration;
    let trusted = calibration.is_trusted();
    if json {
        let identity = identity.to_owned();
        let object =
            CalibrateJson { identity, queries, rms_steps, rms_steps_before, trusted, file };
        return json::print(&object);
    }
    standard_output::print(|out| {
        writeln!(
            out,
            "calibrated {identity}: {queries} queries, the fit misses others by {rms_steps:.2} steps \
             of 255 rms ({rms_steps_before:.2} without it)"
        )?;
        writeln!(
            out,
            "{}",
            if trusted {
                "tunes of this device use it"
            } else {
                "that is no fit: tunes go on without it"
            }
        )?;
        writeln!(out, "calibration: {}", file.display())
    })
}
