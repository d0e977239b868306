//! The learned policy: what it sees, how its output becomes a step, and how it is loaded.

mod attributes;
mod convolution;
mod engine;
mod error;
mod graph;
mod metadata;
mod observation;
mod paper;
mod paper_view;
mod policy;
mod representation;
mod residual_step;
mod seal;
mod slot;
mod style;
mod taste;
#[cfg(test)]
mod tests;
mod walk;
mod weights;
mod wire_outline;

pub use error::{ActorError, ModelFlaw};
pub use graph::{ONNX_IR_VERSION, ONNX_OPERATOR_SET, OUTPUT_NAME, value_info};
pub use metadata::{MODEL_FORMAT_VERSION, Provenance};
pub use observation::{
    ActorEye, OBSERVATION_LENGTH, OBSERVATION_VERSION, Observation, ObservationError,
};
pub use paper::{
    PAPER_HISTOGRAMS, PAPER_HISTORY, PAPER_NUMBERS, PAPER_OBSERVATION_LENGTH, PAPER_PICTURE,
    PAPER_SIDE, PAPER_STATISTICS, PAPER_VERSION, PaperEye,
};
pub use paper_view::PaperView;
pub use policy::{Actor, LARGEST_MODEL};
pub use representation::{INPUT_NAME, NUMBERS_NAME, PICTURES_NAME, Representation};
pub use residual_step::{LONGEST_STEP, OUTPUT_SOFTNESS, STEP_PER_SCALE, StepError, step};
pub use seal::seal;
pub use slot::ActorSlot;
pub use style::{STYLE_LENGTH, STYLE_VERSION, StyleEye, StyleObservation};
pub use taste::{TASTE_LENGTH, TASTE_VERSION, TasteEye, taste_params};
