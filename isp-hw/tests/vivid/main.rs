//! Cameras on a real kernel: its own virtual driver, `vivid`, looked at by `v4l2-ctl` as well.
#![cfg(target_os = "linux")]

mod controls;
mod events;
mod restoring;
mod virtual_camera;
