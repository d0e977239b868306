//! One thread for each camera: opens it, has it kept on its look, does what it is asked for, and
//! puts it back in the end.

mod command;
mod handle;
mod stand_in;
mod status;

pub use command::{Answer, Command, Refusal, Request};
pub use handle::{Handle, PictureKind};
pub use stand_in::{StandIn, stand_in};
pub use status::{
    Adoption, CameraStatus, Counts, ParameterStatus, QueryStatus, ScoreStatus, named,
};
