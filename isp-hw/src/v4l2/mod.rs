//! Cameras of the Linux kernel (V4L2): which there are, their controls, their frames.

mod control;
mod enumeration;
mod error;
mod events;
mod finding;
mod found_values;
mod identity;
mod ioctl;
#[cfg(test)]
mod sysfs_tests;

pub use control::{
    Automatics, ControlDescription, Controls, Flags, Kind, MenuItem, NotRestored, Restored,
    SavedValue, Snapshot, Topic, Written,
};
pub use enumeration::{Camera, cameras};
pub use error::{CameraError, Step};
pub use events::{ControlChange, Event, Events};
pub use finding::find_camera;
pub use found_values::{
    FoundValues, FoundValuesError, FoundValuesStore, Pending, SetAside, state_directory,
};
