//! The subject of isptune: parameters, pictures, observation, scoring, search and the tuning loop.
//!
//! This crate knows no device and starts no process. A camera, an external program or the software
//! ISP reach it through one trait, [`Pipeline`]; a way of searching reaches it through another,
//! [`SearchStrategy`]. Terms are defined in `docs/glossary.md`.

pub mod actor;
mod atomic_file;
mod axis;
pub mod chart;
mod confidence;
mod episode;
mod error;
mod excerpt;
mod extra_parameter;
mod goal;
mod limits;
mod mismatch;
mod native_scale;
mod noise;
mod observation;
mod parameter;
mod parameter_info;
mod params;
mod picture;
mod pipeline;
mod planes;
mod region;
mod registration;
mod resample;
mod score;
mod srgb;
pub mod strategy;
mod style;
mod taste_run;
#[cfg(test)]
mod test_rendering;
mod view;

pub use atomic_file::{AtomicFileError, write_atomically};
pub use axis::{Axis, MOST_EXTRAS};
pub use confidence::{
    Evidence, Limit, confidence, confidence_of_style, limits_of_result, limits_of_style,
};
pub use episode::{
    EXACT_DB, EpisodeOptions, Outcome, QueryRecord, Stopped, run_episode, run_style_episode,
};
pub use error::TunerError;
pub use excerpt::Excerpt;
pub use extra_parameter::ExtraParameter;
pub use goal::{Goal, GoalError, GoalOptions};
pub use limits::{Limits, LimitsError};
pub use native_scale::{Curve, NativeScale, ResponseError};
pub use noise::noise_steps;
pub use observation::Functionals;
pub use parameter::Parameter;
pub use parameter_info::ParameterInfo;
pub use params::{Params, ParamsError};
pub use picture::{Frame, FrameError, PictureError, PictureFormat, Samples};
pub use pipeline::{Pipeline, PipelineError};
pub use planes::Planes;
pub use region::Region;
pub use registration::{Content, Registration, SAME_CONTENT_CORRELATION, SNAP_PIXELS, register};
pub use score::{DeltaE, Score, ciede2000, delta_e00_map, lab_of_srgb, mse, psnr_db};
pub use srgb::{linear_to_srgb, srgb_to_linear};
pub use strategy::{Measured, SearchStrategy, Simulator, Task};
pub use style::{
    ContentGuard, ContentMeasure, StyleFeatures, StyleGoal, StyleGoalError, StyleHistograms,
    StyleJudge, StyleRecord, Violation, content_term,
};
pub use taste_run::{TasteError, TasteOptions, TasteOutcome, TasteQuery, run_taste};
pub use view::{Tile, View};
