//! A camera as something that can be tuned: what its controls do, which of them carries which
//! parameter, and what has to be known between a control that is written and a picture that can be
//! trusted: when the change shows, how noisy the frames are, how many to average. Also recordings,
//! which play a camera back frame by frame.
//!
//! All but [`CameraPipeline::open`] knows no device. What counts in frames needs the monotonic clock
//! of a Unix.

#[cfg(unix)]
mod averaging;
#[cfg(unix)]
mod clock;
mod config;
mod control_model;
mod default_mapping;
mod effect;
#[cfg(unix)]
mod frame_source;
#[cfg(unix)]
mod latency;
#[cfg(unix)]
mod live;
#[cfg(unix)]
mod mosaic;
#[cfg(unix)]
mod noise_profile;
mod open;
mod parameter_sink;
mod pipeline;
#[cfg(unix)]
pub mod recording;
#[cfg(unix)]
#[cfg(test)]
mod scripted_source;
#[cfg(unix)]
mod settle;
#[cfg(unix)]
mod settled_pictures;
mod video_file;

#[cfg(unix)]
pub use averaging::{Average, Averaged, average, frames_needed};
#[cfg(unix)]
pub use clock::MonotonicTime;
pub use config::{CameraConfig, ControlMapping, SoftwareStage};
pub use control_model::{ControlModel, MappedControl};
pub use default_mapping::{ControlRange, default_mapping};
pub use effect::{ControlChange, Effect, PictureChange};
#[cfg(unix)]
pub use frame_source::{CapturedFrame, FrameSource, FrameSourceError, Timestamp};
#[cfg(unix)]
pub use latency::{Latency, LatencyError, LatencyOptions, measure_latency};
#[cfg(unix)]
pub use live::{LiveError, LiveIsp};
#[cfg(unix)]
pub use mosaic::Mosaic;
#[cfg(unix)]
pub use noise_profile::NoiseProfile;
pub use open::CameraOpenError;
pub use parameter_sink::{ParameterSink, PictureSource};
pub use pipeline::CameraPipeline;
#[cfg(unix)]
pub use recording::RecordingError;
#[cfg(unix)]
pub use settle::{SettleOptions, SettleReport, Settled, settle};
#[cfg(unix)]
pub use settled_pictures::SettledPictures;
pub use video_file::{VideoFile, VideoForm};
