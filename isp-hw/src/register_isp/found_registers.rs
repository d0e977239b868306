//! The registers that were found in chips, kept on disk from before the first write until they are
//! restored, so that a crash or a power cut does not make them forgotten.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::{ChipPlace, Snapshot};

/// A folder with one file for each chip that isptune has changed and not yet restored.
#[derive(Debug, Clone)]
pub struct FoundRegistersStore {
    folder: PathBuf,
}

/// What was found in a chip cannot be stored or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoundRegistersError {
    /// The folder or a file in it.
    #[error("{}: {source}; registers are not written before what they held is stored", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] tuner::AtomicFileError),
    /// A file that is no such thing.
    #[error(
        "{}: {reason}; an earlier run may have left the chip changed: restart the chip, then remove \
         this file",
        path.display()
    )]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl FoundRegistersStore {
    /// The store in a state directory, in the folder `registers`, which is made if it is not there.
    ///
    /// # Errors
    /// [`FoundRegistersError::Io`] when the folder cannot be made.
    pub fn open(state_directory: &Path) -> Result<Self, FoundRegistersError> {
        let folder = state_directory.join("registers");
        fs::create_dir_all(&folder)
            .map_err(|source| FoundRegistersError::Io { path: folder.clone(), source })?;
        Ok(Self { folder })
    }

    /// What an earlier run left behind of a chip.
    ///
    /// # Errors
    /// [`FoundRegistersError`] when the file is there and cannot be read or understood.
    pub fn of(&self, place: ChipPlace) -> Result<Option<Snapshot>, FoundRegistersError> {
        let path = self.file_of(place);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(FoundRegistersError::Io { path, source }),
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| FoundRegistersError::Content { path, reason: error.to_string() })
    }

    /// Keeps what was found in a chip, safe on disk when this returns.
    ///
    /// # Errors
    /// [`FoundRegistersError::Write`]: the caller must not write to the chip then.
    pub fn keep(&self, place: ChipPlace, found: &Snapshot) -> Result<(), FoundRegistersError> {
        let path = self.file_of(place);
        let text = serde_json::to_vec_pretty(found).map_err(|error| {
            FoundRegistersError::Content { path: path.clone(), reason: error.to_string() }
        })?;
        Ok(tuner::write_atomically(&path, |file| file.write_all(&text))?)
    }

    /// Forgets a chip, once it is restored. Nothing kept is no error.
    ///
    /// # Errors
    /// [`FoundRegistersError::Io`] when the file cannot be removed.
    pub fn clear(&self, place: ChipPlace) -> Result<(), FoundRegistersError> {
        let path = self.file_of(place);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                Err(FoundRegistersError::Io { path, source })
            }
            _ => Ok(()),
        }
    }

    fn file_of(&self, place: ChipPlace) -> PathBuf {
        self.folder.join(format!("i2c-{}-{:02x}.json", place.bus, place.address))
    }
}
