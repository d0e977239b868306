//! `isptune camera restore`.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use isp_hw::camera::{CameraConfig, CameraOpenError};
use isp_hw::state_directory;
use isp_hw::v4l2::{FoundValuesStore, restore_stored};

use crate::exit::Exit;

/// Options of `camera restore`.
#[derive(Debug, Args)]
pub struct Options {
    /// Only this camera: a node, a name or an identity
    camera: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When a camera that something is stored of cannot be put back; the others are.
pub fn run(options: &Options) -> Result<Exit> {
    let state = state_directory(Path::new("/")).ok_or(CameraOpenError::NoStateDirectory)?;
    let store = FoundValuesStore::open(&state)?;
    let wanted = match &options.camera {
        Some(camera) => Some(isp_hw::v4l2::find_camera(Path::new("/"), camera)?.identity),
        None => None,
    };
    let pending = store.pending()?;
    for aside in &pending.set_aside {
        eprintln!("isptune: {}: set aside: {}", aside.file.display(), aside.reason);
    }
    let mut failed = 0;
    let mut restored = 0;
    for found in pending.cameras {
        if wanted.as_ref().is_some_and(|wanted| *wanted != found.identity) {
            continue;
        }
        let config = CameraConfig { camera: Some(found.identity.clone()), ..Default::default() };
        match restore_stored(&config, &store) {
            Ok(()) => {
                restored += 1;
                eprintln!("{} ({}): put back as it was found", found.name, found.identity);
            }
            Err(error) => {
                failed += 1;
                eprintln!("isptune: {error}");
            }
        }
    }
    if failed > 0 {
        bail!("{failed} cameras could not be put back; what was found in them stays stored");
    }
    if restored == 0 {
        eprintln!("nothing to put back");
    }
    Ok(Exit::Done)
}
