//! A result in plain lines.

use std::io::{self, Write};
use std::path::PathBuf;

use tuner::Params;

use crate::camera_end::LeftAt;
use crate::parameter_table::{ParameterTable, ParameterValue};

/// One line a parameter: the canonical value and the pipeline's own.
///
/// # Errors
/// When `to` cannot be written.
pub fn parameters(to: &mut dyn Write, params: &Params, table: &ParameterTable) -> io::Result<()> {
    for ParameterValue { name, key, unit, canonical, native, .. } in table.values(params) {
        let line = format!("  {name:11} {canonical:+.3}   {key} = {native:.4} {unit}");
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
