//! The option `--pipeline`.

use std::path::{Path, PathBuf};

use clap::Args;
use isp_hw::{PipelineFile, PipelineFileError};

/// Which pipeline renders.
#[derive(Debug, Args)]
pub struct PipelineChoice {
    /// TOML file that describes the pipeline; without it the software ISP renders
    #[arg(long = "pipeline", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl PipelineChoice {
    /// Reads the file, or stands for the software ISP.
    ///
    /// # Errors
    /// When the file cannot be read or is not as documented.
    pub fn load(&self) -> Result<PipelineFile, PipelineFileError> {
        self.file.as_deref().map_or_else(|| Ok(PipelineFile::software()), PipelineFile::load)
    }

    /// `--input` and `--pipeline` as they would be typed in a shell.
    #[must_use]
    pub fn render_options(&self, input: &Path) -> String {
        let mut words = format!("--input {}", quoted(input));
        if let Some(file) = &self.file {
            words += &format!(" --pipeline {}", quoted(file));
        }
        words
    }
}

/// A path as one word of a POSIX shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
