//! The demo: a tune that needs nothing but the binary.

mod scene;

pub use scene::{Depth, Illuminant, LightboxScene};
