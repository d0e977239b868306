//! A camera found, opened and streaming.

use std::path::Path;
use std::sync::Arc;

use super::{
    Camera, CameraError, Capture, CaptureOptions, FormatWish, FrameInterval, Node, cameras,
    find_camera, negotiate,
};
use crate::camera::CameraConfig;
use crate::pixel_format::FrameFormat;

/// A camera that this process captures from.
pub struct OpenCamera {
    /// Which camera it is.
    pub camera: Camera,
    /// The open node, for its controls.
    pub node: Arc<Node>,
    /// Its frames.
    pub capture: Capture,
    /// What the frames are.
    pub format: FrameFormat,
    /// Frames a second, as a fraction; 30 where the driver does not say.
    pub rate: [u32; 2],
}

impl OpenCamera {
    /// Finds the camera that `config` names (the only one where it names none), agrees on a format
    /// and starts the stream, which keeps other programs out. No control is written.
    ///
    /// # Errors
    /// [`CameraError`]: absent, busy, without permission, without such a format.
    pub fn open(config: &CameraConfig) -> Result<Self, CameraError> {
        let camera = chosen_camera(config)?;
        let node = Arc::new(Node::open(&camera.node)?);
        let wish = FormatWish { pixel: config.pixel_format, size: config.size, rate: config.rate };
        let negotiated = negotiate(&node, &wish)?;
        let capture =
            Capture::start(Arc::clone(&node), negotiated.format, CaptureOptions::default())?;
        let rate = negotiated.interval.map_or([30, 1], FrameInterval::rate_fraction);
        Ok(Self { camera, node, capture, format: negotiated.format, rate })
    }
}

/// The camera that a configuration names; the only one there is where it names none.
///
/// # Errors
/// [`CameraError::Absent`], or [`CameraError::Ambiguous`] where there are several to choose from.
pub fn chosen_camera(config: &CameraConfig) -> Result<Camera, CameraError> {
    match &config.camera {
        Some(camera) => find_camera(Path::new("/"), camera),
        None => only_camera(),
    }
}

/// The only camera there is.
fn only_camera() -> Result<Camera, CameraError> {
    let mut cameras = cameras(Path::new("/"));
    cameras.retain(|camera| camera.is_capture);
    match (cameras.pop(), cameras.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            cameras.push(last);
            Err(CameraError::Ambiguous {
                camera: "no camera was named".to_owned(),
                present: super::finding::told(&cameras),
            })
        }
        (None, _) => Err(CameraError::Absent {
            camera: "no camera was named".to_owned(),
            present: super::finding::told(&[]),
        }),
    }
}
