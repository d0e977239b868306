//! Opening the camera of a configuration, and what it means when that fails.

use std::path::Path;

use isp_hw::OpenError;
use isp_hw::camera::CameraOpenError;

use super::held_pipeline::{PictureCamera, RealCamera, Ties};
use crate::exit::in_one_line;
use crate::keeping::{Event, HeldCamera};
use crate::service_config::CameraEntry;

/// A camera that was opened.
pub(super) struct Opened {
    pub camera: Box<dyn HeldCamera>,
    /// Name and identity, for people.
    pub name: String,
    /// What was noticed on the way.
    pub notices: Vec<String>,
}

/// Why it could not be.
pub(super) struct OpenFailure {
    /// What it means for the supervisor.
    pub event: Event,
    /// The kind of fault, for the metrics.
    pub kind: &'static str,
    /// What to tell.
    pub message: String,
}

/// Opens the camera; what is found in it is stored under `state` before anything is written.
pub(super) fn open(entry: &CameraEntry, state: &Path, ties: &Ties) -> Result<Opened, OpenFailure> {
    if let Some(input) = &entry.input {
        let camera = PictureCamera::open(&entry.pipeline, input, ties).map_err(failure)?;
        let name = input.display().to_string();
        return Ok(Opened { camera: Box::new(camera), name, notices: Vec::new() });
    }
    let file = entry.pipeline.clone().with_state(state);
    let camera = RealCamera::open(&file, entry.camera.as_deref(), ties).map_err(failure)?;
    let (name, notices) = (camera.name(), camera.notices().to_vec());
    Ok(Opened { camera: Box::new(camera), name, notices })
}

fn failure(error: OpenError) -> OpenFailure {
    let (event, kind) = meaning(&error);
    OpenFailure { event, kind, message: in_one_line(&error.into()) }
}

#[cfg(target_os = "linux")]
fn meaning(error: &OpenError) -> (Event, &'static str) {
    use isp_hw::v4l2::CameraError;
    match error {
        OpenError::Camera(CameraOpenError::Camera(error)) => match error {
            CameraError::Absent { .. } | CameraError::Gone { .. } => (Event::Absent, "absent"),
            CameraError::Busy { .. } => (Event::InUse, "in_use"),
            CameraError::Unsuitable { .. } | CameraError::Ambiguous { .. } => {
                (Event::Failed, "configuration")
            }
            _ => (Event::Failed, "device"),
        },
        OpenError::Camera(
            CameraOpenError::Mapping { .. } | CameraOpenError::NothingToTune { .. },
        )
        | OpenError::WrongSource { .. } => (Event::Failed, "configuration"),
        OpenError::Input(_) => (Event::Absent, "absent"),
        _ => (Event::Failed, "device"),
    }
}

#[cfg(not(target_os = "linux"))]
fn meaning(error: &OpenError) -> (Event, &'static str) {
    match error {
        OpenError::Camera(CameraOpenError::NotLinux) => (Event::Failed, "configuration"),
        OpenError::Input(_) => (Event::Absent, "absent"),
        _ => (Event::Failed, "device"),
    }
}
