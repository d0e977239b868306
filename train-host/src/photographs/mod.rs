//! What episodes are shot on: photographs, shrunk once into a pack, and scenes made by rule.

mod dead_leaves;
mod manifest;
mod originals;
mod pack;

pub use dead_leaves::dead_leaves;
pub use manifest::{LicencedFile, read_manifest};
pub use originals::originals;
pub use pack::{Pack, PackError};
