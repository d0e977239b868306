//! Structures of Linux's `<linux/videodev2.h>` for the crate `v4l`, generated once by
//! `generate.sh`, so that nobody needs libclang to build isptune.
//!
//! They hold for every Linux whose C library is glibc, or has 64-bit pointers: the kernel's own
//! types have fixed widths, and pointers, `long` and `time_t` stand as C types. (musl on 32-bit
//! processors has a 64-bit `time_t`, which this `timeval` has not.)

#![cfg(target_os = "linux")]
#![allow(clippy::all, missing_docs)]
#![allow(non_camel_case_types, non_snake_case, non_upper_case_globals)]

mod bindings;

pub use bindings::*;

/// Asserts what a structure's ioctl numbers say of its size, with 64-bit and with 32-bit pointers.
macro_rules! size {
    ($structure:ty, $wide:literal, $narrow:literal) => {
        const _: () = assert!(
            size_of::<$structure>()
                == if cfg!(target_pointer_width = "64") { $wide } else { $narrow }
        );
    };
}

size!(v4l2_capability, 0x68, 0x68); // VIDIOC_QUERYCAP 0x80685600
size!(v4l2_fmtdesc, 0x40, 0x40); // VIDIOC_ENUM_FMT 0xc0405602
size!(v4l2_format, 0xd0, 0xcc); // VIDIOC_S_FMT 0xc0d05605, 0xc0cc5605
size!(v4l2_requestbuffers, 0x14, 0x14); // VIDIOC_REQBUFS 0xc0145608
size!(v4l2_buffer, 0x58, 0x44); // VIDIOC_QBUF 0xc058560f, 0xc044560f
size!(v4l2_streamparm, 0xcc, 0xcc); // VIDIOC_S_PARM 0xc0cc5616
size!(v4l2_queryctrl, 0x44, 0x44); // VIDIOC_QUERYCTRL 0xc0445624
size!(v4l2_querymenu, 0x2c, 0x2c); // VIDIOC_QUERYMENU 0xc02c5625
size!(v4l2_ext_controls, 0x20, 0x18); // VIDIOC_S_EXT_CTRLS 0xc0205648, 0xc0185648
size!(v4l2_frmsizeenum, 0x2c, 0x2c); // VIDIOC_ENUM_FRAMESIZES 0xc02c564a
size!(v4l2_frmivalenum, 0x34, 0x34); // VIDIOC_ENUM_FRAMEINTERVALS 0xc034564b
size!(v4l2_query_ext_ctrl, 0xe8, 0xe8); // VIDIOC_QUERY_EXT_CTRL 0xc0e85667
