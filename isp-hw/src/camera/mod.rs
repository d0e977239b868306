//! A camera as something that can be tuned: what its controls do, which of them carries which
//! parameter, when a change has taken effect.

mod control_model;
mod default_mapping;
mod effect;

pub use control_model::{ControlModel, MappedControl};
pub use default_mapping::{ControlRange, default_mapping};
pub use effect::{ControlChange, Effect, PictureChange};
