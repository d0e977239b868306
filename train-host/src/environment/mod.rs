//! Where the policy practises: random pictures, pipelines and goals.

mod control_task;
mod crop;
mod episode;
mod finishing;
mod pendulum;
mod picture_metric;
mod pipeline_mix;

pub use control_task::{ControlTask, Step};
pub use crop::{Crop, random_crop};
pub use episode::{Episode, EpisodeError, PracticeOptions};
pub use finishing::{Finishing, Reward};
pub use pendulum::Pendulum;
pub use picture_metric::PictureMetric;
pub use pipeline_mix::{PipelineKind, PipelineMix, PipelineMixError};
