//! The policy in a checkpoint, whatever trained it.

use std::path::Path;

use tch::Device;
use tuner::actor::{Actor, Provenance, Representation};

use super::checkpoint::CheckpointError;
use super::exported::network;
use super::policy::{HiddenForm, PolicyShape};
use super::regression::{Regression, RegressionError};
use super::td3::Td3Policy;
use crate::export::{ExportError, Form, Network, encode};

/// Why a checkpoint has no policy for photographs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainedPolicyError {
    /// The file is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The file is a checkpoint of neither training.
    #[error(transparent)]
    Regression(#[from] RegressionError),
    /// A weight is missing or not finite.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// It sees what the paper's policy sees, and its actions are steps.
    #[error(
        "this policy sees the paper's state and makes steps (--action step): model files on that state \
         name parameters; train it with --action absolute"
    )]
    PaperSteps,
    /// It sees what the paper's policy sees, and learned something else than finishing.
    #[error(
        "this policy sees the paper's state and learned {task}: model files on that state are for \
         finishing; train it with --state residual"
    )]
    PaperTask {
        /// What it learned.
        task: String,
    },
    /// It was trained for another task.
    #[error(
        "a policy with {inputs} inputs and {outputs} outputs ({form:?}) is not one that finishes \
         photographs"
    )]
    OtherTask {
        /// Numbers in.
        inputs: usize,
        /// Numbers out.
        outputs: usize,
        /// What stands behind its hidden layers.
        form: HiddenForm,
    },
}

/// A policy that goal regression or TD3 has trained.
#[derive(Debug)]
pub struct TrainedPolicy {
    /// Its sizes.
    pub shape: PolicyShape,
    /// Flat weights, in the order of [`PolicyShape::spans`].
    pub weights: Vec<f32>,
    /// Its actions are tanh(squash · output), where TD3 has trained it.
    pub squash: Option<f64>,
    /// What it learned ([`ControlTask::name`](crate::environment::ControlTask::name)), where TD3 has
    /// trained it and the checkpoint says it.
    pub task: Option<String>,
    /// How long it was trained, for people.
    pub made: String,
}

impl TrainedPolicy {
    /// Reads a checkpoint of either training.
    ///
    /// # Errors
    /// [`TrainedPolicyError`] when it is no checkpoint.
    pub fn load(path: &Path) -> Result<Self, TrainedPolicyError> {
        if let Some(trained) = Td3Policy::load(path)? {
            let Td3Policy { shape, weights, updates, squash, task } = trained;
            let (squash, made) = (Some(squash), format!("{updates} updates"));
            return Ok(Self { shape, weights, squash, task, made });
        }
        let trained = Regression::resume(path, None, Device::Cpu)?;
        let made = format!("{} iterations", trained.iteration());
        let (shape, weights) = (trained.shape().clone(), trained.averaged_weights());
        Ok(Self { shape, weights, squash: None, task: None, made })
    }

    /// The policy as it is loaded on a device, in 32-bit floats; `name` stands for its file.
    ///
    /// # Errors
    /// As [`Self::network`], and when the file that is made of it does not load.
    pub fn actor(&self, name: String) -> Result<Actor, TrainedPolicyError> {
        let network = self.network()?;
        let file = encode(&network, Form::Float, &Provenance::default())?;
        Ok(Actor::of_kind(network.kind(), name, &file).map_err(ExportError::from)?)
    }

    /// The network for a model file.
    ///
    /// # Errors
    /// [`TrainedPolicyError::OtherTask`] when it does not take an observation of photographs to
    /// nine outputs; [`TrainedPolicyError::PaperSteps`] when its output on the paper's state is a step,
    /// [`TrainedPolicyError::PaperTask`] when it is not one of finishing;
    /// [`TrainedPolicyError::Export`] when its weights are broken.
    pub fn network(&self) -> Result<Network, TrainedPolicyError> {
        let PolicyShape { inputs, outputs, form, features, .. } = self.shape;
        let kind = if features.is_some() {
            // An action of tanh(o) is the parameters themselves.
            if self.squash != Some(1.0) {
                return Err(TrainedPolicyError::PaperSteps);
            }
            if let Some(task) = self.task.as_ref().filter(|task| *task != "finishing") {
                return Err(TrainedPolicyError::PaperTask { task: task.clone() });
            }
            Some(Representation::Paper)
        } else {
            // The other kinds differ in their length, so the length names the kind.
            Representation::ALL.into_iter().find(|kind| kind.length() == inputs)
        };
        let wanted = PolicyShape::residual(1, 1);
        match kind {
            Some(kind) if outputs == wanted.outputs && form == wanted.form => {
                Ok(network(&self.shape, &self.weights, kind)?)
            }
            _ => Err(TrainedPolicyError::OtherTask { inputs, outputs, form }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper_network::PaperFeatures;

    #[test]
    fn of_policies_on_the_papers_state_only_those_of_finishing_become_model_files() {
        let features = PaperFeatures { dual_path: false, statistics: false, history: false };
        let shape = PolicyShape { hidden: vec![8], ..PolicyShape::paper(features) };
        let weights = vec![0.01; shape.weight_count()];
        let trained = |squash: f64, task: &str| TrainedPolicy {
            shape: shape.clone(),
            weights: weights.clone(),
            squash: Some(squash),
            task: Some(task.to_owned()),
            made: String::new(),
        };
        assert_eq!(trained(1.0, "finishing").network().unwrap().kind(), Representation::Paper);
        let steps = trained(0.3, "finishing").network();
        assert!(matches!(steps, Err(TrainedPolicyError::PaperSteps)));
        let style = trained(1.0, "style").network().unwrap_err().to_string();
        assert!(style.contains("learned style") && style.contains("--state residual"), "{style}");
    }
}
