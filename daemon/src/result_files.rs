//! Files that a result goes to.

use std::path::Path;

use anyhow::{Result, bail};
use tuner::{PictureError, PictureFormat};

/// Refuses what could not be written in the end, before any query is spent.
///
/// # Errors
/// When one of `all`, which are to be written, has no folder, is one, or is write-protected, or
/// `picture` names no picture format.
pub fn check(picture: Option<&Path>, all: &[Option<&Path>]) -> Result<()> {
    if let Some(out) = picture {
        PictureFormat::of_path(out)
            .ok_or_else(|| PictureError::Extension { file: out.to_owned() })?;
    }
    for path in all.iter().flatten() {
        if path.is_dir() {
            bail!("{}: this is a folder; give the name of a file in it", path.display());
        }
        if path.metadata().is_ok_and(|file| file.permissions().readonly()) {
            bail!(
                "{}: this file is write-protected; make it writable or give another name",
                path.display()
            );
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            bail!("{}: there is no such folder to write to", path.display());
        }
    }
    Ok(())
}
