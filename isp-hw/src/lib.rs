//! Everything of isptune that touches a camera or an ISP: the software ISP with its variants, and
//! external programs. Each of them is a [`tuner::Pipeline`].
//!
//! A [`Renderer`] is the arithmetic of an ISP; a [`PicturePipeline`] is a renderer on one input
//! picture. The formulas of the software ISP are in `docs/software-isp.md`.

pub mod calibration;
pub mod camera;
pub mod command;
mod decoded_view;
mod elementary;
mod foreign;
pub mod gpio;
mod input;
mod paper;
mod patch;
mod picture_pipeline;
pub mod pipeline_file;
pub mod pixel_format;
mod random_goal;
pub mod register_isp;
mod renderer;
mod software;
mod state;
pub mod strict_toml;
#[cfg(target_os = "linux")]
pub mod v4l2;
mod variant;
mod view_simulator;

pub use command::CommandPipeline;
pub use foreign::ForeignIsp;
pub use input::{Input, Transfer};
pub use paper::PaperIsp;
pub use patch::Patch;
pub use picture_pipeline::PicturePipeline;
pub use pipeline_file::{Kind, OpenError, OpenPipeline, PipelineFile, PipelineFileError, RawInput};
pub use random_goal::{RandomGoal, random_goal};
pub use renderer::{Light, Renderer};
pub use software::{Coefficients, Implementation, SoftwareIsp, Threads};
pub use state::state_directory;
pub use variant::{Make, Noisy, Quantised, Response, Shifted, Step, VariableIsp, Variation};
pub use view_simulator::ViewSimulator;
