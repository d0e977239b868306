//! A look in words, or as JSON.

use std::io::{self, Write};

use anyhow::Result;

use crate::exit::Exit;
use crate::look::{Features, LookSummary, Provenance};
use crate::{json, standard_output};

/// Prints everything about a look except its goal.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(look: &LookSummary, as_json: bool) -> Result<Exit> {
    if as_json {
        json::print(look)?;
    } else {
        standard_output::print(|out| write_lines(out, look))?;
    }
    Ok(Exit::Done)
}

/// A look in one line.
pub fn line(look: &LookSummary) -> String {
    let fingerprint = &look.fingerprint;
    let tags: String = look.tags.iter().map(|(key, value)| format!("  {key}={value}")).collect();
    format!("{}  {}x{}{tags}", look.name, fingerprint.width, fingerprint.height)
}

fn write_lines(out: &mut dyn Write, look: &LookSummary) -> io::Result<()> {
    let Provenance { source, created_at, program, forced } = &look.provenance;
    let fingerprint = &look.fingerprint;
    writeln!(out, "{}", look.name)?;
    writeln!(
        out,
        "  goal        {}x{}, {} bits, sha256 {}",
        fingerprint.width, fingerprint.height, fingerprint.bits, fingerprint.sha256
    )?;
    writeln!(out, "  from        {}", source.in_words())?;
    writeln!(out, "  made        {created_at} by {program}")?;
    for reason in forced {
        writeln!(out, "  in spite of {reason}")?;
    }
    for (key, value) in look.tags.iter() {
        writeln!(out, "  {key:11} {value}")?;
    }
    let Features { luma_quantiles, mean_linear_rgb, warmth, contrast, saturation, .. } =
        &look.features;
    let [_, dark, .., bright, _] = luma_quantiles;
    let [red, green, blue] = mean_linear_rgb;
    writeln!(out, "  luma        {dark:.2} to {bright:.2}, contrast {contrast:.2}")?;
    writeln!(
        out,
        "  colour      linear R {red:.3} G {green:.3} B {blue:.3}, warmth {warmth:+.2}, saturation \
         {saturation:.2}"
    )
}
