//! Cameras on a real kernel: its virtual driver vivid is a camera with faults to order, looked at by
//! `v4l2-ctl` as well.
//!
//! `modprobe vivid n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0,3` makes what these
//! tests expect: a webcam (instance 0) and an HDMI receiver (instance 1). They need v4l2-ctl, root,
//! and to run one at a time (`--test-threads=1`).

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy's exception for tests does not reach their shared functions"
)]

mod controls;
mod cost;
mod events;
mod faults;
mod formats;
mod life;
mod restoring;
mod settling;
mod virtual_camera;
mod vivid;
