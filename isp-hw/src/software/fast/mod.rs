//! The software ISP in single precision: rows stream through a few small buffers.

mod instructions;
mod kernels;
mod stream;

pub use instructions::{Instructions, Kernel};
pub use stream::{render_patch, render_picture};
