//! A video output that shows what is written to it: a loopback device, or vivid's output.
//!
//! Fed by streaming from user memory. Plain `write` would be simpler, but vivid refuses it ("the
//! payload is too small", Linux 6.1), and v4l2loopback takes both.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags, open};
use v4l::v4l_sys::{
    V4L2_CAP_DEVICE_CAPS, V4L2_CAP_VIDEO_OUTPUT,
    v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_OUTPUT as VIDEO_OUTPUT, v4l2_buffer,
    v4l2_colorspace_V4L2_COLORSPACE_SRGB as COLORSPACE_SRGB,
    v4l2_field_V4L2_FIELD_NONE as FIELD_NONE, v4l2_format,
    v4l2_memory_V4L2_MEMORY_USERPTR as USERPTR, v4l2_requestbuffers,
};
use v4l::v4l2::vidioc;

use super::error::{CameraError, Step};
use super::stream_ioctl::{Argument as _, call, capability};
use crate::pixel_format::{Colorimetry, FrameFormat, PixelFormat};

/// A driver may keep the newest frame until there is one more, so two keep the delay shortest.
const FRAMES: usize = 2;
/// The slowest outputs show a frame in some 40 ms; beyond this the reader has stopped.
const PATIENCE: Duration = Duration::from_secs(4);

/// A video output that is being fed; it stops when it is dropped.
pub struct OutputNode {
    fd: OwnedFd,
    node: PathBuf,
    format: FrameFormat,
    /// The kernel reads those that are queued; their memory stays where it is.
    frames: Vec<Box<[u8]>>,
    queued: usize,
}

impl OutputNode {
    /// Opens the node for YUYV frames of this size: sRGB, ITU-R BT.601, limited range.
    ///
    /// # Errors
    /// [`CameraError::Unsuitable`] for a node that shows nothing or not this format, and the kernel's
    /// refusals by [`Step`].
    pub fn open(path: &Path, [width, height]: [u32; 2]) -> Result<Self, CameraError> {
        let failed = |step| move |error: io::Error| CameraError::from_io(path, step, error);
        let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let fd = open(path, flags, Mode::empty())
            .map_err(|errno| CameraError::from_io(path, Step::Open, errno.into()))?;
        let found = capability(fd.as_fd()).map_err(failed(Step::Ask))?;
        let told = found.capabilities & V4L2_CAP_DEVICE_CAPS != 0;
        let capabilities = if told { found.device_caps } else { found.capabilities };
        let unfit = |reason: String| CameraError::Unsuitable { node: path.to_owned(), reason };
        if capabilities & V4L2_CAP_VIDEO_OUTPUT == 0 {
            let reason = "it is no video output; load v4l2loopback, or write to a file";
            return Err(unfit(reason.to_owned()));
        }
        let format = FrameFormat {
            pixel: PixelFormat::Yuyv,
            width,
            height,
            bytes_per_line: 0,
            colorimetry: Colorimetry::WEBCAM,
        };
        let length = format.buffer_len().map_err(|error| unfit(error.to_string()))?;
        let answer = set_format(fd.as_fd(), &format).map_err(failed(Step::SetFormat))?;
        if answer != [width, height, 2 * width] {
            let [width, height, stride] = answer;
            return Err(unfit(format!(
                "it offers YUYV {width}x{height} with {stride} bytes a row instead of {}x{}",
                format.width, format.height
            )));
        }
        let mut request = v4l2_requestbuffers {
            count: FRAMES as u32,
            type_: VIDEO_OUTPUT,
            memory: USERPTR,
            ..v4l2_requestbuffers::zeroed()
        };
        // SAFETY: VIDIOC_REQBUFS takes a v4l2_requestbuffers.
        unsafe { call(fd.as_fd(), vidioc::VIDIOC_REQBUFS, &mut request) }
            .map_err(failed(Step::RequestBuffers))?;
        let mut kind = VIDEO_OUTPUT.cast_signed();
        // SAFETY: VIDIOC_STREAMON takes an int.
        unsafe { call(fd.as_fd(), vidioc::VIDIOC_STREAMON, &mut kind) }
            .map_err(failed(Step::StreamOn))?;
        let frames = vec![vec![0; length].into_boxed_slice(); FRAMES];
        Ok(Self { fd, node: path.to_owned(), format, frames, queued: 0 })
    }

    /// The format that frames must have.
    #[must_use]
    pub const fn format(&self) -> &FrameFormat {
        &self.format
    }

    /// Waits until the output has room for a frame, lets `fill` write it, and hands it over.
    ///
    /// # Errors
    /// [`CameraError::Stalled`] when the output takes nothing for four seconds;
    /// [`CameraError::Gone`] and the kernel's other refusals.
    pub fn show(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<(), CameraError> {
        let index = if self.queued < FRAMES {
            self.queued += 1;
            self.queued - 1
        } else {
            self.take_back()?
        };
        let Some(memory) = self.frames.get_mut(index) else {
            let reason = format!("it gave back a buffer {index} that it was never given");
            return Err(CameraError::Unsuitable { node: self.node.clone(), reason });
        };
        fill(memory);
        let mut buffer = v4l2_buffer {
            index: index as u32,
            bytesused: memory.len() as u32,
            length: memory.len() as u32,
            field: FIELD_NONE,
            ..empty_buffer()
        };
        buffer.m.userptr = memory.as_ptr().addr() as _;
        // SAFETY: VIDIOC_QBUF takes a v4l2_buffer; the memory that it names lives as long as the
        // stream, and is not written to before the kernel gives it back.
        unsafe { call(self.fd.as_fd(), vidioc::VIDIOC_QBUF, &mut buffer) }
            .map_err(|error| CameraError::from_io(&self.node, Step::QueueBuffer, error))
    }

    /// Waits until a frame has been shown, and gives its position.
    fn take_back(&self) -> Result<usize, CameraError> {
        let failed =
            |error: io::Error| CameraError::from_io(&self.node, Step::DequeueBuffer, error);
        let mut polled = [PollFd::new(&self.fd, PollFlags::OUT)];
        let patience = PATIENCE.try_into().ok();
        if poll(&mut polled, patience.as_ref()).map_err(|errno| failed(errno.into()))? == 0 {
            let waited_ms = PATIENCE.as_millis() as u64;
            return Err(CameraError::Stalled { node: self.node.clone(), waited_ms });
        }
        let mut buffer = empty_buffer();
        // SAFETY: VIDIOC_DQBUF takes a v4l2_buffer.
        unsafe { call(self.fd.as_fd(), vidioc::VIDIOC_DQBUF, &mut buffer) }.map_err(failed)?;
        Ok(buffer.index as usize)
    }
}

impl Drop for OutputNode {
    fn drop(&mut self) {
        let mut kind = VIDEO_OUTPUT.cast_signed();
        // SAFETY: VIDIOC_STREAMOFF takes an int. The kernel must not read the frames' memory any
        // more once it is freed; if the call fails the device is gone, and closing it does the same.
        let _ = unsafe { call(self.fd.as_fd(), vidioc::VIDIOC_STREAMOFF, &mut kind) };
    }
}

/// Sets the format; returns the width, height and bytes a row that the driver made of it, zero where
/// it offers another pixel format.
fn set_format(fd: BorrowedFd<'_>, wanted: &FrameFormat) -> io::Result<[u32; 3]> {
    let mut format = v4l2_format { type_: VIDEO_OUTPUT, ..v4l2_format::zeroed() };
    let fourcc = u32::from_le_bytes(wanted.pixel.fourcc());
    format.fmt.pix.width = wanted.width;
    format.fmt.pix.height = wanted.height;
    format.fmt.pix.pixelformat = fourcc;
    format.fmt.pix.field = FIELD_NONE;
    format.fmt.pix.colorspace = COLORSPACE_SRGB;
    // SAFETY: VIDIOC_S_FMT takes a v4l2_format.
    unsafe { call(fd, vidioc::VIDIOC_S_FMT, &mut format) }?;
    // SAFETY: for this type of buffer the kernel fills `pix`, which is plain integers.
    let pix = unsafe { format.fmt.pix };
    let is_wanted = pix.pixelformat == fourcc;
    Ok(if is_wanted { [pix.width, pix.height, pix.bytesperline] } else { [0; 3] })
}

fn empty_buffer() -> v4l2_buffer {
    v4l2_buffer { type_: VIDEO_OUTPUT, memory: USERPTR, ..v4l2_buffer::zeroed() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_video_output_is_refused() {
        let absent = OutputNode::open(Path::new("/dev/video-none"), [640, 480]).err().unwrap();
        assert!(matches!(absent, CameraError::Absent { .. }), "{absent}");
        let null = OutputNode::open(Path::new("/dev/null"), [640, 480]).err().unwrap();
        assert!(null.to_string().starts_with("/dev/null"), "{null}");
    }
}
