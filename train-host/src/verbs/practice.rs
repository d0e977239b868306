//! Options that say what is practised on.

use clap::Args;

use super::pictures::Pictures;

/// Photographs, scenes and pipelines.
#[derive(Debug, Clone, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Practice {
    #[command(flatten)]
    pub pictures: Pictures,
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
    use train_host::environment::PracticeOptions;

    use super::Practice;

    impl Practice {
        /// How episodes are drawn.
        ///
        /// # Errors
        /// When the pipelines cannot be read.
        pub fn options(&self) -> Result<PracticeOptions> {
            let mix = self.pipelines.as_deref().unwrap_or("software").parse()?;
            Ok(PracticeOptions { mix, goals: None, noisy_share: self.noisy, side: self.side })
        }
    }
}
