//! The kernel's calls for formats and streaming, one function each, on single-planar capture.
//!
//! The structures and request numbers are those of the v4l crate. Its own calls for formats and
//! streams are not used: `Format` and `Capabilities` panic on numbers and names they do not know,
//! and its stream panics in `Drop` when `VIDIOC_STREAMOFF` fails, as it does on a faulty camera.

use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::time::Duration;

use rustix::io::Errno;
use v4l::v4l_sys::{
    V4L2_BUF_FLAG_ERROR, V4L2_BUF_FLAG_TIMESTAMP_MASK, V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
    V4L2_BUF_FLAG_TSTAMP_SRC_MASK, V4L2_BUF_FLAG_TSTAMP_SRC_SOE, V4L2_CAP_TIMEPERFRAME,
    V4L2_IN_ST_NO_H_LOCK, V4L2_IN_ST_NO_POWER, V4L2_IN_ST_NO_SIGNAL, V4L2_IN_ST_NO_SYNC,
    v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE as VIDEO_CAPTURE, v4l2_buffer, v4l2_capability,
    v4l2_field_V4L2_FIELD_NONE as FIELD_NONE, v4l2_fmtdesc, v4l2_format, v4l2_fract,
    v4l2_frmivalenum, v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_DISCRETE as INTERVAL_DISCRETE,
    v4l2_frmsizeenum, v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_DISCRETE as SIZE_DISCRETE, v4l2_input,
    v4l2_memory_V4L2_MEMORY_MMAP as MEMORY_MMAP, v4l2_pix_format, v4l2_requestbuffers,
    v4l2_streamparm,
};
use v4l::v4l2::vidioc;

/// A structure of the kernel's interface.
///
/// # Safety
/// All bytes zero must be a value of the type, and `REQUEST` a call that takes a pointer to it.
pub(super) unsafe trait Argument: Sized {
    fn zeroed() -> Self {
        // SAFETY: the trait asks for it.
        unsafe { mem::zeroed() }
    }
}

macro_rules! arguments {
    ($($type:ty),*) => {
        $(
            // SAFETY: a C structure of integers, unions of integers, and null pointers.
            unsafe impl Argument for $type {}
        )*
    };
}

arguments!(
    v4l2_capability,
    v4l2_fmtdesc,
    v4l2_frmsizeenum,
    v4l2_frmivalenum,
    v4l2_format,
    v4l2_streamparm,
    v4l2_input,
    v4l2_requestbuffers,
    v4l2_buffer
);

/// Calls the driver, again when a signal interrupted the call.
///
/// # Safety
/// `request` must be one whose argument is a `T`.
pub(super) unsafe fn call<T>(
    fd: BorrowedFd<'_>,
    request: vidioc::_IOC_TYPE,
    argument: &mut T,
) -> io::Result<()> {
    loop {
        // SAFETY: the argument is valid for the call, and the caller vouches for its type.
        let result =
            unsafe { v4l::v4l2::ioctl(fd.as_raw_fd(), request, ptr::from_mut(argument).cast()) };
        match result {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Makes the end of an enumeration, or its absence, a `None`.
fn or_end<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::INVAL | Errno::NOTTY | Errno::NODATA) => Ok(None),
            _ => Err(error),
        },
    }
}

/// Who the device is and what it can do.
pub(super) fn capability(fd: BorrowedFd<'_>) -> io::Result<v4l2_capability> {
    let mut capability = v4l2_capability::zeroed();
    // SAFETY: VIDIOC_QUERYCAP takes a v4l2_capability.
    unsafe { call(fd, vidioc::VIDIOC_QUERYCAP, &mut capability) }?;
    Ok(capability)
}

/// Fourcc of the pixel format with this index.
pub(super) fn pixel_format(fd: BorrowedFd<'_>, index: u32) -> io::Result<Option<[u8; 4]>> {
    let mut description = v4l2_fmtdesc { index, type_: VIDEO_CAPTURE, ..v4l2_fmtdesc::zeroed() };
    // SAFETY: VIDIOC_ENUM_FMT takes a v4l2_fmtdesc.
    let result = unsafe { call(fd, vidioc::VIDIOC_ENUM_FMT, &mut description) };
    or_end(result.map(|()| description.pixelformat.to_le_bytes()))
}

/// Sizes that a device offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sizes {
    /// One width and height.
    One([u32; 2]),
    /// All from the least to the greatest width and height in steps.
    Range { least: [u32; 2], greatest: [u32; 2], step: [u32; 2] },
}

/// Sizes with this index for a pixel format.
pub(super) fn sizes(fd: BorrowedFd<'_>, fourcc: [u8; 4], index: u32) -> io::Result<Option<Sizes>> {
    let pixel_format = u32::from_le_bytes(fourcc);
    let mut sizes = v4l2_frmsizeenum { index, pixel_format, ..v4l2_frmsizeenum::zeroed() };
    // SAFETY: VIDIOC_ENUM_FRAMESIZES takes a v4l2_frmsizeenum.
    let result = unsafe { call(fd, vidioc::VIDIOC_ENUM_FRAMESIZES, &mut sizes) };
    or_end(result.map(|()| {
        if sizes.type_ == SIZE_DISCRETE {
            // SAFETY: both variants are plain integers; the driver says that it filled this one.
            let size = unsafe { sizes.__bindgen_anon_1.discrete };
            Sizes::One([size.width, size.height])
        } else {
            // SAFETY: as above.
            let range = unsafe { sizes.__bindgen_anon_1.stepwise };
            Sizes::Range {
                least: [range.min_width, range.min_height],
                greatest: [range.max_width, range.max_height],
                step: [range.step_width, range.step_height],
            }
        }
    }))
}

/// Frame intervals that a device offers, each as numerator and denominator of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intervals {
    /// One interval.
    One([u32; 2]),
    /// All between.
    Range { shortest: [u32; 2], longest: [u32; 2] },
}

/// Intervals with this index for a pixel format and size.
pub(super) fn intervals(
    fd: BorrowedFd<'_>,
    fourcc: [u8; 4],
    [width, height]: [u32; 2],
    index: u32,
) -> io::Result<Option<Intervals>> {
    let mut intervals = v4l2_frmivalenum {
        index,
        pixel_format: u32::from_le_bytes(fourcc),
        width,
        height,
        ..v4l2_frmivalenum::zeroed()
    };
    // SAFETY: VIDIOC_ENUM_FRAMEINTERVALS takes a v4l2_frmivalenum.
    let result = unsafe { call(fd, vidioc::VIDIOC_ENUM_FRAMEINTERVALS, &mut intervals) };
    or_end(result.map(|()| {
        let pair = |fraction: v4l2_fract| [fraction.numerator, fraction.denominator];
        if intervals.type_ == INTERVAL_DISCRETE {
            // SAFETY: both variants are plain integers; the driver says that it filled this one.
            Intervals::One(pair(unsafe { intervals.__bindgen_anon_1.discrete }))
        } else {
            // SAFETY: as above.
            let range = unsafe { intervals.__bindgen_anon_1.stepwise };
            Intervals::Range { shortest: pair(range.min), longest: pair(range.max) }
        }
    }))
}

/// The format that is set.
pub(super) fn format(fd: BorrowedFd<'_>) -> io::Result<v4l2_pix_format> {
    let mut format = v4l2_format { type_: VIDEO_CAPTURE, ..v4l2_format::zeroed() };
    // SAFETY: VIDIOC_G_FMT takes a v4l2_format.
    unsafe { call(fd, vidioc::VIDIOC_G_FMT, &mut format) }?;
    // SAFETY: for this type of buffer the kernel fills `pix`, which is plain integers.
    Ok(unsafe { format.fmt.pix })
}

/// Sets a format, whole frames; returns what the driver made of it, which may be another.
pub(super) fn set_format(
    fd: BorrowedFd<'_>,
    fourcc: [u8; 4],
    [width, height]: [u32; 2],
) -> io::Result<v4l2_pix_format> {
    let mut format = v4l2_format { type_: VIDEO_CAPTURE, ..v4l2_format::zeroed() };
    format.fmt.pix.width = width;
    format.fmt.pix.height = height;
    format.fmt.pix.pixelformat = u32::from_le_bytes(fourcc);
    format.fmt.pix.field = FIELD_NONE;
    // SAFETY: VIDIOC_S_FMT takes a v4l2_format.
    unsafe { call(fd, vidioc::VIDIOC_S_FMT, &mut format) }?;
    // SAFETY: for this type of buffer the kernel fills `pix`, which is plain integers.
    Ok(unsafe { format.fmt.pix })
}

/// Sets the frame interval (numerator and denominator of seconds); returns what the driver made
/// of it, `None` when it has no say in the rate.
pub(super) fn set_interval(
    fd: BorrowedFd<'_>,
    [numerator, denominator]: [u32; 2],
) -> io::Result<Option<[u32; 2]>> {
    let mut parameters = v4l2_streamparm { type_: VIDEO_CAPTURE, ..v4l2_streamparm::zeroed() };
    parameters.parm.capture.timeperframe = v4l2_fract { numerator, denominator };
    // SAFETY: VIDIOC_S_PARM takes a v4l2_streamparm.
    let result = unsafe { call(fd, vidioc::VIDIOC_S_PARM, &mut parameters) };
    Ok(or_end(result)?.and_then(|()| {
        // SAFETY: for this type of buffer the kernel fills `capture`, which is plain integers.
        let capture = unsafe { parameters.parm.capture };
        let interval = capture.timeperframe;
        let told = capture.capability & V4L2_CAP_TIMEPERFRAME != 0
            && interval.numerator != 0
            && interval.denominator != 0;
        told.then_some([interval.numerator, interval.denominator])
    }))
}

/// Whether the driver says that the input that is chosen receives nothing. An input that cannot
/// tell, such as a sensor's, is taken to receive.
pub(super) fn lacks_signal(fd: BorrowedFd<'_>) -> bool {
    const NOTHING: u32 =
        V4L2_IN_ST_NO_POWER | V4L2_IN_ST_NO_SIGNAL | V4L2_IN_ST_NO_H_LOCK | V4L2_IN_ST_NO_SYNC;
    let mut index: i32 = 0;
    // SAFETY: VIDIOC_G_INPUT takes an int.
    if unsafe { call(fd, vidioc::VIDIOC_G_INPUT, &mut index) }.is_err() {
        return false;
    }
    let mut input = v4l2_input { index: index.cast_unsigned(), ..v4l2_input::zeroed() };
    // SAFETY: VIDIOC_ENUMINPUT takes a v4l2_input.
    let asked = unsafe { call(fd, vidioc::VIDIOC_ENUMINPUT, &mut input) };
    asked.is_ok() && input.status & NOTHING != 0
}

/// Asks for mapped buffers (0 frees them); returns how many there are.
pub(super) fn request_buffers(fd: BorrowedFd<'_>, count: u32) -> io::Result<u32> {
    let mut request = v4l2_requestbuffers {
        count,
        type_: VIDEO_CAPTURE,
        memory: MEMORY_MMAP,
        ..v4l2_requestbuffers::zeroed()
    };
    // SAFETY: VIDIOC_REQBUFS takes a v4l2_requestbuffers.
    unsafe { call(fd, vidioc::VIDIOC_REQBUFS, &mut request) }?;
    Ok(request.count)
}

fn buffer(index: u32) -> v4l2_buffer {
    v4l2_buffer { index, type_: VIDEO_CAPTURE, memory: MEMORY_MMAP, ..v4l2_buffer::zeroed() }
}

/// Offset for mapping a buffer, and its length in bytes.
pub(super) fn query_buffer(fd: BorrowedFd<'_>, index: u32) -> io::Result<(u32, usize)> {
    let mut buffer = buffer(index);
    // SAFETY: VIDIOC_QUERYBUF takes a v4l2_buffer.
    unsafe { call(fd, vidioc::VIDIOC_QUERYBUF, &mut buffer) }?;
    // SAFETY: for mapped memory the kernel fills `offset`, an integer.
    Ok((unsafe { buffer.m.offset }, buffer.length as usize))
}

/// Hands a buffer to the driver.
pub(super) fn queue(fd: BorrowedFd<'_>, index: u32) -> io::Result<()> {
    let mut buffer = buffer(index);
    // SAFETY: VIDIOC_QBUF takes a v4l2_buffer.
    unsafe { call(fd, vidioc::VIDIOC_QBUF, &mut buffer) }
}

/// A buffer that came back from the driver.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filled {
    pub(super) index: u32,
    pub(super) bytes_used: usize,
    pub(super) sequence: u32,
    /// The driver says that its data may be wrong.
    pub(super) has_error: bool,
    /// The driver's time on the monotonic clock, if it keeps that.
    pub(super) time: Option<Duration>,
    /// The time is that of the start of exposure.
    pub(super) is_start_of_exposure: bool,
}

/// Takes a filled buffer from the driver; `None` when there is none yet.
pub(super) fn dequeue(fd: BorrowedFd<'_>) -> io::Result<Option<Filled>> {
    let mut buffer = buffer(0);
    // SAFETY: VIDIOC_DQBUF takes a v4l2_buffer.
    match unsafe { call(fd, vidioc::VIDIOC_DQBUF, &mut buffer) } {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
        result => result?,
    }
    let flags = buffer.flags;
    let is_monotonic = flags & V4L2_BUF_FLAG_TIMESTAMP_MASK == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    let seconds = u64::try_from(buffer.timestamp.tv_sec).ok();
    let microseconds = u64::try_from(buffer.timestamp.tv_usec).ok();
    let time = seconds.zip(microseconds).filter(|_| is_monotonic).map(|(seconds, microseconds)| {
        Duration::from_secs(seconds).saturating_add(Duration::from_micros(microseconds))
    });
    Ok(Some(Filled {
        index: buffer.index,
        bytes_used: buffer.bytesused as usize,
        sequence: buffer.sequence,
        has_error: flags & V4L2_BUF_FLAG_ERROR != 0,
        time,
        is_start_of_exposure: flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK == V4L2_BUF_FLAG_TSTAMP_SRC_SOE,
    }))
}

/// Starts the stream.
pub(super) fn stream_on(fd: BorrowedFd<'_>) -> io::Result<()> {
    let mut kind = VIDEO_CAPTURE.cast_signed();
    // SAFETY: VIDIOC_STREAMON takes an int.
    unsafe { call(fd, vidioc::VIDIOC_STREAMON, &mut kind) }
}

/// Stops the stream; the driver forgets all queued buffers.
pub(super) fn stream_off(fd: BorrowedFd<'_>) -> io::Result<()> {
    let mut kind = VIDEO_CAPTURE.cast_signed();
    // SAFETY: VIDIOC_STREAMOFF takes an int.
    unsafe { call(fd, vidioc::VIDIOC_STREAMOFF, &mut kind) }
}
