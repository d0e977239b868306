//! A training's state in one file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use tch::{Device, Tensor};

use super::policy::to_host;

/// Key of the state that is no tensor.
const STATE_KEY: &str = "state";

/// Why a checkpoint cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file could not be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file could not be written; the one before it is untouched.
    #[error("{source}; the checkpoint before it is untouched")]
    Write {
        /// What failed.
        #[from]
        source: tuner::AtomicFileError,
    },
    /// The file is no checkpoint of this training.
    #[error("{}: not a checkpoint that can be resumed ({reason})", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Named flat tensors with a JSON text beside them.
#[derive(Debug)]
pub struct Checkpoint {
    /// Everything that is no tensor: iteration, shape, options.
    pub state: serde_json::Value,
    /// Flat tensors of floats by name.
    pub tensors: HashMap<String, Vec<f32>>,
}

impl Checkpoint {
    /// A checkpoint of these tensors.
    #[must_use]
    pub fn of(state: serde_json::Value, tensors: &[(&str, &Tensor)]) -> Self {
        let host = tensors.iter().map(|(name, tensor)| ((*name).to_owned(), to_host(tensor)));
        Self { state, tensors: host.collect() }
    }

    /// Writes it: safetensors, all or nothing.
    ///
    /// # Errors
    /// [`CheckpointError::Write`].
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let bytes = self.bytes().map_err(|error| CheckpointError::Unusable {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        tuner::write_atomically(path, |file| std::io::Write::write_all(file, &bytes))?;
        Ok(())
    }

    fn bytes(&self) -> Result<Vec<u8>, safetensors::SafeTensorError> {
        let raw: Vec<(&str, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, values)| {
                (name.as_str(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
            })
            .collect();
        let views = raw
            .iter()
            .map(|(name, bytes)| {
                TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).map(|view| (*name, view))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let state = HashMap::from([(STATE_KEY.to_owned(), self.state.to_string())]);
        safetensors::serialize(views, Some(state))
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`CheckpointError`] naming the file.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let bytes = std::fs::read(path)
            .map_err(|source| CheckpointError::Read { path: path.to_owned(), source })?;
        let refuse = |reason: String| CheckpointError::Unusable { path: path.to_owned(), reason };
        let (_, head) =
            SafeTensors::read_metadata(&bytes).map_err(|error| refuse(error.to_string()))?;
        let notes = head.metadata().clone().unwrap_or_default();
        let state = notes.get(STATE_KEY).ok_or_else(|| refuse("it has no state".to_owned()))?;
        let state = serde_json::from_str(state).map_err(|error| refuse(error.to_string()))?;
        let found = SafeTensors::deserialize(&bytes).map_err(|error| refuse(error.to_string()))?;
        let mut tensors = HashMap::new();
        for (name, view) in found.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(refuse(format!("tensor {name} is {:?}, not F32", view.dtype())));
            }
            let (words, _) = view.data().as_chunks::<4>();
            tensors.insert(name, words.iter().map(|word| f32::from_le_bytes(*word)).collect());
        }
        Ok(Self { state, tensors })
    }

    /// A tensor of `count` values.
    ///
    /// # Errors
    /// [`CheckpointError::Unusable`] naming `path`, when it is missing or has another length.
    pub fn tensor(
        &self,
        name: &str,
        count: usize,
        device: Device,
        path: &Path,
    ) -> Result<Tensor, CheckpointError> {
        match self.tensors.get(name) {
            Some(values) if values.len() == count => {
                Ok(Tensor::from_slice(values).to_device(device))
            }
            found => Err(CheckpointError::Unusable {
                path: path.to_owned(),
                reason: match found {
                    Some(values) => {
                        format!("tensor {name} has {} values instead of {count}", values.len())
                    }
                    None => format!("tensor {name} is missing"),
                },
            }),
        }
    }
}
