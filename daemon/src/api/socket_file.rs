//! The file of a Unix socket that is listened on: whether it still leads here.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// Makes the listener anew, at the same place.
pub type Listen = Box<dyn Fn() -> io::Result<UnixListener> + Send + Sync>;

/// A socket's file as it was made, and how it is made again.
pub(super) struct SocketFile {
    path: PathBuf,
    /// Device and number of the file.
    made: (u64, u64),
    listen: Listen,
    /// What was told last, so that it is told once.
    told: Option<String>,
}

impl SocketFile {
    /// The file at `path`, which `listen` makes again.
    ///
    /// # Errors
    /// When there is no file.
    pub(super) fn of(path: &Path, listen: Listen) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), made: identity(path)?, listen, told: None })
    }

    /// Looks after the file: a new listener when it is gone. Something else in its place is told
    /// once, and nothing of it is touched.
    pub(super) fn look_after(&mut self) -> Option<UnixListener> {
        let path = self.path.display();
        let trouble = match fs::symlink_metadata(&self.path) {
            Ok(found) if (found.dev(), found.ino()) == self.made => {
                self.told = None;
                return None;
            }
            Ok(found) => {
                let what = if found.file_type().is_socket() { "another socket" } else { "a file" };
                format!(
                    "{path}: {what} has taken the place of the API's socket; remove it, and the \
                     API listens there again"
                )
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => match (self.listen)() {
                Ok(listener) => {
                    tracing::warn!("{path}: the API's socket was removed; it listens there again");
                    self.made = identity(&self.path).unwrap_or(self.made);
                    self.told = None;
                    return Some(listener);
                }
                Err(error) => format!(
                    "{path}: the API's socket was removed, and cannot be made again: {error}; \
                     restart what made it (isptuned, or isptuned.socket)"
                ),
            },
            Err(error) => format!("{path}: {error}; nobody can reach the API's socket"),
        };
        if self.told.as_ref() != Some(&trouble) {
            tracing::error!("{trouble}");
            self.told = Some(trouble);
        }
        None
    }
}

impl std::fmt::Debug for SocketFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SocketFile").field("path", &self.path).finish_non_exhaustive()
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}
