//! Where the policy practises: random pictures, pipelines and goals.

mod crop;
mod episode;
mod picture_metric;
mod pipeline_mix;

pub use crop::{Crop, random_crop};
pub use episode::{Episode, EpisodeError, PracticeOptions};
pub use picture_metric::PictureMetric;
pub use pipeline_mix::{PipelineKind, PipelineMix, PipelineMixError};
