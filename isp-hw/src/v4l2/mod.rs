//! Cameras of the Linux kernel (V4L2): which there are, their controls, their frames.

mod error;

pub use error::{CameraError, Step};
