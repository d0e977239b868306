//! The option `--pipeline`.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::Args;
use isp_hw::{PipelineFile, PipelineFileError};

/// Which pipeline renders.
#[derive(Debug, Args)]
pub struct PipelineChoice {
    /// TOML file that describes the pipeline; without it the software ISP renders a picture, and a
    /// camera its own
    #[arg(long = "pipeline", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl PipelineChoice {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// When the file cannot be read or is not as documented.
    pub fn load(&self) -> Result<Option<PipelineFile>, PipelineFileError> {
        self.file.as_deref().map(PipelineFile::load).transpose()
    }

    /// The option as it would be typed in a shell.
    #[must_use]
    pub fn as_typed(&self) -> Option<String> {
        self.file.as_ref().map(|file| format!("--pipeline {}", quoted(file)))
    }
}

/// A path or a name as one word of a POSIX shell.
#[must_use]
pub fn quoted(word: impl AsRef<OsStr>) -> String {
    let text = word.as_ref().to_string_lossy().into_owned();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
