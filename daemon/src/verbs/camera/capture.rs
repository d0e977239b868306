//! `isptune camera capture`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use isp_hw::camera::{PictureSource as _, SettledPictures};
use isp_hw::v4l2::OpenCamera;
use tuner::PictureFormat;

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

/// Runs the verb.
///
/// # Errors
/// When the camera cannot be used, or the picture not be written.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    PictureFormat::of_path(&options.out)
        .ok_or_else(|| tuner::PictureError::Extension { file: options.out.clone() })?;
    let config = options.choice.config()?;
    let OpenCamera { camera, capture, .. } = OpenCamera::open(&config)?;
    let device = camera.node.display().to_string();
    let mut pictures = SettledPictures::new(device, capture, config.frame_timeout, cancel);
    let picture = pictures.picture().with_context(|| camera.name.clone())?;
    if pictures.unsettled() > 0 {
        eprintln!("isptune: the picture does not hold still; it was taken all the same");
    }
    picture.save(&options.out)?;
    eprintln!("{}x{} pixels: {}", picture.width(), picture.height(), options.out.display());
    Ok(Exit::Done)
}
