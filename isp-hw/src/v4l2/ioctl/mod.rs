//! The kernel calls for capabilities, controls and events, on a file that someone else has open.
//!
//! A call that a signal interrupts is made again. Kernels since 3.17 (2014) have all of them.

// The kernel interface cannot be reached otherwise; everything above it is safe code.
#![allow(unsafe_code)]

mod layout;

use std::os::fd::BorrowedFd;

use rustix::io::{Errno, Result, retry_on_intr};
use rustix::ioctl::{Opcode, Updater, ioctl, opcode};

pub use layout::{Capability, Event, EventSubscription, ExtControl, QueryExtControl, QueryMenu};

use layout::ExtControls;

const QUERY_CAPABILITY: Opcode = opcode::read::<Capability>(b'V', 0);
const QUERY_MENU: Opcode = opcode::read_write::<QueryMenu>(b'V', 37);
const GET_CONTROLS: Opcode = opcode::read_write::<ExtControls>(b'V', 71);
const SET_CONTROLS: Opcode = opcode::read_write::<ExtControls>(b'V', 72);
const TRY_CONTROLS: Opcode = opcode::read_write::<ExtControls>(b'V', 73);
const DEQUEUE_EVENT: Opcode = opcode::read::<Event>(b'V', 89);
const SUBSCRIBE_EVENT: Opcode = opcode::write::<EventSubscription>(b'V', 90);
const QUERY_CONTROL: Opcode = opcode::read_write::<QueryExtControl>(b'V', 103);

/// Added to a control's number: ask for the next control after it (`V4L2_CTRL_FLAG_NEXT_CTRL |
/// V4L2_CTRL_FLAG_NEXT_COMPOUND`).
pub const NEXT: u32 = 0xC000_0000;

/// A refused list of controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The kernel's error.
    pub errno: Errno,
    /// Position of the control that failed. When a list is set, those before it are set by then.
    /// `None`: no single control is to blame, and nothing was set.
    pub at: Option<usize>,
}

/// Makes a call until no signal interrupts it.
///
/// # Safety
/// `OPCODE` must be a call that reads and writes a `T`, and whatever `T` points to must be valid
/// for what the call does with it.
unsafe fn call<const OPCODE: Opcode, T>(fd: BorrowedFd<'_>, value: &mut T) -> Result<()> {
    retry_on_intr(|| {
        // SAFETY: as the caller promises; the reference is valid for the length of the call.
        unsafe { ioctl(fd, Updater::<OPCODE, T>::new(value)) }
    })
}

/// `VIDIOC_QUERYCAP`.
pub fn query_capability(fd: BorrowedFd<'_>) -> Result<Capability> {
    let mut capability = Capability::default();
    // SAFETY: the call writes a `v4l2_capability`, which has no pointers.
    unsafe { call::<QUERY_CAPABILITY, _>(fd, &mut capability) }?;
    Ok(capability)
}

/// `VIDIOC_QUERY_EXT_CTRL`; `id` may have [`NEXT`] in it.
pub fn query_control(fd: BorrowedFd<'_>, id: u32) -> Result<QueryExtControl> {
    let mut query = QueryExtControl { id, ..QueryExtControl::default() };
    // SAFETY: the call updates a `v4l2_query_ext_ctrl`, which has no pointers.
    unsafe { call::<QUERY_CONTROL, _>(fd, &mut query) }?;
    Ok(query)
}

/// `VIDIOC_QUERYMENU`: one item of a menu; `EINVAL` where the menu has a gap.
pub fn query_menu(fd: BorrowedFd<'_>, id: u32, index: u32) -> Result<QueryMenu> {
    let mut item = QueryMenu { id, index, ..QueryMenu::default() };
    // SAFETY: the call updates a `v4l2_querymenu`, which has no pointers.
    unsafe { call::<QUERY_MENU, _>(fd, &mut item) }?;
    Ok(item)
}

/// `VIDIOC_G_EXT_CTRLS`: reads the controls of the list, of any class.
pub fn get_controls(
    fd: BorrowedFd<'_>,
    controls: &mut [ExtControl],
) -> std::result::Result<(), Refusal> {
    // SAFETY: it is one of the three calls that take a list.
    unsafe { on_list::<GET_CONTROLS>(fd, controls) }
}

/// `VIDIOC_S_EXT_CTRLS`: sets the controls of the list, of any class.
pub fn set_controls(
    fd: BorrowedFd<'_>,
    controls: &mut [ExtControl],
) -> std::result::Result<(), Refusal> {
    // SAFETY: it is one of the three calls that take a list.
    unsafe { on_list::<SET_CONTROLS>(fd, controls) }
}

/// `VIDIOC_TRY_EXT_CTRLS`: brings the values of the list to what setting would make of them.
pub fn try_controls(
    fd: BorrowedFd<'_>,
    controls: &mut [ExtControl],
) -> std::result::Result<(), Refusal> {
    // SAFETY: it is one of the three calls that take a list.
    unsafe { on_list::<TRY_CONTROLS>(fd, controls) }
}

/// # Safety
/// `OPCODE` must be one of the three calls that take a list of controls.
unsafe fn on_list<const OPCODE: Opcode>(
    fd: BorrowedFd<'_>,
    controls: &mut [ExtControl],
) -> std::result::Result<(), Refusal> {
    let whole = Refusal { errno: Errno::INVAL, at: None };
    let count = u32::try_from(controls.len()).map_err(|_| whole)?;
    let mut list = ExtControls {
        which: 0,
        count,
        // A driver that fails before it looks at the list leaves this as it is.
        error_index: count,
        request: 0,
        reserved: 0,
        controls: controls.as_mut_ptr(),
    };
    // SAFETY: the list points to `count` controls, borrowed exclusively until after the call. The
    // kernel follows no pointer in them, since their size is 0.
    unsafe { call::<OPCODE, _>(fd, &mut list) }.map_err(|errno| Refusal {
        errno,
        at: usize::try_from(list.error_index).ok().filter(|index| *index < controls.len()),
    })
}

/// `VIDIOC_SUBSCRIBE_EVENT`.
pub fn subscribe_event(fd: BorrowedFd<'_>, kind: u32, id: u32) -> Result<()> {
    let mut subscription = EventSubscription { kind, id, ..EventSubscription::default() };
    // SAFETY: the call reads a `v4l2_event_subscription`, which has no pointers.
    unsafe { call::<SUBSCRIBE_EVENT, _>(fd, &mut subscription) }
}

/// `VIDIOC_DQEVENT`: waits for an event unless the file is open without blocking.
pub fn dequeue_event(fd: BorrowedFd<'_>) -> Result<Event> {
    let mut event = Event::default();
    // SAFETY: the call writes a `v4l2_event`, which has no pointers.
    unsafe { call::<DEQUEUE_EVENT, _>(fd, &mut event) }?;
    Ok(event)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd as _;

    use super::*;

    /// The numbers are those that a C compiler makes of `linux/videodev2.h` for x86_64, aarch64
    /// and armv7.
    #[test]
    fn numbers_of_the_calls_are_the_kernels() {
        assert_eq!(QUERY_CAPABILITY, 0x8068_5600);
        assert_eq!(QUERY_MENU, 0xC02C_5625);
        assert_eq!(SUBSCRIBE_EVENT, 0x4020_565A);
        assert_eq!(QUERY_CONTROL, 0xC0E8_5667);
        let wide = cfg!(target_pointer_width = "64");
        let list = if wide { 0xC020_5600 } else { 0xC018_5600 };
        assert_eq!([GET_CONTROLS, SET_CONTROLS, TRY_CONTROLS], [71, 72, 73].map(|n| list | n));
        assert_eq!(DEQUEUE_EVENT, if wide { 0x8088_5659 } else { 0x8080_5659 });
    }

    #[test]
    fn file_that_is_no_camera_is_refused_by_the_kernel() {
        let null = File::open("/dev/null").unwrap();
        assert_eq!(query_capability(null.as_fd()).unwrap_err(), Errno::NOTTY);
        assert_eq!(query_control(null.as_fd(), NEXT).unwrap_err(), Errno::NOTTY);
        let refusal = set_controls(null.as_fd(), &mut [ExtControl::default()]).unwrap_err();
        assert_eq!(refusal, Refusal { errno: Errno::NOTTY, at: None });
    }

    #[test]
    fn values_keep_all_their_bits() {
        assert_eq!(ExtControl::wide(1, i64::MIN + 5).as_wide(), i64::MIN + 5);
        assert_eq!(ExtControl::narrow(1, -7).as_narrow(), -7);
    }
}
