//! `isptune look add`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use super::source::{Source, Taken, picture, take};
use super::words::print;
use crate::exit::Exit;
use crate::look::{Look, LookKind, LookName, NewLook, NewTaste, Tags};
use crate::option_values::parse_tag;
use crate::state_folder::StateFolder;

/// Options of `look add`.
#[derive(Debug, Args)]
pub struct Options {
    /// Name of the look
    name: LookName,
    /// What the goal picture is: a picture file; several files, frames of one scene, for their mean;
    /// or "camera" or "camera:IDENTITY" for what a camera sees (averaged over its noise; no control
    /// is written)
    #[arg(
        long,
        value_name = "PICTURE…|camera[:IDENTITY]",
        num_args = 1..,
        required_unless_present_any = ["model", "kind"]
    )]
    from: Vec<Source>,
    /// Policy of taste, for --kind taste: ONNX, as train-host exports what `train-host taste` has
    /// learned; it goes into the look
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "against", "force"])]
    model: Option<PathBuf>,
    /// What it asks for
    #[arg(long, value_enum, value_name = "KIND", default_value_t)]
    kind: LookKind,
    /// What the look is for, as in illuminant=D50 or scene=lobby; may be repeated
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = parse_tag)]
    tags: Vec<(String, String)>,
    /// What the camera sees now, a picture file or a camera: refuse a goal that shows something else
    #[arg(long, value_name = "PICTURE|camera[:IDENTITY]")]
    against: Option<Source>,
    /// Replace a look of this name
    #[arg(long)]
    replace: bool,
    /// Take a bad reference (too small, clipped, blurred, of one colour, of other content) all the
    /// same; the look says so
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    state: StateFolder,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
///
/// # Errors
/// When the picture cannot be had, is a bad reference, or the look cannot be kept.
pub fn run(options: &Options) -> Result<Exit> {
    if options.kind == LookKind::Style && options.against.is_some() {
        bail!("a look of the kind style may show anything; leave --against out");
    }
    if options.kind == LookKind::Taste && options.model.is_none() {
        bail!("a look of the kind taste is made of a policy and has no picture; give --model FILE");
    }
    if options.kind != LookKind::Taste && options.model.is_some() {
        bail!("--model is for looks of the kind taste; add --kind taste");
    }
    let store = options.state.looks()?;
    if !options.replace {
        store.must_be_free(&options.name)?;
    }
    let mut tags = Tags::default();
    for (key, value) in &options.tags {
        tags.insert(key, value)?;
    }
    let look = match &options.model {
        Some(model) => NewTaste::of_file(options.name.clone(), model, tags)?.make(),
        None => of_picture(options, tags)?,
    };
    let file = store.add(&look, options.replace)?;
    for reason in &look.summary().provenance.forced {
        eprintln!("isptune: taken all the same: {reason}");
    }
    eprintln!("kept in {}", file.display());
    print(look.summary(), options.json)
}

/// A look with a goal picture.
fn of_picture(options: &Options, tags: Tags) -> Result<Look> {
    let Taken { goal, source, known } = take(&options.from)?;
    let against = match &options.against {
        Some(source) => Some(picture(source)?.0),
        None => None,
    };
    let name = options.name.clone();
    let (kind, force) = (options.kind, options.force);
    Ok(NewLook { name, kind, goal, source, tags, against, known, force }.make()?)
}
