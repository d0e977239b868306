//! Options that say where photographs before and after lie.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use train_host::photographs::{PairPaths, find_pairs};

/// Folders of pairs.
#[derive(Debug, Clone, Args)]
pub struct PairOptions {
    /// Folder with the folders "before" and "after" in it, where the pictures of a pair have the
    /// same name; with --suffixes the folder of both. May be given several times
    #[arg(long, value_name = "DIR", required_unless_present = "before")]
    pairs: Vec<PathBuf>,
    /// Folder of the photographs before
    #[arg(long, value_name = "DIR", requires = "after", conflicts_with = "pairs")]
    before: Option<PathBuf>,
    /// Folder of the photographs after
    #[arg(long, value_name = "DIR", requires = "before")]
    after: Option<PathBuf>,
    /// What the names before and after end in, as in "_input,_expertC"; other pictures of the
    /// folder are passed over
    #[arg(long, value_name = "BEFORE,AFTER")]
    suffixes: Option<String>,
}

impl PairOptions {
    /// The pairs of all folders; says which pictures have no partner.
    ///
    /// # Errors
    /// When a folder cannot be read or has no pair.
    pub fn find(&self) -> Result<Vec<PairPaths>> {
        let suffixes = match &self.suffixes {
            None => ["", ""],
            Some(text) => match text.split(',').collect::<Vec<_>>()[..] {
                [before, after] if before != after => [before, after],
                _ => bail!("--suffixes {text}: two different endings with a comma between them"),
            },
        };
        let folders: Vec<[PathBuf; 2]> = match (&self.before, &self.after) {
            (Some(before), Some(after)) => vec![[before.clone(), after.clone()]],
            _ if self.suffixes.is_some() => {
                self.pairs.iter().map(|folder| [folder.clone(), folder.clone()]).collect()
            }
            _ => {
                let sides = |folder: &PathBuf| ["before", "after"].map(|side| folder.join(side));
                self.pairs.iter().map(sides).collect()
            }
        };
        let mut pairs = Vec::new();
        for [before, after] in &folders {
            let found = find_pairs(before, after, suffixes)
                .with_context(|| format!("{} and {}", before.display(), after.display()))?;
            if let Some(line) = found.about_alone() {
                eprintln!("train-host: {line}");
            }
            pairs.extend(found.pairs);
        }
        Ok(pairs)
    }
}
