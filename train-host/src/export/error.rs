//! Why a network was not exported.

use tuner::AtomicFileError;
use tuner::actor::ActorError;

/// An error of the exporter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Numbers that do not fit together.
    #[error("{layer}: {what} has {found} numbers, it must have {expected}")]
    Shape {
        /// Which layer, by its name in the file.
        layer: String,
        /// Which of its tensors.
        what: &'static str,
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A number that is not finite, or becomes so in the form that was asked for.
    #[error("{layer}: {what} holds {value}; train again, or export as f32 or int8")]
    NotFinite {
        /// Which layer, by its name in the file.
        layer: String,
        /// Which of its tensors.
        what: &'static str,
        /// The offending number.
        value: f32,
    },
    /// A value of another network.
    #[error("value {0} is not one of this network")]
    ForeignValue(usize),
    /// A value of another number of sides.
    #[error("value {value} of the network is not {wanted}")]
    Sides {
        /// Which value.
        value: usize,
        /// What it should be.
        wanted: &'static str,
    },
    /// A network without any layer.
    #[error("the network has no layer: its output would be its input")]
    Empty,
    /// The file would not load.
    #[error("the exported file does not load: {0}")]
    Unloadable(#[from] ActorError),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] AtomicFileError),
}
