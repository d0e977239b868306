//! `isptune camera`: which cameras there are, what they can do, and single pictures of them.

mod capture;
mod list;
mod record;
mod restore;
mod show;
mod stream;

use anyhow::Result;
use clap::Subcommand;

use crate::exit::Exit;

pub use capture::{Captured, capture};

/// The verbs of `camera`.
#[derive(Debug, Subcommand)]
pub enum Camera {
    /// List the cameras with the identities that tell them apart for good
    List(list::Options),
    /// Show a camera's formats and controls, and which control carries which parameter
    Show(show::Options),
    /// Take one picture as the camera stands; no control is written
    Capture(capture::Options),
    /// Record frames with their times, and what other programs set meanwhile
    Record(record::Options),
    /// Send the camera's frames through the software ISP, live
    Stream(stream::Options),
    /// Put back what an interrupted tune left behind in cameras
    Restore(restore::Options),
}

/// Runs the verb.
///
/// # Errors
/// When the camera cannot be used, or a picture not be written.
pub fn run(camera: &Camera) -> Result<Exit> {
    match camera {
        Camera::List(options) => list::run(options),
        Camera::Show(options) => show::run(options),
        Camera::Capture(options) => capture::run(options),
        Camera::Record(options) => record::run(options),
        Camera::Stream(options) => stream::run(options),
        Camera::Restore(options) => restore::run(options),
    }
}
