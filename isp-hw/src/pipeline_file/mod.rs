//! The TOML file of `--pipeline`: which pipeline, with which parameters and limits.
//!
//! `docs/pipeline-file.md` lists every key. The file is read strictly
//! ([`crate::strict_toml`]): whatever is not as documented is one message with line and column.

mod camera_keys;
mod command_keys;
mod device;
mod i2c_keys;
mod kind;
mod limit_keys;
mod open;
mod parameter_keys;
mod raw_keys;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tuner::{Axis, ExtraParameter, Limits, Parameter, ParameterInfo, Pipeline};

use crate::Transfer;
use crate::camera::CameraConfig;
use crate::command::CommandConfig;
use crate::register_isp::RegisterIspConfig;
use crate::strict_toml::{Document, StrictError};

pub use open::{OpenError, OpenPipeline};
pub use raw_keys::RawInput;

/// Pipeline files and template files may be this long; longer ones are no such files.
const LONGEST_FILE_BYTES: u64 = 4 << 20;

/// A pipeline file that was read and found right.
#[derive(Debug, Clone, PartialEq)]
pub struct PipelineFile {
    label: String,
    kind: Kind,
    limits: Limits,
    /// Parameters that the file wants left alone.
    locked: Vec<Axis>,
}

/// What a pipeline file describes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// The software ISP.
    Software {
        /// How the samples of the input stand for light.
        transfer: Transfer,
        /// What the bytes of the input are, where it is no picture file.
        raw: Option<RawInput>,
    },
    /// The pipeline of the paper.
    Paper,
    /// An external program.
    Command(CommandConfig),
    /// A camera with V4L2 controls.
    Camera(CameraConfig),
    /// An ISP or a sensor with registers on an I2C bus.
    I2c(RegisterIspConfig),
}

/// A pipeline file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineFileError {
    /// The file, or the template that it names, cannot be read.
    #[error("{}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not, and the way out.
        reason: String,
    },
    /// Something in it is not as documented.
    #[error(transparent)]
    Content(#[from] StrictError),
}

impl PipelineFile {
    /// What stands for a file where only a camera is named: its controls, mapped by what it has.
    #[must_use]
    pub fn camera() -> Self {
        let kind = Kind::Camera(CameraConfig::default());
        Self { label: "v4l2".to_owned(), kind, limits: Limits::default(), locked: Vec::new() }
    }

    /// What stands for a file where none is given: the software ISP on an sRGB input, without
    /// limits.
    #[must_use]
    pub fn software() -> Self {
        let kind = Kind::Software { transfer: Transfer::Srgb, raw: None };
        Self { label: "software".to_owned(), kind, limits: Limits::default(), locked: Vec::new() }
    }

    /// Reads a file, with the template that it may name.
    ///
    /// # Errors
    /// [`PipelineFileError`]: the file or the template cannot be read, or something in them is not
    /// as documented.
    pub fn load(path: &Path) -> Result<Self, PipelineFileError> {
        let text = read_text(path)?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a file. `label` names it in messages; relative paths in it (working folder
    /// of a program, template) start in the folder of `label` taken as a path.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(text: &str, label: &str) -> Result<Self, PipelineFileError> {
        Self::parse_with(text, label, &read_text)
    }

    /// As [`Self::parse`], with another way to read template files.
    ///
    /// # Errors
    /// As [`Self::load`], and whatever `read_template` returns.
    pub fn parse_with(
        text: &str,
        label: &str,
        read_template: &dyn Fn(&Path) -> Result<String, PipelineFileError>,
    ) -> Result<Self, PipelineFileError> {
        let document = Document::parse(text, label)?;
        let folder = folder_of(label)?;
        let (kind, limits, locked) = kind::read(&document.root(), &folder, read_template)?;
        Ok(Self { label: label.to_owned(), kind, limits, locked })
    }

    /// Name of the file in messages.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What it describes.
    #[must_use]
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The parameters that the pipeline has, in canonical order; none of a camera whose controls are
    /// chosen when it is opened.
    #[must_use]
    pub fn parameters(&self) -> Vec<ParameterInfo> {
        self.kind.parameters()
    }

    /// What the pipeline has beside the nine, in the order of the file.
    #[must_use]
    pub fn extra_parameters(&self) -> &[ExtraParameter] {
        self.kind.extra_parameters()
    }

    /// What a tune may change: all parameters that the pipeline has, narrowed by `lock` and
    /// `[limits]`.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// As [`Self::limits`] for the pipeline that was opened: what it lacks, and what the file wants
    /// left alone, stays as it was found.
    #[must_use]
    pub fn limits_on(&self, pipeline: &dyn Pipeline) -> Limits {
        let lacks = |parameter: &Parameter| {
            !pipeline.parameters().iter().any(|info| info.parameter == *parameter)
        };
        let lacked = Parameter::ALL.into_iter().filter(lacks).map(Axis::from);
        let held: Vec<Axis> = lacked.chain(self.locked.iter().copied()).collect();
        self.limits.holding(&held, &pipeline.found_params())
    }
}

/// The absolute folder of a file, so that it stays the same for a program that runs elsewhere.
fn folder_of(label: &str) -> Result<PathBuf, PipelineFileError> {
    let path = Path::new(label);
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    std::path::absolute(folder).map_err(|error| PipelineFileError::Read {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn read_text(path: &Path) -> Result<String, PipelineFileError> {
    let failed = |reason: String| PipelineFileError::Read { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|error| {
        failed(if error.kind() == io::ErrorKind::NotFound {
            "there is no such file".to_owned()
        } else {
            error.to_string()
        })
    })?;
    let mut bytes = Vec::new();
    let read = file.take(LONGEST_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > LONGEST_FILE_BYTES {
        return Err(failed(format!("longer than {LONGEST_FILE_BYTES} bytes; is it a picture?")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        failed(format!("byte {at} is not UTF-8 text; is it a picture?"))
    })
}

#[cfg(test)]
mod extra_tests;
#[cfg(test)]
mod i2c_tests;
#[cfg(test)]
mod tests;
