//! A trained network as the ONNX file that `tuner` loads.

mod error;
mod file;
mod network;
mod paper;
mod paper_encoder;
mod quantised;
#[cfg(test)]
mod tests;

pub use error::ExportError;
pub use file::{Form, encode, write};
pub use network::{Conv, Dense, Hidden, Network, Norm, ValueId};
