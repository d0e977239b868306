//! Printing results, where standard output may be a full disk or a reader that has gone.

use std::io::{self, BufWriter, ErrorKind, Write};

use anyhow::{Context, Result};

/// Prints what `write` writes.
///
/// A reader that closed early (`isptune … | head -1`) has what it wanted and is no error.
///
/// # Errors
/// When standard output cannot be written, say because it is a file on a full disk.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = write(&mut out).and_then(|()| out.flush());
    // Dropping the writer would try to write the rest once more.
    let _ = out.into_parts();
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output")
        }
        _ => Ok(()),
    }
}
