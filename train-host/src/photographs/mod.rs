//! What episodes are shot on: photographs, shrunk once into a pack, and scenes made by rule.

mod dead_leaves;
mod editor;
mod manifest;
mod originals;
mod pack;
mod pairs;

pub use dead_leaves::dead_leaves;
pub use editor::{Editor, EditorError, edited_variants};
pub use manifest::{LicencedFile, read_manifest};
pub use originals::originals;
pub use pack::{Pack, PackError};
pub use pairs::{
    FoundPairs, LEAST_PAIRS, Pair, PairFlaw, PairPaths, PairsError, find_pairs, mean_delta_e,
    worth_learning,
};
