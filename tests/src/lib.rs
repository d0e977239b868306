//! What the cross-crate tests share.

pub mod browser;
#[cfg(target_os = "linux")]
pub mod guest;
pub mod looks;
pub mod photographs;
#[cfg(target_os = "linux")]
pub mod player;
pub mod program;
#[cfg(target_os = "linux")]
pub mod vivid_driver;
