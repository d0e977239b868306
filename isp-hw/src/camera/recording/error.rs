//! What can be wrong with a recording.

use std::io;
use std::path::PathBuf;

/// A recording that cannot be written or played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is a recording already.
    #[error("{}: holds a recording already; choose another folder", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// A line of the index is wrong.
    #[error("{}: line {line}: {reason}; record again", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The recording was cut off.
    #[error("{}: ends after {frames} frames without its last line; record again", path.display())]
    CutOff {
        /// The index.
        path: PathBuf,
        /// Frames that are there.
        frames: usize,
    },
    /// The file of frames has another length than the index says.
    #[error("{}: has {found} bytes, and the index {needed}; record again", path.display())]
    Length {
        /// The file of frames.
        path: PathBuf,
        /// Bytes that it has.
        found: u64,
        /// Bytes that it should have.
        needed: u64,
    },
    /// All frames were played.
    #[error("{}: the recording is at its end, after {frames} frames; record longer", path.display())]
    AtEnd {
        /// The folder.
        path: PathBuf,
        /// Frames of the recording.
        frames: usize,
    },
}
