//! A camera as something that can be tuned: what its controls do, which of them carries which
//! parameter, and what has to be known between a control that is written and a picture that can be
//! trusted: when the change shows, how noisy the frames are, how many to average. Also recordings,
//! which play a camera back frame by frame.
//!
//! All but [`CameraPipeline::open`] knows no device.

mod averaging;
mod clock;
mod config;
mod control_model;
mod default_mapping;
mod effect;
mod frame_source;
mod interruptible;
mod latency;
mod live;
mod mosaic;
mod noise_profile;
mod open;
mod parameter_sink;
mod pipeline;
pub mod recording;
#[cfg(test)]
mod scripted_source;
mod settle;
mod settled_pictures;
mod video_file;

pub use averaging::{Average, Averaged, average, frames_needed};
pub use clock::MonotonicTime;
pub use config::{CameraConfig, ControlMapping, SoftwareStage};
pub use control_model::{ControlModel, MappedControl};
pub use default_mapping::{ControlRange, default_mapping};
pub use effect::{ControlChange, Effect, PictureChange};
pub use frame_source::{CapturedFrame, FrameSource, FrameSourceError, Timestamp};
pub use latency::{Latency, LatencyError, LatencyOptions, measure_latency};
pub use live::LiveIsp;
pub use mosaic::Mosaic;
pub use noise_profile::NoiseProfile;
pub use open::CameraOpenError;
pub(crate) use parameter_sink::device_failed;
pub use parameter_sink::{ParameterSink, PictureSource};
pub use pipeline::CameraPipeline;
pub use recording::RecordingError;
pub use settle::{SettleOptions, SettleReport, Settled, settle};
pub use settled_pictures::SettledPictures;
pub use video_file::{VideoFile, VideoForm};
