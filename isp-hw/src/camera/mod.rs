//! A camera as something that can be tuned: what its controls do, which of them carries which
//! parameter, when a change has taken effect.

mod config;
mod control_model;
mod default_mapping;
mod effect;
mod parameter_sink;
mod pipeline;

pub use config::{CameraConfig, ControlMapping, SoftwareStage};
pub use control_model::{ControlModel, MappedControl};
pub use default_mapping::{ControlRange, default_mapping};
pub use effect::{ControlChange, Effect, PictureChange};
pub use parameter_sink::{ParameterSink, PictureSource};
pub use pipeline::CameraPipeline;
