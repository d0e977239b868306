//! Where the policy practises: random pictures, pipelines and goals.

mod acting;
mod answer_file;
mod control_task;
mod crop;
mod demonstrator;
mod episode;
mod finishing;
mod guided_episode;
mod paper_state;
mod pendulum;
mod picture_cost;
mod picture_metric;
mod pipeline_mix;
mod practice_ground;
mod rendered_input;
mod slow_pipeline;
mod stored_episode;
mod style;
mod style_lesson;
mod style_studio;
mod taste;
mod taste_lesson;

pub use acting::{Move, State};
pub use answer_file::{AnswerFile, AnswerFileError, AnswerKey};
pub use control_task::{ControlTask, Step};
pub use crop::{Crop, random_crop};
pub use episode::{Episode, EpisodeError, PracticeOptions};
pub use finishing::{Finishing, Reward};
pub use guided_episode::{GuidedEpisode, Seen};
pub use paper_state::{
    PAPER_HISTOGRAMS, PAPER_HISTORY, PAPER_OBSERVATION_LENGTH, PAPER_PICTURE, PAPER_SIDE,
    PAPER_STATISTICS, PaperEye,
};
pub use pendulum::Pendulum;
pub use picture_cost::{PictureCost, StyleCosts};
pub use picture_metric::PictureMetric;
pub use pipeline_mix::{PipelineKind, PipelineMix, PipelineMixError};
pub use practice_ground::{Practice, PracticeGround, StoredLessons};
pub use rendered_input::{RenderedInput, Rendering, RenderingError, RenderingPlan, render_inputs};
pub use slow_pipeline::{SlowPipeline, SlowPipelineError};
pub use stored_episode::StoredEpisode;
pub use style::{STYLE_QUERIES, StyleEpisode, Styling};
pub use style_lesson::StyleLesson;
pub use style_studio::StyleStudio;
pub use taste::{TASTE_QUERIES, Taste};
pub use taste_lesson::{TasteLesson, small_pair};
