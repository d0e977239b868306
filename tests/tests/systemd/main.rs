//! The installed package under a real systemd, with the kernel's virtual camera: what a field
//! engineer does, and what happens to a camera in the field. v4l2-ctl reads the camera, systemctl
//! the service.
#![cfg(target_os = "linux")]

mod bench;
mod camera;
mod faults;
mod service;
