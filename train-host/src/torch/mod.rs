//! Networks and their training, with libtorch.

mod adam;
mod checkpoint;
mod device;
mod exported;
mod policy;
mod regression;

pub use adam::{AdamW, AdamWOptions};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use device::{DeviceError, device};
pub use exported::network;
pub use policy::{Policy, PolicyShape};
pub use regression::{Regression, RegressionError, RegressionOptions, RegressionReport, draw};
