//! An open device node.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::io::{Errno, FdFlags, fcntl_setfd};
use v4l::v4l_sys::{
    V4L2_CAP_DEVICE_CAPS, V4L2_CAP_META_CAPTURE, V4L2_CAP_STREAMING, V4L2_CAP_VIDEO_CAPTURE,
    V4L2_CAP_VIDEO_CAPTURE_MPLANE, V4L2_CAP_VIDEO_M2M, V4L2_CAP_VIDEO_M2M_MPLANE,
    V4L2_CAP_VIDEO_OUTPUT,
};

use super::{CameraError, Step, stream_ioctl};

/// A camera's node, open, that can capture and stream. The node closes with the last clone.
#[derive(Clone)]
pub struct Node {
    device: Arc<v4l::Device>,
    path: PathBuf,
    driver: String,
    card: String,
    bus: String,
    capabilities: u32,
}

impl fmt::Debug for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Node({}, {}, {})", self.path.display(), self.driver, self.card)
    }
}

/// Text of a fixed-length field of the kernel, up to its first zero byte.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end).unwrap_or(field)).into_owned()
}

/// Why a node with these capabilities is no camera for us; `None` when it is one.
fn unsuitable(capabilities: u32) -> Option<&'static str> {
    let has = |flag: u32| capabilities & flag != 0;
    if has(V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE) {
        return Some("converts video from memory to memory, it captures nothing; choose another");
    }
    if !has(V4L2_CAP_VIDEO_CAPTURE) {
        return Some(if has(V4L2_CAP_VIDEO_CAPTURE_MPLANE) {
            "captures only through the multi-planar interface, which isptune does not speak; use \
             a node of the same device with the single-planar one, or a loopback"
        } else if has(V4L2_CAP_META_CAPTURE) {
            "delivers metadata and no pictures; use the camera's other node"
        } else if has(V4L2_CAP_VIDEO_OUTPUT) {
            "shows video and captures none; choose another"
        } else {
            "does not capture video; choose another"
        });
    }
    (!has(V4L2_CAP_STREAMING)).then_some(
        "captures by read() only and cannot stream, so isptune cannot use it; choose another",
    )
}

impl Node {
    /// Opens a device node.
    ///
    /// # Errors
    /// [`CameraError::Absent`], [`CameraError::NoPermission`], [`CameraError::Busy`] by the
    /// kernel's reason; [`CameraError::Unsuitable`] for a file that is no camera, or a node that
    /// cannot capture or stream.
    pub fn open(path: &Path) -> Result<Self, CameraError> {
        if path.as_os_str().as_bytes().contains(&0) {
            // The v4l crate panics on such a name, and there is no such file.
            return Err(CameraError::from_io(path, Step::Open, Errno::NOENT.into()));
        }
        let fault = |error: io::Error| CameraError::from_io(path, Step::Open, error);
        let device = v4l::Device::with_path(path).map_err(fault)?;
        let mut node = Self {
            device: Arc::new(device),
            path: path.to_owned(),
            driver: String::new(),
            card: String::new(),
            bus: String::new(),
            capabilities: 0,
        };
        // The v4l crate opens without O_CLOEXEC; a program started by the pipeline "command" would
        // hold the camera.
        fcntl_setfd(node.as_fd(), FdFlags::CLOEXEC).map_err(|errno| fault(errno.into()))?;
        let unfit = |reason: &str| CameraError::Unsuitable {
            node: path.to_owned(),
            reason: reason.to_owned(),
        };
        let found = stream_ioctl::capability(node.as_fd()).map_err(|error| {
            match Errno::from_io_error(&error) {
                Some(Errno::NOTTY | Errno::INVAL) => {
                    unfit("is no video device; choose one of `isptune camera list`")
                }
                _ => CameraError::from_io(path, Step::Ask, error),
            }
        })?;
        // Without the flag the driver is older than the field, and the node is the whole device.
        node.capabilities = if found.capabilities & V4L2_CAP_DEVICE_CAPS == 0 {
            found.capabilities
        } else {
            found.device_caps
        };
        if let Some(reason) = unsuitable(node.capabilities) {
            return Err(unfit(reason));
        }
        node.driver = text(&found.driver);
        node.card = text(&found.card);
        node.bus = text(&found.bus_info);
        Ok(node)
    }

    /// The path it was opened by.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Name of the driver, as `uvcvideo`.
    #[must_use]
    pub fn driver(&self) -> &str {
        &self.driver
    }

    /// Name of the camera.
    #[must_use]
    pub fn card(&self) -> &str {
        &self.card
    }

    /// Where it is plugged in, as `usb-0000:00:14.0-1`.
    #[must_use]
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// Capabilities of the node (`V4L2_CAP_…`).
    #[must_use]
    pub const fn capabilities(&self) -> u32 {
        self.capabilities
    }
}

impl AsFd for Node {
    fn as_fd(&self) -> BorrowedFd<'_> {
        let fd = self.device.handle().fd();
        // SAFETY: the device owns the descriptor and lives as long as `self`.
        unsafe { BorrowedFd::borrow_raw(fd) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_camera_is_refused_with_the_reason() {
        let error = Node::open(Path::new("/dev/null")).unwrap_err();
        assert!(matches!(error, CameraError::Unsuitable { .. }), "{error}");
        assert!(error.to_string().starts_with("/dev/null: is no video device"), "{error}");
    }

    #[test]
    fn a_missing_node_and_an_impossible_name_are_absent() {
        for path in ["/dev/video-none", "/dev/video\0"] {
            let error = Node::open(Path::new(path)).unwrap_err();
            assert!(matches!(error, CameraError::Absent { .. }), "{error}");
        }
    }

    #[test]
    fn each_unfit_kind_of_node_has_its_own_reason() {
        let stream = V4L2_CAP_STREAMING;
        assert_eq!(unsuitable(V4L2_CAP_VIDEO_CAPTURE | stream), None);
        let kinds = [
            V4L2_CAP_VIDEO_CAPTURE,
            V4L2_CAP_VIDEO_OUTPUT | stream,
            V4L2_CAP_META_CAPTURE | stream,
            V4L2_CAP_VIDEO_CAPTURE_MPLANE | stream,
            V4L2_CAP_VIDEO_M2M | stream,
            stream,
        ];
        let mut reasons: Vec<_> = kinds.iter().map(|kind| unsuitable(*kind).unwrap()).collect();
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), kinds.len());
    }

    #[test]
    fn names_that_are_not_utf_8_do_no_harm() {
        assert_eq!(text(b"Cam\xff\0rest"), "Cam\u{fffd}");
        assert_eq!(text(b"full"), "full");
    }
}
