//! Faults of a running stream.

use std::io;
use std::path::Path;

use rustix::io::Errno;

use crate::v4l2::{CameraError, Step};

/// Why a stream does not run. Unlike a [`CameraError`] it can be told to every caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The kernel's error at a step.
    Kernel(Step, Errno),
    /// The camera is set otherwise than agreed.
    Unsuitable(String),
}

impl Fault {
    /// The kernel's error at this step.
    pub(super) fn at(step: Step) -> impl Fn(io::Error) -> Self {
        move |error| Self::Kernel(step, Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }

    /// Whether a new stream may run where this one does not: not when the camera is gone (`ENODEV`),
    /// in another's hands (`EBUSY`), or when the driver calls the fault fatal (`EIO`).
    pub(super) const fn may_pass(&self) -> bool {
        match self {
            Self::Kernel(_, errno) => !matches!(
                *errno,
                Errno::NODEV | Errno::NXIO | Errno::BUSY | Errno::IO | Errno::ACCESS | Errno::PERM
            ),
            Self::Unsuitable(_) => false,
        }
    }

    /// The error to tell.
    pub(super) fn error(&self, node: &Path) -> CameraError {
        match self {
            Self::Kernel(step, errno) => CameraError::from_io(node, *step, (*errno).into()),
            Self::Unsuitable(reason) => {
                CameraError::Unsuitable { node: node.to_owned(), reason: reason.clone() }
            }
        }
    }
}
