//! A result in plain lines.

use std::io::{self, Write};
use std::path::PathBuf;

use tuner::{ParameterInfo, Params};

use crate::camera_end::LeftAt;

/// One line a parameter: the canonical value and the pipeline's own.
///
/// # Errors
/// When `to` cannot be written.
pub fn parameters(to: &mut dyn Write, params: &Params, table: &[ParameterInfo]) -> io::Result<()> {
    for info in table {
        let value = params.get(info.parameter);
        let native = info.to_native(value);
        let line = format!(
            "  {:11} {value:+.3}   {} = {native:.4} {}",
            info.parameter, info.key, info.unit
        );
        writeln!(to, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What a camera was left at, where there is one.
///
/// # Errors
/// When `to` cannot be written.
pub fn left_at(to: &mut dyn Write, left_at: Option<LeftAt>) -> io::Result<()> {
    match left_at {
        Some(LeftAt::Best) => writeln!(to, "the camera stands at these values"),
        Some(LeftAt::Found) => writeln!(to, "the camera was put back as it was found"),
        None => Ok(()),
    }
}

/// The files that were written, each with what it is.
///
/// # Errors
/// When `to` cannot be written.
pub fn files(to: &mut dyn Write, files: &[(&str, &Option<PathBuf>)]) -> io::Result<()> {
    for (name, path) in files {
        if let Some(path) = path {
            writeln!(to, "{name}: {}", path.display())?;
        }
    }
    Ok(())
}
