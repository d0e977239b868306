//! A hardware ISP of our own making behind a real kernel driver.
//!
//! The kernel's virtual camera `vivid` can loop what is written to its video output back into its
//! video capture. The player renders a photograph through an ISP whose parameters are the controls
//! of the capture node, and writes the result to the output: whoever opens the capture node meets a
//! camera with nine controls and a response that nobody has told him.
//!
//! [`LoopedCamera`] sets one up for a test, in a virtual machine (`cargo xtask vm camera`).

mod camera_controls;
mod frame_log;
mod frame_number;
mod latency;
mod looped_camera;
mod play;
mod scene;
mod sensor_noise;
mod yuyv;

pub use camera_controls::{CameraControl, ControlReader, ControlValues, GAIN_AUTOMATIC};
pub use frame_log::{FrameLog, FrameRecord};
pub use frame_number::{fingerprint, frame_number};
pub use latency::Latency;
pub use looped_camera::LoopedCamera;
pub use play::{Options, play};
pub use scene::{IspModel, Scene};
pub use sensor_noise::SensorNoise;
pub use yuyv::YuyvEncoder;
