//! Finding the camera that a person or a configuration means.

use std::fs;
use std::path::Path;

use super::enumeration::{Camera, cameras};
use super::error::CameraError;

/// The camera that `text` means: a node (`/dev/video0`) or a link to one
/// (`/dev/v4l/by-id/…`), an identity, or a name in any case. `root` is `/` except in tests.
///
/// # Errors
/// [`CameraError::Absent`] when there is no such camera, [`CameraError::Ambiguous`] when several
/// have the name, both with the cameras that there are; [`CameraError::Unsuitable`] for a node
/// that gives no pictures.
pub fn find_camera(root: &Path, text: &str) -> Result<Camera, CameraError> {
    choose(root, text, cameras(root))
}

pub(super) fn choose(root: &Path, text: &str, nodes: Vec<Camera>) -> Result<Camera, CameraError> {
    let text = text.trim();
    if text.starts_with('/') {
        return by_path(root, text, nodes);
    }
    let mut captures: Vec<Camera> = nodes.into_iter().filter(|node| node.is_capture).collect();
    let by_identity = |camera: &Camera| camera.identity == text || camera.place == text;
    if let Some(position) = captures.iter().position(by_identity) {
        return Ok(captures.swap_remove(position));
    }
    let wanted = text.to_lowercase();
    let (mut named, others): (Vec<Camera>, Vec<Camera>) =
        captures.into_iter().partition(|camera| camera.name.to_lowercase() == wanted);
    match (named.pop(), named.is_empty()) {
        (Some(camera), true) => Ok(camera),
        (Some(camera), false) => {
            named.push(camera);
            Err(CameraError::Ambiguous { camera: text.to_owned(), present: told(&named) })
        }
        (None, _) => Err(CameraError::Absent { camera: text.to_owned(), present: told(&others) }),
    }
}

fn by_path(root: &Path, text: &str, nodes: Vec<Camera>) -> Result<Camera, CameraError> {
    let captures: Vec<Camera> = nodes.iter().filter(|node| node.is_capture).cloned().collect();
    // Links lead to the node; the names of nodes in sysfs are never links.
    let Ok(node) = fs::canonicalize(root.join(text.trim_start_matches('/'))) else {
        return Err(CameraError::Absent { camera: text.to_owned(), present: told(&captures) });
    };
    let unsuitable = |reason: String| Err(CameraError::Unsuitable { node: text.into(), reason });
    let same = |camera: &&Camera| fs::canonicalize(&camera.node).is_ok_and(|other| other == node);
    match nodes.iter().find(same) {
        Some(camera) if camera.is_capture => Ok(camera.clone()),
        Some(other) => {
            let brothers = captures.into_iter().filter(|camera| camera.bus == other.bus);
            let brothers: Vec<Camera> = brothers.collect();
            unsuitable(format!(
                "it gives no pictures (metadata, an output or a converter); choose one of {}",
                told(&brothers)
            ))
        }
        None => unsuitable(format!("it is no video node; choose one of {}", told(&captures))),
    }
}

/// Cameras as a person chooses among them.
pub(super) fn told(cameras: &[Camera]) -> String {
    let told = cameras.iter().map(|camera| {
        format!("\"{}\" ({}, now {})", camera.identity, camera.name, camera.node.display())
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "none, no camera is plugged in".to_owned() } else { told.join(", ") }
}
