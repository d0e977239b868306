//! Where the photographs lie that tables and some tests use.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use train_host::photographs::read_manifest;
use tuner::Frame;

/// Root of the checkout.
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// The data folder: `ISPTUNE_DATA`, or `shared` beside the checkout.
pub fn folder() -> PathBuf {
    std::env::var_os("ISPTUNE_DATA").map_or_else(|| checkout().join("../shared"), PathBuf::from)
}

/// A named photograph.
pub struct Photograph {
    /// File name.
    pub name: String,
    /// The picture.
    pub frame: Frame,
}

/// Photographs of the given folders under `photos/`, in the order of their names.
///
/// # Errors
/// When a folder or a photograph cannot be read.
pub fn photographs(folders: &[&str], most: usize) -> Result<Vec<Photograph>> {
    let mut paths = Vec::new();
    for name in folders {
        let folder = folder().join("photos").join(name);
        let files =
            read_manifest(&folder).context("set ISPTUNE_DATA to the folder that holds photos/")?;
        paths.extend(files.into_iter().map(|file| file.path));
    }
    paths.truncate(most);
    paths.into_iter().map(|path| photograph(&path)).collect()
}

fn photograph(path: &Path) -> Result<Photograph> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Photograph { name, frame: Frame::load(path)? })
}
