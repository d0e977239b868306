//! `isptune camera record`.

use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use isp_hw::camera::FrameSource as _;
use isp_hw::camera::recording::Recorder;
use isp_hw::v4l2::{ControlDescription, Controls, Event, Events, OpenCamera};

use super::show::CameraChoice;
use crate::exit::Exit;
use crate::interrupt;

/// Options of `camera record`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    choice: CameraChoice,
    /// Folder for the recording; it is made, and must not hold one already
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Ends after so many frames; without it at Ctrl-C
    #[arg(long, value_name = "COUNT")]
    frames: Option<u64>,
}

/// Records frames as the camera delivers them, with their times, and every control that another
/// program writes meanwhile.
///
/// # Errors
/// When the camera cannot be used or gives no frames any more, or the recording not be written.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    let config = options.choice.config()?;
    let OpenCamera { camera, node, capture, .. } = OpenCamera::open(&config)?;
    let controls = Controls::new(node.as_fd(), node.path()).list()?;
    let events = Events::new(node.as_fd(), node.path());
    for control in &controls {
        // Not every driver tells of every control; frames are what is wanted most.
        let _ = events.subscribe_control(control.id);
    }
    let mut recorder = Recorder::create(&options.out, capture.buffers())?;
    let mut moment = capture.now();
    let mut recorded = 0;
    while options.frames.is_none_or(|frames| recorded < frames) && !cancel.load(Ordering::Relaxed) {
        let frame = capture.frame_after(moment, config.frame_timeout)?;
        moment = frame.captured_at;
        while let Some(event) = events.next(Duration::ZERO)? {
            if let Event::Control { id, value, .. } = event
                && let Some(ControlDescription { key, .. }) = controls.iter().find(|c| c.id == id)
            {
                recorder.control_write(capture.now(), key, value)?;
            }
        }
        recorder.frame(&frame)?;
        recorded += 1;
    }
    recorder.finish()?;
    eprintln!("{}: {recorded} frames recorded: {}", camera.name, options.out.display());
    Ok(if cancel.load(Ordering::Relaxed) { Exit::Interrupted } else { Exit::Done })
}
