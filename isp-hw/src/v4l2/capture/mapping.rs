//! A buffer of the driver in this process's memory.

use std::io;
use std::os::fd::BorrowedFd;
use std::ptr::{self, NonNull};
use std::slice;

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// A mapped buffer, unmapped when dropped.
#[derive(Debug)]
pub(super) struct Mapping {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread, and nothing else points into it.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Maps `length` bytes at `offset` of a device for reading.
    pub(super) fn new(fd: BorrowedFd<'_>, offset: u32, length: usize) -> io::Result<Self> {
        // SAFETY: the kernel chooses a free place, so nothing that is mapped already changes.
        let start = unsafe {
            mmap(ptr::null_mut(), length, ProtFlags::READ, MapFlags::SHARED, fd, u64::from(offset))
        }?;
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { start, length })
    }

    /// The first `count` bytes, or all if there are fewer. To be read only while the buffer is not
    /// with the driver, which writes into it.
    pub(super) fn first(&self, count: usize) -> &[u8] {
        // SAFETY: the bytes are mapped as long as `self` lives. The kernel keeps their memory while
        // they are mapped, also when the camera is gone.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), count.min(self.length)) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: mapped by `new` with this length, and no slice of it outlives `self`. It fails
        // only for a range that was never mapped.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.length) };
    }
}
