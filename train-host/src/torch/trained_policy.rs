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
    /// It sees what the paper's policy sees.
    #[error(
        "this policy sees pictures, statistics and history (--state paper): model files hold          policies of --state residual only"
    )]
    PaperState,
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
            let Td3Policy { shape, weights, updates, .. } = trained;
            return Ok(Self { shape, weights, made: format!("{updates} updates") });
        }
        let trained = Regression::resume(path, None, Device::Cpu)?;
        let made = format!("{} iterations", trained.iteration());
        Ok(Self { shape: trained.shape().clone(), weights: trained.averaged_weights(), made })
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
    /// nine outputs; [`TrainedPolicyError::Export`] when its weights are broken.
    pub fn network(&self) -> Result<Network, TrainedPolicyError> {
        let PolicyShape { inputs, outputs, form, features, .. } = self.shape;
        if features.is_some() {
            return Err(TrainedPolicyError::PaperState);
        }
        // The kinds differ in their length, so the length names the kind.
        let kind = Representation::ALL.into_iter().find(|kind| kind.length() == inputs);
        let wanted = PolicyShape::residual(1, 1);
        match kind {
            Some(kind) if outputs == wanted.outputs && form == wanted.form => {
                Ok(network(&self.shape, &self.weights, kind)?)
            }
            _ => Err(TrainedPolicyError::OtherTask { inputs, outputs, form }),
        }
    }
}
