//! `isptune render`: one query, no tuning.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use tuner::Pipeline;

use crate::exit::Exit;
use crate::given_params::{GivenParams, parse_given};
use crate::interrupt;
use crate::json::{self, RenderJson};
use crate::parameter_table::ParameterTable;
use crate::picture_source::PictureSource;

/// Options of `render`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    source: PictureSource,
    /// Canonical values "exposure=0.2,contrast=-0.1", or a JSON file with a "params" object (the
    /// output of match --json is one); what is not named stays neutral
    #[arg(long, value_name = "VALUES|FILE", value_parser = parse_given, allow_hyphen_values = true)]
    params: GivenParams,
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
    let params = options.params.of(file.extra_parameters())?;
    let mut pipeline = options.source.open(&file, &cancel)?;
    let table = ParameterTable::of(&pipeline);
    let started = Instant::now();
    let picture = pipeline.query(&params).with_context(|| file.label().to_owned())?;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
    picture.save(&options.out)?;
    if options.json {
        json::print(&RenderJson {
            params: table.canonical(&params),
            extra: table.extra(&params),
            native: table.native(&params),
            out: options.out.clone(),
            elapsed_ms,
        })?;
    } else {
        eprintln!("rendered in {elapsed_ms:.0} ms: {}", options.out.display());
    }
    Ok(Exit::Done)
}
