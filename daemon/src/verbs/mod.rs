//! The verbs of the command line, one file each.

pub mod calibrate;
#[cfg(target_os = "linux")]
pub mod camera;
pub mod compare;
pub mod completions;
pub mod config;
pub mod demo;
#[cfg(unix)]
pub mod doctor;
pub mod enhance;
pub mod look;
pub mod match_goal;
pub mod render;
#[cfg(unix)]
pub mod service;
