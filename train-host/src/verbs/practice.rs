//! Options that say what is practised on.

use std::path::PathBuf;

use clap::Args;

/// Photographs, scenes and pipelines.
#[derive(Debug, Clone, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Practice {
    /// Training pack or folder of photographs
    #[arg(long)]
    pub photos: Option<PathBuf>,
    /// Of a folder, only photographs whose licence contains this
    #[arg(long)]
    pub licence: Option<String>,
    /// Scenes made by rule (dead leaves) beside the photographs
    #[arg(long, default_value_t = 0)]
    scenes: usize,
    /// Pipelines with their shares: software, varied, foreign, paper [default: software, where
    /// nothing else is named]
    #[arg(long)]
    pub pipelines: Option<String>,
    /// Share of episodes with noise up to 3/255 and 8-bit outputs
    #[arg(long, default_value_t = 0.25)]
    pub noisy: f64,
    /// Side of the pictures in pixels
    #[arg(long, default_value_t = 32)]
    pub side: usize,
}

#[cfg(feature = "torch")]
mod with_torch {
    use anyhow::Result;
    use rayon::prelude::*;
    use train_host::environment::PracticeOptions;
    use train_host::photographs::{Pack, dead_leaves};
    use tuner::Frame;

    use super::Practice;

    /// Size of a scene made by rule.
    const SCENE: [usize; 2] = [192, 144];

    impl Practice {
        /// How episodes are drawn.
        ///
        /// # Errors
        /// When the pipelines cannot be read.
        pub fn options(&self) -> Result<PracticeOptions> {
            let mix = self.pipelines.as_deref().unwrap_or("software").parse()?;
            Ok(PracticeOptions { mix, goals: None, noisy_share: self.noisy, side: self.side })
        }

        /// The photographs, then scenes whose numbers start at `seed`.
        ///
        /// # Errors
        /// When the photographs cannot be read.
        pub fn photographs(&self, seed: u64) -> Result<Vec<Frame>> {
            let mut photographs = match &self.photos {
                Some(path) => Pack::open(path, self.licence.as_deref())?.photographs().to_vec(),
                None => Vec::new(),
            };
            let [width, height] = SCENE;
            let scenes = (0..self.scenes as u64)
                .into_par_iter()
                .map(|number| dead_leaves(seed.wrapping_add(number), width, height));
            photographs.extend(scenes.collect::<Result<Vec<_>, _>>()?);
            Ok(photographs)
        }
    }
}
