//! Which files make up the configuration, in the order of their precedence.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Places, ServiceConfigError};

/// Longest file; longer ones are no configuration.
const LONGEST_BYTES: u64 = 1 << 20;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its path.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// All files, those that lie over others last. A main file that is not there is no error; one that
/// was named on the command line is read by the caller's wish, so that `main_is_needed` makes it
/// one.
///
/// # Errors
/// [`ServiceConfigError::Read`]
pub fn layers(places: &Places, main_is_needed: bool) -> Result<Vec<Layer>, ServiceConfigError> {
    let mut layers = Vec::new();
    for main in [&places.vendor_config, &places.config, &places.run_time_config] {
        match fs::metadata(main) {
            Ok(_) => layers.push(read_layer(main)?),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if main_is_needed && *main == places.config {
                    return Err(failed(main, "there is no such file"));
                }
            }
            Err(error) => return Err(failed(main, error)),
        }
        for drop_in in drop_ins(main)? {
            layers.push(read_layer(&drop_in)?);
        }
    }
    Ok(layers)
}

/// `isptuned.toml.d/*.toml` beside a main file, by name.
fn drop_ins(main: &Path) -> Result<Vec<PathBuf>, ServiceConfigError> {
    let folder = PathBuf::from(format!("{}.d", main.display()));
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&folder, error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(&folder, error))?.path();
        // Editors leave hidden files behind.
        let is_hidden =
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.extension().is_some_and(|ending| ending == "toml") && !is_hidden {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads one file.
///
/// # Errors
/// [`ServiceConfigError::Read`]
pub fn read_layer(path: &Path) -> Result<Layer, ServiceConfigError> {
    let metadata = fs::metadata(path).map_err(|error| failed(path, error))?;
    if !metadata.is_file() {
        return Err(failed(path, "it is no ordinary file"));
    }
    if metadata.len() > LONGEST_BYTES {
        return Err(failed(path, format!("it is longer than {LONGEST_BYTES} bytes")));
    }
    let text = fs::read_to_string(path).map_err(|error| failed(path, error))?;
    Ok(Layer { path: path.to_owned(), text })
}

fn failed(path: &Path, reason: impl ToString) -> ServiceConfigError {
    ServiceConfigError::Read { path: path.to_owned(), reason: reason.to_string() }
}
