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
    /// Flat tensors of bytes by name.
    pub bytes: HashMap<String, Vec<u8>>,
}

impl Checkpoint {
    /// A checkpoint of these tensors.
    #[must_use]
    pub fn of(state: serde_json::Value, tensors: &[(&str, &Tensor)]) -> Self {
        let host = tensors.iter().map(|(name, tensor)| ((*name).to_owned(), to_host(tensor)));
        Self { state, tensors: host.collect(), bytes: HashMap::new() }
    }

    /// Writes it: safetensors, all or nothing.
    ///
    /// # Errors
    /// [`CheckpointError::Write`].
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let bytes = self.file().map_err(|error| CheckpointError::Unusable {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        tuner::write_atomically(path, |file| std::io::Write::write_all(file, &bytes))?;
        Ok(())
    }

    fn file(&self) -> Result<Vec<u8>, safetensors::SafeTensorError> {
        let raw: Vec<(&str, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, values)| {
                (name.as_str(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
            })
            .collect();
        let floats = raw.iter().map(|(name, bytes)| (*name, Dtype::F32, bytes.len() / 4, bytes));
        let plain = self.bytes.iter();
        let plain = plain.map(|(name, bytes)| (name.as_str(), Dtype::U8, bytes.len(), bytes));
        let views = floats
            .chain(plain)
            .map(|(name, kind, count, bytes)| {
                TensorView::new(kind, vec![count], bytes).map(|view| (name, view))
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
        let (mut tensors, mut plain) = (HashMap::new(), HashMap::new());
        for (name, view) in found.tensors() {
            match view.dtype() {
                Dtype::F32 => {
                    let (words, _) = view.data().as_chunks::<4>();
                    let values = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
                    tensors.insert(name, values);
                }
                Dtype::U8 => {
                    plain.insert(name, view.data().to_vec());
                }
                other => return Err(refuse(format!("tensor {name} is {other:?}, not F32 or U8"))),
            }
        }
        Ok(Self { state, tensors, bytes: plain })
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
