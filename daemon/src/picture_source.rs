//! Where pictures come from: `--input` of a file pipeline, or the camera of a camera pipeline.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};
use clap::Args;
use isp_hw::{OpenPipeline, PipelineFile};

use crate::pipeline_choice::{PipelineChoice, quoted};

/// Options that choose the pictures and what renders them.
#[derive(Debug, Args)]
pub struct PictureSource {
    /// Picture to render in every query
    #[arg(long, value_name = "PICTURE", conflicts_with = "camera")]
    input: Option<PathBuf>,
    /// Camera to tune, in place of a picture: a node (/dev/video0), a name, or an identity as
    /// `isptune camera list` prints it
    #[arg(long, value_name = "CAMERA")]
    camera: Option<String>,
    #[command(flatten)]
    pipeline: PipelineChoice,
}

impl PictureSource {
    /// Reads the pipeline file; without one the software ISP renders, or the camera's own controls
    /// do.
    ///
    /// # Errors
    /// When the file cannot be read or is not as documented, or the pictures of such a pipeline do
    /// not come from where the options say.
    pub fn load(&self) -> Result<PipelineFile> {
        let file = match (self.pipeline.load()?, &self.camera) {
            (Some(file), _) => file,
            (None, Some(_)) => PipelineFile::camera(),
            (None, None) => PipelineFile::software(),
        };
        match (file.is_camera(), &self.input, &self.camera) {
            (true, Some(_), _) => {
                bail!("{}: a camera takes its own pictures; leave out --input", file.label())
            }
            (false, _, Some(camera)) => bail!(
                "{}: this pipeline does not use a camera; leave out --camera {camera}, or use kind = \
                 \"v4l2\"",
                file.label()
            ),
            (false, None, None) => {
                bail!("no picture to render; give --input PICTURE, or --camera CAMERA")
            }
            _ => Ok(file),
        }
    }

    /// Opens what [`Self::load`] returned, and says what was found on the way.
    ///
    /// # Errors
    /// When the picture cannot be read, or the camera or the program not be used.
    pub fn open(&self, file: &PipelineFile, cancel: &Arc<AtomicBool>) -> Result<OpenPipeline> {
        let pipeline = match &self.input {
            Some(input) => file.open(input, cancel)?,
            None => file.open_camera(self.camera.as_deref(), cancel)?,
        };
        if let OpenPipeline::Camera(camera) = &pipeline {
            for notice in camera.notices() {
                eprintln!("isptune: {notice}");
            }
        }
        Ok(pipeline)
    }

    /// The picture or the camera, for people.
    #[must_use]
    pub fn name(&self, pipeline: &OpenPipeline) -> String {
        match (&self.input, pipeline) {
            (Some(input), _) => input.display().to_string(),
            (None, OpenPipeline::Camera(camera)) => camera.name().to_owned(),
            (None, _) => String::new(),
        }
    }

    /// The options as they would be typed in a shell.
    #[must_use]
    pub fn as_typed(&self) -> String {
        let input = self.input.as_ref().map(|input| format!("--input {}", quoted(input)));
        let camera = self.camera.as_ref().map(|camera| format!("--camera {}", quoted(camera)));
        let words: Vec<String> =
            [input, camera, self.pipeline.as_typed()].into_iter().flatten().collect();
        words.join(" ")
    }
}
