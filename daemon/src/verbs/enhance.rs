//! `isptune enhance`: what a policy of taste makes of a picture, without a goal.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use isp_hw::OpenPipeline;
use tuner::{Pipeline, TasteOptions, TasteOutcome, TasteQuery, run_taste};

use crate::enhance_output::{EnhanceNames, EnhanceOutput, Enhancement, exit_of};
use crate::exit::Exit;
use crate::option_values::{apply_limits, parse_limit, parse_lock, parse_strength};
use crate::picture_source::PictureSource;
use crate::{camera_end, interrupt, shipped_actor};

/// Options of `enhance`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    source: PictureSource,
    /// Policy of taste: ONNX, as train-host exports what `train-host taste` has learned [default: an
    /// automatic editor's, which comes with isptune]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Part of the way from the picture as found to the policy's taste: 0 changes nothing, above 1
    /// overdoes it
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, value_parser = parse_strength)]
    strength: f64,
    /// Queries at most; after each the policy looks at what came of it
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    queries: u32,
    /// Never touch a parameter: "red_gain" stays as it was found, "red_gain=0.2" stays there
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = parse_lock)]
    lock: Vec<(String, Option<f64>)>,
    /// Keep a parameter within canonical limits: "exposure=-0.3..0.5"
    #[arg(long, value_name = "NAME=LOW..HIGH", value_parser = parse_limit)]
    limit: Vec<(String, [f64; 2])>,
    #[command(flatten)]
    output: EnhanceOutput,
    /// Put a camera back as it was found, instead of leaving it enhanced
    #[arg(long)]
    restore: bool,
}

/// Runs the verb.
///
/// # Errors
/// When a file cannot be read or written, the policy is refused, the picture shows nothing, or no
/// query succeeds.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    let file = options.source.load()?;
    options.output.check()?;
    let actor = shipped_actor::taste(options.model.as_deref())?;
    let mut pipeline = options.source.open(&file, &cancel)?;
    let mut limits = file.limits_on(&pipeline);
    let (found, extras) = (pipeline.found_params(), pipeline.extra_parameters());
    apply_limits(&mut limits, &options.limit, &options.lock, &found, extras)?;
    if let OpenPipeline::Camera(camera) = &mut pipeline {
        camera.set_limits(limits);
    }
    let taste =
        TasteOptions { queries: options.queries as usize, strength: options.strength, limits };
    let names = EnhanceNames {
        input: options.source.name(&pipeline),
        policy: actor.name().to_owned(),
        pipeline: file.label().to_owned(),
        render_options: options.source.as_typed(),
    };
    let tell = |query: &TasteQuery| {
        // Nobody has to read along.
        let _ = writeln!(
            io::stderr(),
            "query {:>3}/{}  {:.0} ms",
            query.index,
            options.queries,
            query.elapsed_ms
        );
    };
    let outcome = run_taste(&mut pipeline, &actor, &taste, &cancel, &mut |query| tell(query));
    let result = outcome.as_ref().ok().and_then(TasteOutcome::result).map(|query| query.params);
    let left = camera_end::leave_standing(&mut pipeline, result.filter(|_| !options.restore));
    let left_at = left.as_ref().ok().copied().flatten();
    let mut done = Enhancement { outcome: outcome?, taste, found, names, left_at };
    options.output.write(&mut done, &mut pipeline)?;
    left?;
    exit_of(&done.outcome)
}
