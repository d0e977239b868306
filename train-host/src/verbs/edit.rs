//! `train-host edit`.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::Args;
use train_host::photographs::{Editor, edited_variants, read_manifest};

/// Options of the verb.
#[derive(Debug, Args)]
pub struct Options {
    /// Folder of photographs
    #[arg(long)]
    photos: PathBuf,
    /// Only photographs whose licence contains this
    #[arg(long)]
    licence: Option<String>,
    /// Only photographs whose licence does not contain this
    #[arg(long)]
    except_licence: Option<String>,
    /// So many photographs, spread evenly over the folder, go to OUT/held-out and nowhere else
    #[arg(long, default_value_t = 0)]
    held_out: usize,
    /// So many of the others, spread evenly, go to OUT/train; 0 takes all
    #[arg(long, default_value_t = 0)]
    most: usize,
    /// Random pieces of each photograph of OUT/train, exposed and balanced at random, instead of the
    /// photograph itself; each is edited for itself
    #[arg(long, default_value_t = 0)]
    variants: u64,
    /// Processing profile of RawTherapee
    #[arg(long, default_value = "pipelines/auto-editor.pp3")]
    profile: PathBuf,
    /// The program
    #[arg(long, default_value = "rawtherapee-cli")]
    program: PathBuf,
    /// Seed of the variants
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder for the pairs; what is there already is kept
    #[arg(long)]
    out: PathBuf,
}

/// Edits photographs.
///
/// # Errors
/// When a photograph cannot be read or the program fails.
pub fn run(options: &Options) -> Result<()> {
    let chosen: Vec<PathBuf> = read_manifest(&options.photos)?
        .into_iter()
        .filter(|photo| options.licence.as_ref().is_none_or(|text| photo.licence.contains(text)))
        .filter(|photo| {
            options.except_licence.as_ref().is_none_or(|text| !photo.licence.contains(text))
        })
        .map(|photo| photo.path)
        .collect();
    if chosen.is_empty() {
        bail!("{}: no photograph with such a licence", options.photos.display());
    }
    ensure!(
        options.held_out < chosen.len(),
        "--held-out {}: there are only {} photographs, and some must be left to learn from",
        options.held_out,
        chosen.len()
    );
    let held_out = spread(&chosen, options.held_out);
    let rest: Vec<PathBuf> =
        chosen.iter().filter(|photo| !held_out.contains(photo)).cloned().collect();
    let most = if options.most == 0 { rest.len() } else { options.most };
    let train = spread(&rest, most);
    let editor = Editor { program: options.program.clone(), profile: options.profile.clone() };
    if !held_out.is_empty() {
        let made = editor.edit(&held_out, &options.out.join("held-out"))?;
        println!("{}: {made} pairs", options.out.join("held-out").display());
    }
    let folder = options.out.join("train");
    let train = match options.variants {
        0 => train,
        variants => edited_variants(&train, variants, options.seed, &folder)?,
    };
    let made = editor.edit(&train, &folder)?;
    println!("{}: {made} pairs", folder.display());
    Ok(())
}

/// So many of all, spread evenly.
fn spread(all: &[PathBuf], count: usize) -> Vec<PathBuf> {
    let count = count.min(all.len());
    (0..count).filter_map(|number| all.get(number * all.len() / count)).cloned().collect()
}
