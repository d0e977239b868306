//! Cameras of the Linux kernel (V4L2): which there are, their controls, their frames.

mod capture;
mod control;
mod control_sink;
mod enumeration;
mod error;
mod events;
mod finding;
mod found_values;
mod identity;
mod ioctl;
pub mod negotiation;
mod node;
mod open_camera;
mod output_node;
mod stream_ioctl;
#[cfg(test)]
mod sysfs_tests;

pub use capture::{Capture, CaptureOptions, FrameCounts};
pub use control::{
    Automatics, ControlDescription, Controls, Flags, Kind, MenuItem, NotRestored, Restored,
    SavedValue, Snapshot, Topic, Written,
};
pub use control_sink::{ControlSink, mapping, restore_stored};
pub use enumeration::{Camera, cameras};
pub use error::{CameraError, Step};
pub use events::{ControlChange, Event, Events};
pub use finding::find_camera;
pub use found_values::{FoundValues, FoundValuesError, FoundValuesStore, Pending, SetAside};
pub use negotiation::{FormatWish, FrameInterval, Negotiated, negotiate};
pub use node::Node;
pub use open_camera::{OpenCamera, chosen_camera};
pub use output_node::OutputNode;
