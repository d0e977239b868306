//! What can go wrong with the stored values.

use std::io;
use std::path::PathBuf;

use tuner::AtomicFileError;

/// Found values that cannot be stored or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoundValuesError {
    /// The folder cannot be made or read.
    #[error(
        "{}: cannot be used for the values found in cameras: {source}; set STATE_DIRECTORY to a \
         folder where isptune may write",
        folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The kernel's error.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("the values found in the camera are not saved, so nothing is changed in it: {0}")]
    Write(#[from] AtomicFileError),
    /// A file cannot be read, moved or removed.
    #[error("{}: {source}; make it readable and writable for isptune", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The kernel's error.
        source: io::Error,
    },
    /// The values cannot be put into words.
    #[error("the values found in {identity} cannot be stored: {reason}")]
    Unstorable {
        /// The camera.
        identity: String,
        /// What is wrong with them.
        reason: String,
    },
}
