//! `isptune compare`: how near two pictures are.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use tuner::{Frame, Score, register};

use crate::exit::Exit;
use crate::json::{self, CompareJson};
use crate::standard_output;

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct Options {
    /// First picture
    a: PathBuf,
    /// Second picture, of the same size
    b: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
///
/// # Errors
/// When a picture cannot be read or the sizes differ.
pub fn run(options: &Options) -> Result<Exit> {
    let a = Frame::load(&options.a)?;
    let b = Frame::load(&options.b)?;
    let Some(score) = Score::of_frames(&a, &b) else {
        bail!(
            "{} is {}x{} and {} is {}x{}; only pictures of one size can be compared",
            options.a.display(),
            a.width(),
            a.height(),
            options.b.display(),
            b.width(),
            b.height()
        );
    };
    let registration = register(&a, &b);
    if options.json {
        json::print(&CompareJson { score, registration })?;
        return Ok(Exit::Done);
    }
    standard_output::print(|out| {
        writeln!(out, "PSNR   {:.2} dB", score.psnr_db_capped(crate::json::MOST_DB))?;
        writeln!(out, "SSIM   {:.4}", score.ssim)?;
        let delta_e = score.delta_e00;
        writeln!(
            out,
            "ΔE00   mean {:.2}, 95th percentile {:.2}, max {:.2}",
            delta_e.mean, delta_e.p95, delta_e.max
        )?;
        writeln!(
            out,
            "shift  {:.2}, {:.2} px (correlation {:.3})",
            registration.dx, registration.dy, registration.correlation
        )?;
        Ok(())
    })?;
    Ok(Exit::Done)
}
