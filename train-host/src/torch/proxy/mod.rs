//! Differentiable stand-ins for a pipeline, the baselines of the paper (Wu et al., NeurIPS 2024,
//! section 4): networks that are trained to give the pipeline's picture, through which parameters
//! are then found by descent.

mod cascaded;
mod descent;
mod monolithic;
mod simulator;
#[cfg(test)]
mod tests;
mod training;

pub use descent::ProxyDescent;
pub use simulator::ProxySimulator;
pub use training::{ProxyOptions, ProxyReport, ProxyTraining};

use std::path::Path;

use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};
use tuner::{Parameter, Planes};

use super::checkpoint::{Checkpoint, CheckpointError};
use super::policy::to_host;

/// How a proxy is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyKind {
    /// One U-Net, the parameters as planes beside the picture (Tseng et al., 2019).
    Monolithic,
    /// A small network for each operation, one after the other (Tseng et al., 2022).
    Cascaded,
}

/// A trained proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// How it is built.
    pub kind: ProxyKind,
    /// Flat weights, in the order of [`ProxyKind::shapes`].
    weights: Vec<f32>,
}

/// Everything of a proxy that is no tensor.
#[derive(Serialize, Deserialize)]
struct State {
    proxy: ProxyKind,
    iterations: u64,
}

impl ProxyKind {
    /// Shapes of all weights: for each convolution the kernel, then the bias.
    #[must_use]
    pub fn shapes(self) -> Vec<Vec<i64>> {
        let kernels = match self {
            Self::Monolithic => monolithic::kernels(),
            Self::Cascaded => cascaded::kernels(),
        };
        kernels
            .into_iter()
            .flat_map(|[outputs, inputs, side]| [vec![outputs, inputs, side, side], vec![outputs]])
            .collect()
    }

    /// The flat weights in pieces: views, which follow every update.
    fn cut(self, weights: &Tensor) -> Vec<Tensor> {
        let shapes = self.shapes();
        let sizes: Vec<i64> = shapes.iter().map(|shape| shape.iter().product()).collect();
        let pieces = weights.split_with_sizes(sizes, 0);
        pieces.into_iter().zip(shapes).map(|(piece, shape)| piece.view(&shape[..])).collect()
    }

    /// Pictures (n × 3 × h × w) that the pipeline would make of `pictures` with `params` (n × 9).
    fn forward(self, pieces: &[Tensor], pictures: &Tensor, params: &Tensor) -> Tensor {
        let mut layers = Layers(pieces.chunks(2));
        match self {
            Self::Monolithic => monolithic::forward(&mut layers, pictures, params),
            Self::Cascaded => cascaded::forward(&mut layers, pictures, params),
        }
    }
}

impl Proxy {
    /// Writes it.
    ///
    /// # Errors
    /// [`CheckpointError::Write`].
    pub fn save(&self, iterations: u64, path: &Path) -> Result<(), CheckpointError> {
        let state = State { proxy: self.kind, iterations };
        let state = serde_json::to_value(state).unwrap_or_default();
        let mut checkpoint = Checkpoint::of(state, &[]);
        checkpoint.tensors.insert("weights".to_owned(), self.weights.clone());
        checkpoint.save(path)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`CheckpointError`] when the file is no proxy.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let saved = Checkpoint::load(path)?;
        let state: State = serde_json::from_value(saved.state.clone()).map_err(|error| {
            CheckpointError::Unusable { path: path.to_owned(), reason: error.to_string() }
        })?;
        let kind = state.proxy;
        let count: i64 = kind.shapes().iter().map(|shape| shape.iter().product::<i64>()).sum();
        let weights = saved.tensor("weights", count as usize, Device::Cpu, path)?;
        Ok(Self { kind, weights: to_host(&weights) })
    }

    /// The weights in pieces.
    fn pieces(&self) -> Vec<Tensor> {
        self.kind.cut(&Tensor::from_slice(&self.weights))
    }
}

/// Convolutions in the order of their use: kernel and bias.
struct Layers<'a>(std::slice::Chunks<'a, Tensor>);

impl Layers<'_> {
    /// The next convolution of `values`, which keeps their size.
    fn convolve(&mut self, values: &Tensor) -> Tensor {
        let Some([kernel, bias]) = self.0.next() else { return values.shallow_clone() };
        let padding = kernel.size().last().map_or(0, |side| side / 2);
        values.conv2d(kernel, Some(bias), [1, 1], [padding; 2], [1, 1], 1)
    }
}

/// Planes of the parameters (n × k × h × w), as large as `pictures`.
fn planes_of(params: &Tensor, pictures: &Tensor) -> Tensor {
    let size = pictures.size();
    let [.., height, width] = size.as_slice() else { return params.shallow_clone() };
    params.unsqueeze(2).unsqueeze(3).expand([-1, -1, *height, *width], false)
}

/// A picture as a tensor, 1 × 3 × h × w.
fn tensor_of(picture: &Planes) -> Tensor {
    let (width, height) = (picture.width() as i64, picture.height() as i64);
    let values = picture.channels().concat();
    Tensor::from_slice(&values).view([1, 3, height, width])
}

/// Vectors of parameters as a tensor, n × 9.
fn params_of(params: impl Iterator<Item = [f64; Parameter::COUNT]>) -> Tensor {
    let values: Vec<f32> = params.flatten().map(|value| value as f32).collect();
    Tensor::from_slice(&values).view([-1, Parameter::COUNT as i64])
}

/// The only picture of a tensor 1 × 3 × h × w, moved into [0, 1].
fn picture_of(tensor: &Tensor, width: usize, height: usize) -> Planes {
    let values = to_host(&tensor.clamp(0.0, 1.0));
    let mut planes = values.chunks(width * height).map(<[f32]>::to_vec);
    let channels = [(); 3].map(|()| planes.next().unwrap_or_default());
    Planes::new(width, height, channels).unwrap_or_else(|| Planes::black(width, height))
}
