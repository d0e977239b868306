//! The values that were found in cameras, kept on disk from before the first write until they are
//! restored, so that a crash or a power cut does not make them forgotten.

mod error;
mod stored;
#[cfg(test)]
mod tests;

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

pub use error::FoundValuesError;
pub use stored::FoundValues;

use super::control::Snapshot;
use crate::state::{ENDING, file_name};
use stored::Unreadable;

/// Ending of files that were set aside.
const SET_ASIDE: &str = "unreadable";

/// A folder with one file for each camera that isptune has changed and not yet restored.
#[derive(Debug, Clone)]
pub struct FoundValuesStore {
    folder: PathBuf,
}

/// What a crash left, in the order of the file names.
#[derive(Debug, Default)]
pub struct Pending {
    /// Cameras that are still to be restored.
    pub cameras: Vec<FoundValues>,
    /// Files that could not be understood.
    pub set_aside: Vec<SetAside>,
}

/// A file that could not be understood and was renamed, so that a person can look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The name that it has now; the name that it had when it could not be renamed.
    pub file: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl FoundValuesStore {
    /// The store in a [state directory](crate::state_directory), in the folder `found`, which is made if
    /// it is not there.
    ///
    /// # Errors
    /// [`FoundValuesError::Folder`] when the folder cannot be made.
    pub fn open(state_directory: &Path) -> Result<Self, FoundValuesError> {
        let folder = state_directory.join("found");
        DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(&folder)
            .map_err(|source| FoundValuesError::Folder { folder: folder.clone(), source })?;
        Ok(Self { folder })
    }

    /// Keeps the values found in a camera, safe on disk when this returns, and returns those that
    /// are to be restored one day: values that an earlier run left behind are the true ones and
    /// stay, since what is in the camera now may be that run's doing. Only controls that they lack
    /// are added.
    ///
    /// # Errors
    /// [`FoundValuesError::Write`]: the caller must not write to the camera then.
    pub fn keep(
        &self,
        identity: &str,
        name: &str,
        snapshot: Snapshot,
    ) -> Result<FoundValues, FoundValuesError> {
        let mut found =
            FoundValues { identity: identity.to_owned(), name: name.to_owned(), snapshot };
        if let Some(earlier) = self.of(identity)? {
            let now = std::mem::replace(&mut found.snapshot, earlier.snapshot).values;
            let new: Vec<_> =
                now.into_iter().filter(|now| found.snapshot.value_of(now.id).is_none()).collect();
            if new.is_empty() {
                return Ok(found);
            }
            found.snapshot.values.extend(new);
        }
        let text = found.to_text()?;
        tuner::write_atomically(&self.file_of(identity), |file| file.write_all(text.as_bytes()))?;
        Ok(found)
    }

    /// What is kept of one camera. A file that cannot be understood is set aside.
    ///
    /// # Errors
    /// [`FoundValuesError::File`] when the file is there and cannot be read.
    pub fn of(&self, identity: &str) -> Result<Option<FoundValues>, FoundValuesError> {
        let file = self.file_of(identity);
        match stored::read(&file) {
            Ok(found) => Ok(Some(found)),
            Err(Unreadable::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(Unreadable::Io(source)) => Err(FoundValuesError::File { file, source }),
            Err(Unreadable::Content(_)) => {
                set_aside(&file)
                    .map_err(|source| FoundValuesError::File { file: file.clone(), source })?;
                Ok(None)
            }
        }
    }

    /// What earlier runs left behind. Files that cannot be understood are set aside and told;
    /// they stop nothing.
    ///
    /// # Errors
    /// [`FoundValuesError::Folder`] when the folder cannot be read.
    pub fn pending(&self) -> Result<Pending, FoundValuesError> {
        let failed = |source| FoundValuesError::Folder { folder: self.folder.clone(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            if file.to_str().is_some_and(|file| file.ends_with(ENDING)) {
                files.push(file);
            }
        }
        files.sort();
        let mut pending = Pending::default();
        for file in files {
            match stored::read(&file) {
                Ok(found) => pending.cameras.push(found),
                // It was restored meanwhile.
                Err(Unreadable::Io(error)) if error.kind() == ErrorKind::NotFound => {}
                Err(Unreadable::Io(error)) => {
                    pending.set_aside.push(SetAside { file, reason: error.to_string() });
                }
                Err(Unreadable::Content(reason)) => {
                    let file = set_aside(&file).unwrap_or(file);
                    pending.set_aside.push(SetAside { file, reason });
                }
            }
        }
        Ok(pending)
    }

    /// Forgets a camera's values, once they are restored. Nothing kept is no error.
    ///
    /// # Errors
    /// [`FoundValuesError::File`] when the file cannot be removed.
    pub fn clear(&self, identity: &str) -> Result<(), FoundValuesError> {
        let file = self.file_of(identity);
        match fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(FoundValuesError::File { file, source }),
        }
        // Otherwise a power cut could bring the file back and undo a later change. Some file
        // systems refuse to sync a folder; the file is removed either way.
        if let Ok(folder) = fs::File::open(&self.folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    fn file_of(&self, identity: &str) -> PathBuf {
        self.folder.join(file_name(identity))
    }
}

/// Renames a file to a name that is free; the new name.
fn set_aside(file: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let aside = file.with_extension(format!("{SET_ASIDE}-{number}"));
        if fs::symlink_metadata(&aside).is_err() {
            fs::rename(file, &aside)?;
            return Ok(aside);
        }
        number += 1;
    }
}
