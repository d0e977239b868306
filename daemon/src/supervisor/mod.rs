//! One thread for each camera: opens it, has it kept on its look, does what it is asked for, and
//! puts it back in the end.

mod by_light;
mod command;
mod handle;
mod held_pipeline;
#[cfg(test)]
mod light_lives;
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
mod wanted_look;

pub use command::{Answer, Command, Refusal, Request};
pub use handle::{Handle, PictureKind};
pub use held_pipeline::{PictureCamera, RealCamera, Ties};
pub use run::{LookSource, LookTrouble, Workshop, spawn};
pub use stand_in::{StandIn, stand_in};
pub use status::{
    Adoption, CameraStatus, Counts, LightStatus, ParameterStatus, QueryStatus, ScoreStatus, named,
    now_ms,
};
