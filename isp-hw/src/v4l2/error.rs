//! What can go wrong with a camera, told apart by what a person or the daemon does about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// A camera that does not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CameraError {
    /// There is no such camera now.
    #[error("{camera}: no such camera; plug it in, or choose one of {present}")]
    Absent {
        /// Node, name or identity that was asked for.
        camera: String,
        /// Cameras that there are, or the command that lists them.
        present: String,
    },
    /// Several cameras have this name.
    #[error("{camera}: several cameras have this name; choose one of {present}")]
    Ambiguous {
        /// The name that was asked for.
        camera: String,
        /// The cameras that have it.
        present: String,
    },
    /// The node is there, and this process may not open it.
    #[error(
        "{}: permission denied; join the group \"video\", or wait for udev to set the node's \
         permissions",
        node.display()
    )]
    NoPermission {
        /// The device node.
        node: PathBuf,
    },
    /// Another process uses the camera.
    #[error("{}: another program uses the camera ({step}); stop it or try later", node.display())]
    Busy {
        /// The device node.
        node: PathBuf,
        /// Where the kernel refused.
        step: Step,
    },
    /// The camera was there and is gone (unplugged, or its driver unbound).
    #[error("{}: the camera is gone ({step}); plug it in again", node.display())]
    Gone {
        /// The device node.
        node: PathBuf,
        /// Where it was noticed.
        step: Step,
    },
    /// No frame came in time.
    #[error(
        "{}: no frame within {waited_ms} ms; check the cable and whether the camera streams",
        node.display()
    )]
    Stalled {
        /// The device node.
        node: PathBuf,
        /// How long was waited, milliseconds.
        waited_ms: u64,
    },
    /// No frame came in time that shows anything: the camera is a receiver (HDMI, analogue) without
    /// a signal.
    #[error(
        "{}: no signal at its input within {waited_ms} ms; check the cable and the source",
        node.display()
    )]
    NoSignal {
        /// The device node.
        node: PathBuf,
        /// How long was waited, milliseconds.
        waited_ms: u64,
    },
    /// The node is no camera that isptune can use.
    #[error("{}: {reason}", node.display())]
    Unsuitable {
        /// The device node.
        node: PathBuf,
        /// What it lacks, and the way out.
        reason: String,
    },
    /// A control refused a value, or did not keep it.
    #[error("{}: control \"{control}\": {reason}", node.display())]
    Control {
        /// The device node.
        node: PathBuf,
        /// Name of the control.
        control: String,
        /// What was asked, what came of it, and the way out.
        reason: String,
    },
    /// A frame that cannot be decoded.
    #[error("{}: frame {sequence}: {reason}", node.display())]
    Frame {
        /// The device node.
        node: PathBuf,
        /// Sequence number that the driver gave the frame.
        sequence: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// The kernel reported another error.
    #[error("{}: {step} failed: {source}", node.display())]
    Io {
        /// The device node.
        node: PathBuf,
        /// What was being done.
        step: Step,
        /// The kernel's error.
        source: io::Error,
    },
}

/// Where in the life of a camera something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Opening the node.
    Open,
    /// Asking what the device can do (`VIDIOC_QUERYCAP` and the enumerations).
    Ask,
    /// Choosing the picture format (`VIDIOC_S_FMT`).
    SetFormat,
    /// Choosing the frame rate (`VIDIOC_S_PARM`).
    SetRate,
    /// Asking for buffers (`VIDIOC_REQBUFS`).
    RequestBuffers,
    /// Handing a buffer to the driver (`VIDIOC_QBUF`).
    QueueBuffer,
    /// Getting a buffer back (`poll`, `VIDIOC_DQBUF`).
    DequeueBuffer,
    /// Starting the stream (`VIDIOC_STREAMON`).
    StreamOn,
    /// Stopping the stream (`VIDIOC_STREAMOFF`).
    StreamOff,
    /// Reading controls.
    ReadControls,
    /// Writing controls.
    WriteControls,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "opening the camera",
            Self::Ask => "asking what the camera can do",
            Self::SetFormat => "setting the picture format",
            Self::SetRate => "setting the frame rate",
            Self::RequestBuffers => "requesting buffers",
            Self::QueueBuffer => "queueing a buffer",
            Self::DequeueBuffer => "waiting for a frame",
            Self::StreamOn => "starting the stream",
            Self::StreamOff => "stopping the stream",
            Self::ReadControls => "reading controls",
            Self::WriteControls => "writing controls",
        })
    }
}

impl CameraError {
    /// What an error of the kernel means at this step.
    #[must_use]
    pub fn from_io(node: &Path, step: Step, source: io::Error) -> Self {
        let node = node.to_owned();
        match Errno::from_io_error(&source) {
            // While a device is unplugged its node may outlive the driver for a moment.
            Some(Errno::NOENT | Errno::NXIO | Errno::NODEV) if step == Step::Open => Self::Absent {
                camera: node.display().to_string(),
                present: "`isptune camera list`".to_owned(),
            },
            Some(Errno::NODEV) => Self::Gone { node, step },
            Some(Errno::ACCESS | Errno::PERM) if step == Step::Open => Self::NoPermission { node },
            Some(Errno::BUSY) => Self::Busy { node, step },
            _ => Self::Io { node, step, source },
        }
    }

    /// Whether waiting and trying again may help without anyone doing anything about it in this
    /// process: the camera comes back, another program ends, udev sets the permissions.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        !matches!(self, Self::Unsuitable { .. } | Self::Control { .. } | Self::Ambiguous { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(step: Step, errno: Errno) -> CameraError {
        CameraError::from_io(Path::new("/dev/video7"), step, errno.into())
    }

    #[test]
    fn the_same_error_means_different_things_at_different_steps() {
        assert!(matches!(at(Step::Open, Errno::NODEV), CameraError::Absent { .. }));
        assert!(matches!(at(Step::DequeueBuffer, Errno::NODEV), CameraError::Gone { .. }));
        assert!(matches!(at(Step::Open, Errno::ACCESS), CameraError::NoPermission { .. }));
        assert!(matches!(at(Step::WriteControls, Errno::ACCESS), CameraError::Io { .. }));
        let busy = at(Step::RequestBuffers, Errno::BUSY);
        assert!(matches!(busy, CameraError::Busy { step: Step::RequestBuffers, .. }));
        assert!(busy.to_string().contains("requesting buffers"), "{busy}");
    }

    #[test]
    fn messages_name_the_node_and_what_was_done() {
        let message = at(Step::StreamOn, Errno::IO).to_string();
        assert!(message.starts_with("/dev/video7: starting the stream failed:"), "{message}");
    }
}
