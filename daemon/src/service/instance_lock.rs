//! One service in one place: a second one would fight for the cameras.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// Held until the process ends, however it ends.
#[derive(Debug)]
pub struct InstanceLock(#[expect(dead_code, reason = "held for its lock")] File);

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceLockError {
    /// Another service holds it.
    #[error(
        "{}: another isptuned runs; stop it first (systemctl stop isptuned), or give \
         this one another folder (--root)",
        path.display()
    )]
    Held {
        /// The lock.
        path: PathBuf,
    },
    /// The file cannot be made.
    #[error("{}: {source}; the service needs a folder where it may write", path.display())]
    File {
        /// The lock.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl InstanceLock {
    /// Takes the lock at `path`; its folder is made where it is not there.
    ///
    /// # Errors
    /// [`InstanceLockError`]
    pub fn take(path: &Path) -> Result<Self, InstanceLockError> {
        let failed = |source| InstanceLockError::File { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(path);
        let file = file.map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => {
                Err(InstanceLockError::Held { path: path.to_owned() })
            }
            Err(error) => Err(failed(error.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_until_the_first_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/lock");
        let first = InstanceLock::take(&path).unwrap();
        let refused = InstanceLock::take(&path).unwrap_err();
        assert!(refused.to_string().contains("another isptuned"), "{refused}");
        drop(first);
        InstanceLock::take(&path).unwrap();
    }
}
