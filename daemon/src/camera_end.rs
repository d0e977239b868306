//! How a tune leaves a camera.

use anyhow::{Context, Result};
use isp_hw::OpenPipeline;
use serde::Serialize;
use tuner::{Params, Stopped};

use crate::tuning::Tuned;

/// What a camera was left at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LeftAt {
    /// The values of the best query.
    Best,
    /// The values that were found.
    Found,
}

/// Leaves the camera at the best query, if the tune came to its end and that query measured better
/// than the picture as found; otherwise, or where `restore` asks for it, as it was found. `None`
/// where the pipeline is no camera.
///
/// # Errors
/// When values cannot be written; the camera is put back as far as it can be.
pub fn leave(pipeline: &mut OpenPipeline, tuned: &Tuned, restore: bool) -> Result<Option<LeftAt>> {
    let OpenPipeline::Camera(camera) = pipeline else { return Ok(None) };
    let outcome = &tuned.outcome;
    let ended = matches!(outcome.stopped, Stopped::Budget | Stopped::Converged | Stopped::Target);
    let best = outcome
        .best_query()
        .filter(|best| ended && !restore && best.score.psnr_db > outcome.found.psnr_db);
    match best {
        Some(best) => {
            camera.keep(&best.params).context("the best values could not be left standing")?;
            Ok(Some(LeftAt::Best))
        }
        None => {
            camera.restore()?;
            Ok(Some(LeftAt::Found))
        }
    }
}

/// Leaves the camera at these values; as it was found without any. `None` where the pipeline is no
/// camera.
///
/// # Errors
/// When values cannot be written; the camera is put back as far as it can be.
pub fn leave_standing(pipeline: &mut OpenPipeline, at: Option<Params>) -> Result<Option<LeftAt>> {
    let OpenPipeline::Camera(camera) = pipeline else { return Ok(None) };
    match at {
        Some(params) => {
            camera.keep(&params).context("the values could not be left standing")?;
            Ok(Some(LeftAt::Best))
        }
        None => {
            camera.restore()?;
            Ok(Some(LeftAt::Found))
        }
    }
}
