//! One thread for each camera: opens it, has it kept on its look, does what it is asked for, and
//! puts it back in the end.

mod adopting;
mod button;
mod by_light;
mod camera_life;
mod command;
mod handle;
mod held_pipeline;
#[cfg(test)]
mod kind_lives;
#[cfg(test)]
mod light_lives;
mod memory;
mod new_entry;
mod opening;
#[cfg(test)]
mod room_camera;
mod run;
mod schedule;
mod scribe;
mod serving;
mod stand_in;
mod status;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_kinds;
mod wanted_look;
mod workshop;

pub use command::{Answer, Command, Refusal, Request};
pub use handle::{Handle, PictureKind};
pub use held_pipeline::{PictureCamera, RealCamera, Ties};
pub use run::spawn;
pub use stand_in::{StandIn, stand_in};
pub use status::{
    Adoption, CameraStatus, Counts, LightStatus, ParameterStatus, PixelScore, QueryStatus,
    ScoreStatus, named, now_ms,
};
pub use workshop::{LookSource, LookTrouble, Workshop};
