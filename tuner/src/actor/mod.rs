//! The learned policy: what it sees, and how its output becomes a step.

mod observation;
mod residual_step;
#[cfg(test)]
mod tests;

pub use observation::{
    ActorEye, OBSERVATION_LENGTH, OBSERVATION_VERSION, Observation, ObservationError,
};
pub use residual_step::{StepError, step};
