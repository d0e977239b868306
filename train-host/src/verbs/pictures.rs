//! Options that say which pictures are practised on.

use std::path::PathBuf;

use clap::Args;

/// Photographs and scenes.
#[derive(Debug, Clone, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Pictures {
    /// Training pack or folder of photographs
    #[arg(long)]
    pub photos: Option<PathBuf>,
    /// Of a folder, only photographs whose licence contains this
    #[arg(long)]
    pub licence: Option<String>,
    /// Scenes made by rule (dead leaves) beside the photographs
    #[arg(long, default_value_t = 0)]
    scenes: usize,
}

#[cfg(feature = "torch")]
mod with_torch {
    use anyhow::Result;
    use rayon::prelude::*;
    use train_host::photographs::{Pack, dead_leaves};
    use tuner::Frame;

    use super::Pictures;

    /// Size of a scene made by rule.
    const SCENE: [usize; 2] = [192, 144];

    impl Pictures {
        /// The photographs.
        ///
        /// # Errors
        /// When they cannot be read.
        pub fn photographs(&self) -> Result<Vec<Frame>> {
            Ok(match &self.photos {
                Some(path) => Pack::open(path, self.licence.as_deref())?.photographs().to_vec(),
                None => Vec::new(),
            })
        }

        /// The scenes, whose numbers start at `seed`.
        ///
        /// # Errors
        /// When one cannot be drawn.
        pub fn scenes(&self, seed: u64) -> Result<Vec<Frame>> {
            let [width, height] = SCENE;
            let scenes = (0..self.scenes as u64)
                .into_par_iter()
                .map(|number| dead_leaves(seed.wrapping_add(number), width, height));
            Ok(scenes.collect::<Result<_, _>>()?)
        }

        /// The photographs, then the scenes.
        ///
        /// # Errors
        /// When a photograph cannot be read.
        pub fn all(&self, seed: u64) -> Result<Vec<Frame>> {
            Ok([self.photographs()?, self.scenes(seed)?].concat())
        }
    }
}
