//! Cameras on a real kernel: its own virtual driver, `vivid`, looked at by `v4l2-ctl` as well.
#![cfg(target_os = "linux")]
// Functions beside the tests are tests too; clippy knows only those with the attribute.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod controls;
mod events;
mod restoring;
mod virtual_camera;
