//! Keeping a camera on its look: when to measure, when to tune, what to adopt, when to leave it
//! alone. No thread, no clock and no device: a [`Keeper`] is stepped by whoever has them.
//!
//! A setting goes through three stages. A tune finds a *candidate*; a *trial* measures it against
//! what stands, alternately, so that neither a late frame nor drifting light can decide; the winner
//! is the *good* setting that is held until it no longer fits.

mod drift;
mod governor;
mod held_camera;
mod held_goal;
mod held_taste;
mod journal;
mod keeper;
mod kept_look;
mod light_meter;
mod measuring;
mod pixel_goal;
mod planning;
mod policy;
mod reading;
mod scene_light;
mod state;
mod style_goal;
mod taste_tune;
mod trial;
mod tune;
mod watching;

pub use drift::{DriftDetector, DriftVerdict};
pub use governor::Governor;
pub use held_camera::HeldCamera;
pub use held_goal::{HeldGoal, Sight};
pub use held_taste::{HeldTaste, TasteSight};
pub use journal::{Journal, KeeperEvent, KeptQuery, Settlement, Unusable};
pub use keeper::{GoodSetting, Keeper, KeeperOptions, Search, TakenPicture};
pub use kept_look::{KeptLook, LookWish, TastePolicy};
pub use light_meter::LightMeter;
pub use pixel_goal::{PixelGoal, PixelSight, mixture};
pub use planning::Planned;
pub use policy::{KeepPolicy, Thresholds};
pub use reading::{Reading, StyleReading};
pub use scene_light::{ChannelMeans, SceneLight, kelvin_of};
pub use state::{Event, State, TRANSITIONS, next};
pub use style_goal::{HeldStyle, StyleSight};
