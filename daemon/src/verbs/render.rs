//! `isptune render`: one query, no tuning.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use tuner::{Params, Pipeline};

use crate::exit::Exit;
use crate::json::{self, RenderJson};
use crate::option_values::parse_params;
use crate::picture_source::PictureSource;
use crate::{interrupt, json::canonical, json::native};

/// Options of `render`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    source: PictureSource,
    /// Canonical values "exposure=0.2,contrast=-0.1", or a JSON file with a "params" object (the
    /// output of match --json is one); what is not named stays neutral
    #[arg(long, value_name = "VALUES|FILE", value_parser = parse_params, allow_hyphen_values = true)]
    params: Params,
    /// Where the picture goes (png, tiff, jpg, ppm)
    #[arg(long, value_name = "PICTURE")]
    out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
///
/// # Errors
/// When the input cannot be read, the pipeline fails, or the output cannot be written.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    let file = options.source.load()?;
    let mut pipeline = options.source.open(&file, &cancel)?;
    let table = pipeline.parameters().to_vec();
    let started = Instant::now();
    let picture = pipeline.query(&options.params).with_context(|| file.label().to_owned())?;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
    picture.save(&options.out)?;
    if options.json {
        json::print(&RenderJson {
            params: canonical(&options.params, &table),
            native: native(&options.params, &table),
            out: options.out.clone(),
            elapsed_ms,
        })?;
    } else {
        eprintln!("rendered in {elapsed_ms:.0} ms: {}", options.out.display());
    }
    Ok(Exit::Done)
}
