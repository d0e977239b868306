//! Everything of isptune that touches a camera or an ISP: the software ISP with its variants, and
//! external programs. Each of them is a [`tuner::Pipeline`].

pub mod command;
pub mod pipeline_file;
pub mod strict_toml;

pub use command::CommandPipeline;
pub use pipeline_file::{OpenError, PipelineFile, PipelineFileError};
