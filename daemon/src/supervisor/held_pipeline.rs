//! Pipelines of files as cameras that can be held.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use isp_hw::camera::CameraPipeline;
use isp_hw::{OpenError, OpenPipeline, PipelineFile};
use tuner::{Frame, Limits, ParameterInfo, Params, Pipeline, PipelineError, Simulator, View};

use crate::keeping::HeldCamera;

/// What a supervisor and the camera that it has opened share.
#[derive(Debug, Clone)]
pub struct Ties {
    /// Ends every wait for a picture.
    pub cancel: Arc<AtomicBool>,
    /// Counts what was got done, for the watchdog.
    pub progress: Arc<AtomicU64>,
    /// The beginning of the supervisor's time, which goes on when a camera is opened anew.
    pub epoch: Instant,
}

impl Ties {
    fn got_on(&self) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }
}

/// A camera that was opened by a pipeline file.
pub struct RealCamera {
    pipeline: CameraPipeline,
    ties: Ties,
}

impl RealCamera {
    /// Opens the camera.
    ///
    /// # Errors
    /// [`OpenError`]
    pub fn open(file: &PipelineFile, camera: Option<&str>, ties: &Ties) -> Result<Self, OpenError> {
        match file.open_camera(camera, &ties.cancel)? {
            OpenPipeline::Camera(pipeline) => Ok(Self { pipeline, ties: ties.clone() }),
            _ => Err(OpenError::WrongSource {
                label: file.label().to_owned(),
                reason: "this pipeline has no camera",
            }),
        }
    }

    /// Name and identity, for people.
    #[must_use]
    pub fn name(&self) -> String {
        self.pipeline.name().to_owned()
    }

    /// What was noticed while it was opened.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        self.pipeline.notices()
    }
}

impl Pipeline for RealCamera {
    fn parameters(&self) -> &[ParameterInfo] {
        self.pipeline.parameters()
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        self.pipeline.as_found()
    }

    fn found_params(&self) -> Params {
        self.pipeline.found_params()
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        self.pipeline.query(params)
    }
}

impl HeldCamera for RealCamera {
    fn now(&self) -> Duration {
        self.ties.epoch.elapsed()
    }

    fn standing(&self) -> Params {
        self.pipeline.standing()
    }

    fn start_here(&mut self) {
        self.pipeline.start_here();
    }

    fn set_limits(&mut self, limits: Limits) {
        self.pipeline.set_limits(limits);
    }

    fn set(&mut self, params: &Params) -> Result<(), PipelineError> {
        self.ties.got_on();
        self.pipeline.set(params)
    }

    fn look(&mut self) -> Result<Frame, PipelineError> {
        self.ties.got_on();
        self.pipeline.look()
    }

    fn glance(&mut self) -> Result<Frame, PipelineError> {
        self.pipeline.glance()
    }

    fn rest(&mut self) {
        self.pipeline.rest();
    }

    fn simulator(&self, found: &Frame, view: &View) -> Result<Box<dyn Simulator>, PipelineError> {
        self.pipeline.simulator(found, view)
    }

    fn restore(&mut self) -> Result<(), PipelineError> {
        self.pipeline.restore()
    }

    fn keep(&mut self) -> Result<(), PipelineError> {
        let standing = self.pipeline.standing();
        self.pipeline.keep(&standing)
    }
}

/// A picture that stands in for a camera: whatever changes the file changes the scene.
pub struct PictureCamera {
    path: PathBuf,
    file: PipelineFile,
    ties: Ties,
    changed: Option<SystemTime>,
    pipeline: OpenPipeline,
    /// The scene at neutral.
    neutral: Frame,
    standing: Params,
    start: Params,
}

impl PictureCamera {
    /// Opens the picture.
    ///
    /// # Errors
    /// [`OpenError`]
    pub fn open(file: &PipelineFile, path: &Path, ties: &Ties) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Pipeline { label: file.label().to_owned(), source };
        let changed = modified(path);
        let mut pipeline = file.open(path, &ties.cancel)?;
        let neutral = pipeline.as_found().map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            file: file.clone(),
            ties: ties.clone(),
            changed,
            pipeline,
            neutral,
            standing: Params::NEUTRAL,
            start: Params::NEUTRAL,
        })
    }

    /// Opens the picture again if its file has changed.
    fn follow(&mut self) -> Result<(), PipelineError> {
        if modified(&self.path) == self.changed {
            return Ok(());
        }
        let opened = Self::open(&self.file, &self.path, &self.ties);
        let opened = opened.map_err(|error| PipelineError::Device {
            device: self.file.label().to_owned(),
            reason: error.to_string(),
        })?;
        self.pipeline = opened.pipeline;
        self.neutral = opened.neutral;
        self.changed = opened.changed;
        Ok(())
    }

    fn render(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        self.follow()?;
        if *params == Params::NEUTRAL {
            Ok(self.neutral.clone())
        } else {
            self.pipeline.query(params)
        }
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

impl Pipeline for PictureCamera {
    fn parameters(&self) -> &[ParameterInfo] {
        self.pipeline.parameters()
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        let start = self.start;
        self.render(&start)
    }

    fn found_params(&self) -> Params {
        self.start
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        self.set(params)?;
        self.look()
    }
}

impl HeldCamera for PictureCamera {
    fn now(&self) -> Duration {
        self.ties.epoch.elapsed()
    }

    fn standing(&self) -> Params {
        self.standing
    }

    fn start_here(&mut self) {
        self.start = self.standing;
    }

    fn set(&mut self, params: &Params) -> Result<(), PipelineError> {
        self.standing = *params;
        Ok(())
    }

    fn look(&mut self) -> Result<Frame, PipelineError> {
        self.ties.got_on();
        if self.ties.cancel.load(Ordering::Relaxed) {
            return Err(PipelineError::Interrupted);
        }
        let standing = self.standing;
        self.render(&standing)
    }

    fn glance(&mut self) -> Result<Frame, PipelineError> {
        self.look()
    }

    fn rest(&mut self) {}

    /// Of the scene at neutral: where a tune begins makes no difference to what a rendering of a
    /// file is.
    fn simulator(&self, _: &Frame, view: &View) -> Result<Box<dyn Simulator>, PipelineError> {
        self.pipeline.simulator(&self.neutral, view)
    }

    fn restore(&mut self) -> Result<(), PipelineError> {
        self.set(&Params::NEUTRAL)
    }

    fn keep(&mut self) -> Result<(), PipelineError> {
        Ok(())
    }
}
