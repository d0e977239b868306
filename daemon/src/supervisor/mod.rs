//! One thread for each camera: opens it, has it kept on its look, does what it is asked for, and
//! puts it back in the end.

mod command;
mod handle;
mod held_pipeline;
mod memory;
mod opening;
mod run;
mod schedule;
mod scribe;
mod serving;
mod stand_in;
mod status;
#[cfg(test)]
mod tests;

pub use command::{Answer, Command, Refusal, Request};
pub use handle::{Handle, PictureKind};
pub use held_pipeline::{PictureCamera, RealCamera, Ties};
pub use run::{LookSource, LookTrouble, Workshop, spawn};
pub use stand_in::{StandIn, stand_in};
pub use status::{
    Adoption, CameraStatus, Counts, ParameterStatus, QueryStatus, ScoreStatus, named, now_ms,
};
