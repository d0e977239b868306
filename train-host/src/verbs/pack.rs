//! `train-host pack`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use train_host::photographs::Pack;

/// Options of the verb.
#[derive(Debug, Args)]
pub struct Options {
    /// Folder of photographs, with a MANIFEST.tsv where licences are to be kept
    #[arg(long)]
    photos: PathBuf,
    /// Only photographs whose licence contains this
    #[arg(long)]
    licence: Option<String>,
    /// The pack to write
    #[arg(long)]
    out: PathBuf,
}

/// Packs.
///
/// # Errors
/// When the folder cannot be read or the pack cannot be written.
pub fn run(options: &Options) -> Result<()> {
    let pack = Pack::open(&options.photos, options.licence.as_deref())?;
    pack.save(&options.out)?;
    println!("{}: {} photographs", options.out.display(), pack.photographs().len());
    for licence in pack.licences() {
        println!("  {licence}");
    }
    Ok(())
}
