//! A trained network as the ONNX file that `tuner` loads.

mod error;
mod file;
mod network;
mod quantised;
#[cfg(test)]
mod tests;

pub use error::ExportError;
pub use file::{Form, encode, write};
pub use network::{Dense, Hidden, Network, Norm, ValueId};
