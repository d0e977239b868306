//! Controls: what a camera lets be set, in the driver's own units.
//!
//! What a control holds is known only from reading it back. The calls are made on a file that
//! someone else has open, so that a stream and its controls share one.

mod automatic_table;
mod automatics;
mod controls;
mod description;
mod device;
#[cfg(test)]
mod fake_camera;
mod restoring;
mod snapshot;
mod stepping;
#[cfg(test)]
mod tests;
mod writing;

pub use automatic_table::Topic;
pub use automatics::Automatics;
pub use controls::Controls;
pub use description::{ControlDescription, Flags, Kind, MenuItem};
pub use restoring::{NotRestored, Restored};
pub use snapshot::{SavedValue, Snapshot};
pub use writing::Written;

pub(in crate::v4l2) use description::text_until_zero;
