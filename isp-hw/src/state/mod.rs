//! Where isptune keeps what outlives a run, and how files there are named.

mod file_name;
mod state_directory;

pub(crate) use file_name::{ENDING, checksum, file_name};
pub use state_directory::state_directory;
