//! What controls need of a device: the kernel's calls, or a camera made for a test.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;

use super::super::ioctl::{self, ExtControl, QueryExtControl, QueryMenu, Refusal};

/// The kernel's calls about controls.
pub(super) trait ControlDevice {
    /// Describes a control, or the next one after it.
    fn query(&self, id: u32) -> Result<QueryExtControl, Errno>;
    /// One item of a menu.
    fn menu_item(&self, id: u32, index: u32) -> Result<QueryMenu, Errno>;
    /// Reads a list.
    fn get(&self, controls: &mut [ExtControl]) -> Result<(), Refusal>;
    /// Writes a list.
    fn set(&self, controls: &mut [ExtControl]) -> Result<(), Refusal>;
    /// Says what writing a list would set.
    fn would_set(&self, controls: &mut [ExtControl]) -> Result<(), Refusal>;
}

impl ControlDevice for BorrowedFd<'_> {
    fn query(&self, id: u32) -> Result<QueryExtControl, Errno> {
        ioctl::query_control(*self, id)
    }

    fn menu_item(&self, id: u32, index: u32) -> Result<QueryMenu, Errno> {
        ioctl::query_menu(*self, id, index)
    }

    fn get(&self, controls: &mut [ExtControl]) -> Result<(), Refusal> {
        ioctl::get_controls(*self, controls)
    }

    fn set(&self, controls: &mut [ExtControl]) -> Result<(), Refusal> {
        ioctl::set_controls(*self, controls)
    }

    fn would_set(&self, controls: &mut [ExtControl]) -> Result<(), Refusal> {
        ioctl::try_controls(*self, controls)
    }
}
