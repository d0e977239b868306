//! The configuration of the service: `isptuned.toml` with its drop-ins.
//!
//! Files are read in the order of their precedence (vendor, administrator, run time; drop-ins after
//! the file they belong to, by name) and laid over each other key by key; `[[camera]]` tables are
//! the same camera when they have the same name. `docs/isptuned.toml.md` lists every key.

mod api_keys;
mod camera_keys;
mod error;
mod keep_keys;
mod layers;
mod light_keys;
mod merged;
mod places;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use isp_hw::PipelineFile;
use tuner::{GoalOptions, Limits, Parameter, Params, Pipeline};

use crate::keeping::KeepPolicy;

pub use error::ServiceConfigError;
pub use layers::{Layer, layers, read_layer};
pub use merged::{describes_service, load};
pub use places::Places;

/// The whole configuration, merged and found right.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceConfig {
    /// Where the service is talked to.
    pub api: ApiConfig,
    /// Another policy than the shipped one.
    pub model: Option<PathBuf>,
    /// File that the metrics are written to, for a textfile collector.
    pub metrics_file: Option<PathBuf>,
    /// The cameras, in the order in which they are first named.
    pub cameras: Vec<CameraEntry>,
    /// Cameras that are held on one look together.
    pub groups: Vec<GroupEntry>,
    /// The files that it was read from.
    pub files: Vec<PathBuf>,
}

/// Where the service is talked to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiConfig {
    /// The Unix socket; `None` means the usual place.
    pub socket: Option<PathBuf>,
    /// The group that may talk to it; `None` leaves the socket to the service's own user.
    pub group: Option<String>,
    /// A loopback address to listen on as well.
    pub tcp: Option<std::net::SocketAddr>,
    /// File with the token that every call over TCP must bear.
    pub token_file: Option<PathBuf>,
}

/// One camera.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraEntry {
    /// Its name: in the API, on the page, in logs.
    pub name: String,
    /// Node, name or identity; `None` means the only camera there is.
    pub camera: Option<String>,
    /// A picture that stands in for a camera.
    pub input: Option<PathBuf>,
    /// What renders, and how its controls are mapped.
    pub pipeline: PipelineFile,
    /// Name of the look; `None` leaves the camera as it is.
    pub look: Option<String>,
    /// Strength of the look, 0 to 1.
    pub strength: f64,
    /// Looks at certain hours; the first that applies wins.
    pub schedule: Vec<ScheduleEntry>,
    /// Looks for certain light; the first that applies wins, and comes before the hours.
    pub by_light: Vec<LightEntry>,
    /// Parameters that are left alone.
    pub locked: Vec<Parameter>,
    /// Canonical intervals that parameters stay in.
    pub limits: Vec<(Parameter, [f64; 2])>,
    /// Name of the strategy.
    pub strategy: String,
    /// Queries of a tune.
    pub queries: usize,
    /// A tune ends when it is this near, in dB.
    pub target_db: f64,
    /// Region of interest and registration.
    pub goal: GoalOptions,
    /// When the look is lost, and how often it may be tuned.
    pub policy: KeepPolicy,
    /// How the camera is left when the service stops.
    pub on_stop: OnStop,
}

/// How a camera is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnStop {
    /// As it was found.
    #[default]
    Restore,
    /// At the setting that is held.
    Keep,
}

/// A look for certain hours of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleEntry {
    /// Name of the look.
    pub look: String,
    /// From this time of the day to that, local time as offsets from midnight; a span may reach
    /// over midnight.
    pub hours: [Duration; 2],
    /// Time over which the look before turns into this one, and this one into the next.
    pub blend: Duration,
}

/// A look for certain light of the scene.
#[derive(Debug, Clone, PartialEq)]
pub struct LightEntry {
    /// Name of the look.
    pub look: String,
    /// Lowest and highest light, stops above the camera's look; infinite where there is no bound.
    pub ev: [f64; 2],
    /// Lowest and highest colour temperature, kelvin; infinite where there is no bound.
    pub kelvin: [f64; 2],
    /// How far beyond a bound the light must go to end it, stops.
    pub margin_ev: f64,
    /// The same of a colour temperature, kelvin.
    pub margin_k: f64,
    /// How long the light must stay, to begin or to end it.
    pub dwell: Duration,
    /// Time over which the look before turns into this one, and this one into the next.
    pub blend: Duration,
}

/// Cameras on one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEntry {
    /// Its name.
    pub name: String,
    /// Names of its cameras.
    pub cameras: Vec<String>,
}

impl CameraEntry {
    /// What a tune of the opened camera may change: what the pipeline file allows, narrowed by this
    /// entry and by `locked`. What is locked stays where it stands.
    #[must_use]
    pub fn limits_on(
        &self,
        pipeline: &dyn Pipeline,
        locked: &[Parameter],
        standing: &Params,
    ) -> Limits {
        let mut limits = self.pipeline.limits_on(pipeline);
        for (parameter, interval) in &self.limits {
            // The interval was checked when it was read.
            let _ = limits.narrow(*parameter, *interval);
        }
        let held: Vec<Parameter> = self.locked.iter().chain(locked).copied().collect();
        limits.holding(&held, standing)
    }
}
