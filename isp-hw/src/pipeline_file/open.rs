//! A pipeline file put to work on an input picture.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tuner::{
    ExtraParameter, Frame, ParameterInfo, Params, PictureError, Pipeline, PipelineError, Simulator,
    View,
};

use super::{Kind, PipelineFile};
use crate::camera::{CameraConfig, CameraOpenError, CameraPipeline};
use crate::command::CommandPipeline;
use crate::{Input, PaperIsp, PicturePipeline, SoftwareIsp, Variation, ViewSimulator};

/// A pipeline of any kind that a pipeline file can describe.
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a tune has one: nothing is gained by a box")]
pub enum OpenPipeline {
    /// The software ISP.
    Software(PicturePipeline<SoftwareIsp>),
    /// The pipeline of the paper.
    Paper(PicturePipeline<PaperIsp>),
    /// An external program.
    Command(CommandPipeline),
    /// A camera.
    Camera(CameraPipeline),
    /// An ISP that no strategy knows, as demonstrations and tests need one.
    Stranger(PicturePipeline<Variation>),
}

/// A pipeline that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The input picture cannot be read.
    #[error(transparent)]
    Input(#[from] PictureError),
    /// The input is not what `raw_format` and `raw_size` say.
    #[error("{}: {reason}", file.display())]
    RawInput {
        /// The input.
        file: PathBuf,
        /// What is wrong, and the way out.
        reason: String,
    },
    /// The camera cannot be used.
    #[error(transparent)]
    Camera(#[from] CameraOpenError),
    /// A camera was opened as if it rendered files, or the other way round.
    #[error("{label}: {reason}")]
    WrongSource {
        /// The pipeline file.
        label: String,
        /// What is wrong, and the way out.
        reason: &'static str,
    },
    /// The pipeline itself failed.
    #[error("{label}: {source}")]
    Pipeline {
        /// The pipeline file.
        label: String,
        /// What went wrong.
        source: PipelineError,
    },
}

impl PipelineFile {
    /// Opens the pipeline on an input picture. When `cancel` becomes true during a query of an
    /// external program, it ends with [`PipelineError::Interrupted`].
    ///
    /// # Errors
    /// [`OpenError`] when the picture cannot be read, or as [`Self::open_frame`].
    pub fn open(&self, input: &Path, cancel: &Arc<AtomicBool>) -> Result<OpenPipeline, OpenError> {
        if let Kind::Software { raw: Some(raw), .. } = self.kind() {
            let opened = raw.load(input);
            let input =
                opened.map_err(|reason| OpenError::RawInput { file: input.to_owned(), reason })?;
            return Ok(OpenPipeline::Software(PicturePipeline::new(SoftwareIsp::default(), input)));
        }
        self.open_frame(Frame::load(input)?, cancel)
    }

    /// Opens the pipeline on an input picture that is in memory already; `raw_format` says nothing
    /// about it.
    ///
    /// # Errors
    /// [`OpenError::Pipeline`] when a program cannot be started, or the input not be handed to it;
    /// [`OpenError::WrongSource`] for a camera.
    pub fn open_frame(
        &self,
        input: Frame,
        cancel: &Arc<AtomicBool>,
    ) -> Result<OpenPipeline, OpenError> {
        Ok(match self.kind() {
            Kind::Software { transfer, .. } => OpenPipeline::Software(PicturePipeline::new(
                SoftwareIsp::default(),
                Input::new(input, *transfer),
            )),
            Kind::Paper => {
                let input = Input::srgb(input);
                OpenPipeline::Paper(PicturePipeline::new(PaperIsp::default(), input))
            }
            Kind::Command(config) => {
                let opened = CommandPipeline::open(config.clone(), input, Arc::clone(cancel));
                let failed =
                    |source| OpenError::Pipeline { label: self.label().to_owned(), source };
                OpenPipeline::Command(opened.map_err(failed)?)
            }
            Kind::Camera(_) | Kind::I2c(_) => {
                return Err(self.wrong_source("a camera takes its own pictures, no --input"));
            }
        })
    }

    /// Whether the pictures come from a camera, so that no input picture is wanted.
    #[must_use]
    pub const fn is_camera(&self) -> bool {
        matches!(self.kind, Kind::Camera(_) | Kind::I2c(_))
    }

    /// Opens the camera of the file, or another one that `camera` names by node, name or identity.
    /// When `cancel` becomes true while it waits for frames, a query ends with
    /// [`PipelineError::Interrupted`].
    ///
    /// # Errors
    /// [`OpenError::Camera`] when the camera cannot be used.
    pub fn open_camera(
        &self,
        camera: Option<&str>,
        cancel: &Arc<AtomicBool>,
    ) -> Result<OpenPipeline, OpenError> {
        let named = camera.map(str::to_owned);
        let pipeline = match self.kind() {
            Kind::Camera(config) => {
                let camera = named.or_else(|| config.camera.clone());
                CameraPipeline::open(&CameraConfig { camera, ..config.clone() }, cancel)?
            }
            Kind::I2c(config) => CameraPipeline::open_with_registers(config, named, cancel)?,
            _ => {
                let reason = "this pipeline has no camera; give a picture (--input)";
                return Err(self.wrong_source(reason));
            }
        };
        Ok(OpenPipeline::Camera(pipeline))
    }

    /// The same with another folder of the state, in which what is found in a camera is stored.
    #[must_use]
    pub fn with_state(mut self, state: &Path) -> Self {
        match &mut self.kind {
            Kind::Camera(config) => config.state = Some(state.to_owned()),
            Kind::I2c(config) => config.camera.state = Some(state.to_owned()),
            Kind::Software { .. } | Kind::Paper | Kind::Command(_) => {}
        }
        self
    }

    fn wrong_source(&self, reason: &'static str) -> OpenError {
        OpenError::WrongSource { label: self.label().to_owned(), reason }
    }
}

impl OpenPipeline {
    /// A simulator of this pipeline at the pixels of `view`: the same arithmetic where it is ours;
    /// else the software ISP on `found`, the picture as found.
    ///
    /// # Errors
    /// [`PipelineError::Size`] when the view was made for pictures of another size.
    pub fn simulator(
        &self,
        found: &Frame,
        view: &View,
    ) -> Result<Box<dyn Simulator>, PipelineError> {
        Ok(match self {
            Self::Software(pipeline) => {
                Box::new(ViewSimulator::new(pipeline.renderer().clone(), pipeline.input(), view)?)
            }
            Self::Paper(pipeline) => {
                Box::new(ViewSimulator::new(pipeline.renderer().clone(), pipeline.input(), view)?)
            }
            Self::Camera(pipeline) => pipeline.simulator(found, view)?,
            Self::Command(_) | Self::Stranger(_) => {
                let input = Input::srgb(found.clone());
                Box::new(ViewSimulator::new(SoftwareIsp::default(), &input, view)?)
            }
        })
    }

    fn pipeline(&self) -> &dyn Pipeline {
        match self {
            Self::Software(pipeline) => pipeline,
            Self::Paper(pipeline) => pipeline,
            Self::Command(pipeline) => pipeline,
            Self::Camera(pipeline) => pipeline,
            Self::Stranger(pipeline) => pipeline,
        }
    }

    fn pipeline_mut(&mut self) -> &mut dyn Pipeline {
        match self {
            Self::Software(pipeline) => pipeline,
            Self::Paper(pipeline) => pipeline,
            Self::Command(pipeline) => pipeline,
            Self::Camera(pipeline) => pipeline,
            Self::Stranger(pipeline) => pipeline,
        }
    }
}

impl Pipeline for OpenPipeline {
    fn parameters(&self) -> &[ParameterInfo] {
        self.pipeline().parameters()
    }

    fn extra_parameters(&self) -> &[ExtraParameter] {
        self.pipeline().extra_parameters()
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        self.pipeline_mut().as_found()
    }

    fn found_params(&self) -> Params {
        self.pipeline().found_params()
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        self.pipeline_mut().query(params)
    }

    fn renders_views(&self) -> bool {
        self.pipeline().renders_views()
    }

    fn query_view(&mut self, params: &Params, view: &View) -> Result<Frame, PipelineError> {
        self.pipeline_mut().query_view(params, view)
    }
}
