//! `isptune camera capture`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use isp_hw::camera::{CameraConfig, PictureSource as _, SettledPictures};
use isp_hw::v4l2::{Camera, OpenCamera};
use tuner::{Frame, PictureFormat};

use super::show::CameraChoice;
use crate::exit::Exit;
use crate::interrupt;

/// Options of `camera capture`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    choice: CameraChoice,
    /// Where the picture goes (png, tiff, jpg, ppm); averaged over the camera's noise, a png or tiff
    /// has 16 bits
    #[arg(long, value_name = "PICTURE")]
    out: PathBuf,
}

/// A picture of a camera.
pub struct Captured {
    /// The picture, averaged over the camera's noise.
    pub picture: Frame,
    /// The camera.
    pub camera: Camera,
}

/// Takes one settled picture of the camera as it stands; no control is written.
///
/// # Errors
/// When the camera cannot be used.
pub fn capture(config: &CameraConfig) -> Result<Captured> {
    let cancel = interrupt::flag()?;
    let OpenCamera { camera, capture, .. } = OpenCamera::open(config)?;
    let device = camera.node.display().to_string();
    let mut pictures = SettledPictures::new(device, capture, config.frame_timeout, cancel);
    let picture = pictures.picture().with_context(|| camera.name.clone())?;
    if pictures.unsettled() > 0 {
        eprintln!("isptune: the picture does not hold still; it was taken all the same");
    }
    Ok(Captured { picture, camera })
}

/// Runs the verb.
///
/// # Errors
/// When the camera cannot be used, or the picture not be written.
pub fn run(options: &Options) -> Result<Exit> {
    PictureFormat::of_path(&options.out)
        .ok_or_else(|| tuner::PictureError::Extension { file: options.out.clone() })?;
    let Captured { picture, .. } = capture(&options.choice.config()?)?;
    picture.save(&options.out)?;
    eprintln!("{}x{} pixels: {}", picture.width(), picture.height(), options.out.display());
    Ok(Exit::Done)
}
