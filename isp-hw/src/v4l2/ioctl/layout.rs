//! The kernel's structures for capabilities, controls and events, byte for byte as
//! `linux/videodev2.h` has them. Unions are arrays of bytes here, read and written by methods.

use std::mem::{align_of, size_of};

/// `struct v4l2_capability`.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct Capability {
    /// Name of the driver, ended by a zero.
    pub driver: [u8; 16],
    /// Name of the device, ended by a zero.
    pub card: [u8; 32],
    /// Where the device is plugged in, ended by a zero.
    pub bus_info: [u8; 32],
    pub version: u32,
    /// What all nodes of the device together can do.
    pub capabilities: u32,
    /// What this node can do; valid when `capabilities` has [`Self::HAS_DEVICE_CAPS`].
    pub device_caps: u32,
    pub reserved: [u32; 3],
}

impl Capability {
    /// `V4L2_CAP_DEVICE_CAPS`.
    pub const HAS_DEVICE_CAPS: u32 = 0x8000_0000;
    /// `V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE`.
    pub const VIDEO_CAPTURE: u32 = 0x0000_1001;
    /// `V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE`.
    pub const MEMORY_TO_MEMORY: u32 = 0x0000_C000;
    /// `V4L2_CAP_STREAMING`.
    pub const STREAMING: u32 = 0x0400_0000;

    /// Bits of what this node can do.
    pub const fn of_node(&self) -> u32 {
        if self.capabilities & Self::HAS_DEVICE_CAPS == 0 {
            self.capabilities
        } else {
            self.device_caps
        }
    }
}

/// `struct v4l2_query_ext_ctrl`.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct QueryExtControl {
    /// Control, when asking with one of the `NEXT` flags the one before.
    pub id: u32,
    /// `enum v4l2_ctrl_type`.
    pub kind: u32,
    /// Name, ended by a zero, in whatever encoding the driver uses.
    pub name: [u8; 32],
    /// Least value.
    pub minimum: i64,
    /// Greatest value.
    pub maximum: i64,
    /// Distance of allowed values.
    pub step: u64,
    /// Value after the driver was loaded.
    pub default: i64,
    /// `V4L2_CTRL_FLAG_…`.
    pub flags: u32,
    pub element_size: u32,
    pub elements: u32,
    /// Number of dimensions; 0 for a single value.
    pub dimensions: u32,
    pub extents: [u32; 4],
    pub reserved: [u32; 32],
}

/// `struct v4l2_querymenu`.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct QueryMenu {
    /// Control.
    pub id: u32,
    /// Value of the control that stands for this item.
    pub index: u32,
    /// Name of the item, or the eight bytes of a number.
    pub name: [u8; 32],
    pub reserved: u32,
}

impl QueryMenu {
    /// The number of an item of an integer menu.
    pub fn number(&self) -> i64 {
        self.name.first_chunk().map_or(0, |bytes| i64::from_ne_bytes(*bytes))
    }
}

/// `struct v4l2_ext_control`. Its `size` stays 0: the kernel then never follows the pointer that
/// the value would be for a control with a payload, but refuses such a control.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct ExtControl {
    /// Control.
    pub id: u32,
    pub size: u32,
    pub reserved: u32,
    pub value: [u8; 8],
}

impl ExtControl {
    /// A control to be read, or set to a 32-bit value.
    pub fn narrow(id: u32, value: i32) -> Self {
        let mut bytes = [0; 8];
        for (byte, part) in bytes.iter_mut().zip(value.to_ne_bytes()) {
            *byte = part;
        }
        Self { id, value: bytes, ..Self::default() }
    }

    /// A control to be set to a 64-bit value.
    pub fn wide(id: u32, value: i64) -> Self {
        Self { id, value: value.to_ne_bytes(), ..Self::default() }
    }

    /// The value of a 32-bit control.
    pub fn as_narrow(&self) -> i32 {
        self.value.first_chunk().map_or(0, |bytes| i32::from_ne_bytes(*bytes))
    }

    /// The value of a 64-bit control.
    pub const fn as_wide(&self) -> i64 {
        i64::from_ne_bytes(self.value)
    }
}

/// `struct v4l2_ext_controls`.
#[derive(Debug)]
#[repr(C)]
pub struct ExtControls {
    /// 0 (`V4L2_CTRL_WHICH_CUR_VAL`): current values, controls of any class.
    pub which: u32,
    /// Length of the list.
    pub count: u32,
    /// Position of the control that failed; the length when it is no single one.
    pub error_index: u32,
    /// Always 0.
    pub request: i32,
    /// Always 0.
    pub reserved: u32,
    /// The list.
    pub controls: *mut ExtControl,
}

/// `struct v4l2_event`.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct Event {
    /// `V4L2_EVENT_…`.
    pub kind: u32,
    // Eight-byte words, since the union holds one and is aligned like it.
    pub payload: [u64; 8],
    /// Events that still wait.
    pub pending: u32,
    pub sequence: u32,
    // `struct timespec` with the `long` that every 32-bit kernel understands.
    pub timestamp: [isize; 2],
    /// What the event is about: the control.
    pub id: u32,
    pub reserved: [u32; 8],
}

impl Event {
    /// The 32-bit number at a position of the payload, in units of four bytes.
    pub fn word(&self, position: usize) -> u32 {
        let bytes = self.payload.get(position / 2).map_or([0; 8], |word| word.to_ne_bytes());
        let half =
            if position.is_multiple_of(2) { bytes.first_chunk() } else { bytes.last_chunk() };
        half.map_or(0, |half| u32::from_ne_bytes(*half))
    }

    /// The 64-bit number at a position of the payload, in units of eight bytes.
    pub fn wide(&self, position: usize) -> i64 {
        self.payload.get(position).map_or(0, |word| i64::from_ne_bytes(word.to_ne_bytes()))
    }
}

/// `struct v4l2_event_subscription`.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct EventSubscription {
    /// `V4L2_EVENT_…`.
    pub kind: u32,
    /// What to watch: the control, or 0.
    pub id: u32,
    /// `V4L2_EVENT_SUB_FL_…`.
    pub flags: u32,
    pub reserved: [u32; 5],
}

const _: () = {
    assert!(size_of::<Capability>() == 104);
    assert!(size_of::<QueryExtControl>() == 232);
    assert!(size_of::<QueryMenu>() == 44);
    assert!(size_of::<ExtControl>() == 20 && align_of::<ExtControl>() == 4);
    assert!(size_of::<EventSubscription>() == 32);
};
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<ExtControls>() == 32 && size_of::<Event>() == 136);
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<ExtControls>() == 24);
// Only there do eight-byte numbers stand on multiples of four.
#[cfg(all(target_pointer_width = "32", not(target_arch = "x86")))]
const _: () = assert!(size_of::<Event>() == 128);
#[cfg(target_arch = "x86")]
const _: () = assert!(size_of::<Event>() == 120);
