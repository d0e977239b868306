//! A look in words, or as JSON.

use std::io::{self, Write};

use anyhow::Result;

use crate::exit::Exit;
use crate::look::{Features, Fingerprint, GoalCard, LookKind, LookSummary, ModelCard, Provenance};
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
    let tags: String = look.tags.iter().map(|(key, value)| format!("  {key}={value}")).collect();
    let kind = match look.kind {
        LookKind::Finish => "",
        LookKind::Style => "  style",
        LookKind::Taste => "  taste",
    };
    let size = look.goal.as_ref().map_or_else(String::new, |GoalCard { fingerprint, .. }| {
        format!("  {}x{}", fingerprint.width, fingerprint.height)
    });
    format!("{}{size}{kind}{tags}", look.name)
}

fn write_lines(out: &mut dyn Write, look: &LookSummary) -> io::Result<()> {
    let Provenance { source, created_at, program, forced } = &look.provenance;
    writeln!(out, "{}", look.name)?;
    if look.kind != LookKind::Finish {
        writeln!(out, "  kind        {}", look.kind.name())?;
    }
    if let Some(GoalCard { fingerprint, .. }) = &look.goal {
        let Fingerprint { width, height, bits, sha256 } = fingerprint;
        writeln!(out, "  goal        {width}x{height}, {bits} bits, sha256 {sha256}")?;
    }
    if let Some(ModelCard { sha256, bytes, command, figures }) = &look.model {
        writeln!(out, "  model       {bytes} bytes, sha256 {sha256}")?;
        for (key, text) in [("trained by", command), ("figures", figures)] {
            if !text.is_empty() {
                writeln!(out, "  {key:11} {text}")?;
            }
        }
    }
    writeln!(out, "  from        {}", source.in_words())?;
    writeln!(out, "  made        {created_at} by {program}")?;
    for reason in forced {
        writeln!(out, "  in spite of {reason}")?;
    }
    for (key, value) in look.tags.iter() {
        writeln!(out, "  {key:11} {value}")?;
    }
    let Some(GoalCard { features, .. }) = &look.goal else { return Ok(()) };
    let Features { luma_quantiles, mean_linear_rgb, warmth, contrast, saturation, .. } = features;
    let [_, dark, .., bright, _] = luma_quantiles;
    let [red, green, blue] = mean_linear_rgb;
    writeln!(out, "  luma        {dark:.2} to {bright:.2}, contrast {contrast:.2}")?;
    writeln!(
        out,
        "  colour      linear R {red:.3} G {green:.3} B {blue:.3}, warmth {warmth:+.2}, saturation \
         {saturation:.2}"
    )
}
