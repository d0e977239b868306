//! A configuration that cannot be used.

use std::path::PathBuf;

use isp_hw::PipelineFileError;
use isp_hw::strict_toml::StrictError;

/// Why not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceConfigError {
    /// A file or a folder of drop-ins cannot be read.
    #[error("{}: {reason}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why not, and the way out.
        reason: String,
    },
    /// Something in a file is not as documented.
    #[error(transparent)]
    Content(#[from] StrictError),
    /// The pipeline file of a camera cannot be used.
    #[error("camera \"{camera}\": {source}")]
    Pipeline {
        /// Name of the camera.
        camera: String,
        /// What is wrong.
        source: PipelineFileError,
    },
    /// What the files say together makes no sense.
    #[error("{files}: {reason}")]
    Together {
        /// The files.
        files: String,
        /// What is wrong, and the way out.
        reason: String,
    },
}
