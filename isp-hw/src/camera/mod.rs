//! A camera as something that can be tuned: what its controls do, which of them carries which
//! parameter, when a change has taken effect.

mod control_model;
mod effect;

pub use control_model::{ControlModel, MappedControl};
pub use effect::{ControlChange, Effect, PictureChange};
