//! A stream of mapped buffers.
//!
//! It is not the v4l crate's, whose `Drop` panics when `VIDIOC_STREAMOFF` or `VIDIOC_REQBUFS` fails,
//! as they do when a camera is unplugged, and whose `next()` queues the same buffer twice after a
//! timeout and fails from then on. Here every failure is a value, a buffer is queued exactly when it
//! is not with the driver, and whatever was built so far is taken down in the order that the kernel
//! asks for: stop, unmap, free.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::fault::Fault;
use super::mapping::Mapping;
use crate::camera::MonotonicTime;
use crate::pixel_format::FrameFormat;
use crate::v4l2::negotiation::frame_format;
use crate::v4l2::stream_ioctl::{self, Filled};
use crate::v4l2::{Node, Step};

/// Pause where `poll` returns at once and yet there is no frame.
const BREATH: Duration = Duration::from_millis(20);
/// Refusals of buffers in a row after which the stream is given up.
const MOST_REFUSALS: u32 = 16;

/// A running stream; stopped and freed when dropped.
#[derive(Debug)]
pub(super) struct Stream {
    node: Arc<Node>,
    mappings: Vec<Mapping>,
    /// Buffers that are with us though they should be with the driver.
    idle: Vec<u32>,
    refusals: u32,
    started_at: MonotonicTime,
}

impl Stream {
    /// Starts streaming frames of `format`, which must be set, with about `buffers` buffers.
    pub(super) fn start(
        node: &Arc<Node>,
        format: &FrameFormat,
        buffers: u32,
    ) -> Result<Self, Fault> {
        // First the whole value: its drop takes down what a failure leaves half built.
        let mut stream = Self {
            node: Arc::clone(node),
            mappings: Vec::new(),
            idle: Vec::new(),
            refusals: 0,
            started_at: MonotonicTime::now(),
        };
        let fd = node.as_fd();
        let requesting = Fault::at(Step::RequestBuffers);
        let count = stream_ioctl::request_buffers(fd, buffers).map_err(&requesting)?;
        // From here on no other program can change the format.
        let pix = stream_ioctl::format(fd).map_err(Fault::at(Step::SetFormat))?;
        if frame_format(&pix).map_err(Fault::Unsuitable)? != *format {
            return Err(Fault::Unsuitable(
                "its picture format was changed meanwhile; open it again".to_owned(),
            ));
        }
        if count == 0 {
            return Err(Fault::Kernel(Step::RequestBuffers, Errno::NOMEM));
        }
        for index in 0..count {
            let (offset, length) = stream_ioctl::query_buffer(fd, index).map_err(&requesting)?;
            stream.mappings.push(Mapping::new(fd, offset, length).map_err(&requesting)?);
        }
        stream.idle.extend(0..count);
        stream.queue_idle()?;
        stream_ioctl::stream_on(fd).map_err(Fault::at(Step::StreamOn))?;
        Ok(stream)
    }

    /// When the stream was asked for; no frame of it can be older.
    pub(super) const fn started_at(&self) -> MonotonicTime {
        self.started_at
    }

    /// Buffers of the stream.
    pub(super) const fn buffers(&self) -> usize {
        self.mappings.len()
    }

    /// Waits at most `wait` for a filled buffer. It must be given back.
    pub(super) fn next(&mut self, wait: Duration) -> Result<Option<Filled>, Fault> {
        self.queue_idle()?;
        let fd = self.node.as_fd();
        let timeout = Timespec {
            tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: wait.subsec_nanos().into(),
        };
        let mut polled = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
        match poll(&mut polled, Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => return Ok(None),
            Ok(_) => {}
            Err(errno) => return Err(Fault::Kernel(Step::DequeueBuffer, errno)),
        }
        let filled = stream_ioctl::dequeue(fd).map_err(Fault::at(Step::DequeueBuffer))?;
        if filled.is_none() {
            // POLLERR without an error of the call would make this loop spin.
            thread::sleep(BREATH.min(wait));
        }
        Ok(filled)
    }

    /// The bytes of a filled buffer.
    pub(super) fn bytes(&self, filled: &Filled) -> &[u8] {
        let mapping = self.mappings.get(filled.index as usize);
        mapping.map_or(&[], |mapping| mapping.first(filled.bytes_used))
    }

    /// Gives a buffer back to the driver; says whether the driver took it at once.
    pub(super) fn give_back(&mut self, filled: &Filled) -> Result<bool, Fault> {
        self.idle.push(filled.index);
        self.queue_idle()?;
        Ok(self.idle.is_empty())
    }

    /// Queues what is not with the driver. A single refusal is not the end: the buffer is offered
    /// again.
    fn queue_idle(&mut self) -> Result<(), Fault> {
        while let Some(index) = self.idle.last().copied() {
            match stream_ioctl::queue(self.node.as_fd(), index) {
                Ok(()) => {
                    self.idle.pop();
                    self.refusals = 0;
                }
                Err(error) => {
                    let fault = Fault::at(Step::QueueBuffer)(error);
                    self.refusals += 1;
                    if !fault.may_pass() || self.refusals > MOST_REFUSALS {
                        return Err(fault);
                    }
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Errors here say that the camera is gone, and with it what was to be freed.
        let fd = self.node.as_fd();
        let _ = stream_ioctl::stream_off(fd);
        self.mappings.clear();
        let _ = stream_ioctl::request_buffers(fd, 0);
    }
}
