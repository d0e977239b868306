//! A hardware ISP of our own making behind a real kernel driver.
//!
//! The kernel's virtual camera `vivid` can loop what is written to its video output back into its
//! video capture. The player renders a photograph through an ISP whose parameters are the controls
//! of the capture node, and writes the result to the output: whoever opens the capture node meets a
//! camera with nine controls and a response that nobody has told him.
//!
//! Set-up, as `tests/vm/` does it:
//! `modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=3 num_outputs=1 output_types=1`
//! and `v4l2-ctl -d CAPTURE -c loop_video=1`.

mod camera_controls;
mod frame_log;
mod latency;
mod play;
mod scene;
mod sensor_noise;
mod yuyv;

pub use camera_controls::{CameraControl, ControlReader, ControlValues, GAIN_AUTOMATIC};
pub use frame_log::{FrameLog, FrameRecord, fingerprint};
pub use latency::Latency;
pub use play::{Options, play};
pub use scene::{IspModel, Scene};
pub use sensor_noise::SensorNoise;
pub use yuyv::YuyvEncoder;
