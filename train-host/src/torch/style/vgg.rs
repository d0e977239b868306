//! The first four blocks of VGG-19: Simonyan and Zisserman, "Very deep convolutional networks for
//! large-scale image recognition", ICLR 2015, configuration E, as torchvision numbers its layers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use half::f16;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use safetensors::tensor::{Dtype, SafeTensors};
use tch::{Device, Kind, Tensor, no_grad};
use tuner::Planes;

/// The convolutions up to `relu4_1`: torchvision's number in `features`, channels in and out.
const CONVOLUTIONS: [(usize, i64, i64); 9] = [
    (0, 3, 64),
    (2, 64, 64),
    (5, 64, 128),
    (7, 128, 128),
    (10, 128, 256),
    (12, 256, 256),
    (14, 256, 256),
    (16, 256, 256),
    (19, 256, 512),
];
/// Convolutions behind a pooling of 2 × 2.
const POOLED: [usize; 3] = [5, 10, 19];
/// Convolutions whose rectified outputs are handed out: `relu1_1`, `relu2_1`, `relu3_1`, `relu4_1`.
const TAPPED: [usize; 4] = [0, 5, 10, 19];
/// Mean and standard deviation that torchvision's weights expect their input to be normalised by.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// Pictures have at least this side: three poolings must leave something.
pub const LEAST_SIDE: usize = 8;

/// Why there is no network.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VggError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error(
        "{}: {reason}; wanted are the weights of torchvision's vgg19 (features.0.weight, …) as \
         .safetensors, or as .pth in PyTorch's zip format", path.display()
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Rectified outputs of four layers for one picture, each c × h × w.
#[derive(Debug)]
pub struct VggFeatures(pub Vec<Tensor>);

/// The network, without gradients.
#[derive(Debug)]
pub struct Vgg {
    /// Kernel and bias of each convolution.
    convolutions: Vec<(Tensor, Tensor)>,
    /// Where its weights come from, for tables.
    origin: String,
}

impl Vgg {
    /// The weights of a file in torchvision's naming: `.safetensors` (32- or 16-bit floats), anything
    /// else as a PyTorch state dictionary in zip format, which libtorch reads.
    ///
    /// # Errors
    /// [`VggError`] naming the file, and the tensor where one is missing or of another shape.
    pub fn load(path: &Path) -> Result<Self, VggError> {
        let safe = path.extension().is_some_and(|kind| kind == "safetensors");
        let mut tensors = if safe { safetensors_of(path)? } else { pickled(path)? };
        let refuse = |reason: String| VggError::Unusable { path: path.to_owned(), reason };
        let mut take = |name: String, shape: &[i64]| {
            let found = tensors.remove(&name);
            let found = found.ok_or_else(|| refuse(format!("it has no tensor {name}")))?;
            if found.size() != shape {
                let size = found.size();
                return Err(refuse(format!("{name} has the shape {size:?}, not {shape:?}")));
            }
            Ok(found.to_kind(Kind::Float))
        };
        let convolutions = CONVOLUTIONS
            .iter()
            .map(|(number, inputs, outputs)| {
                let kernel = take(format!("features.{number}.weight"), &[*outputs, *inputs, 3, 3])?;
                Ok((kernel, take(format!("features.{number}.bias"), &[*outputs])?))
            })
            .collect::<Result<_, VggError>>()?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self { convolutions, origin: format!("the weights of {name}") })
    }

    /// Random weights, normal with a variance of 2 over the inputs (He, Zhang, Ren and Sun, 2015),
    /// biases 0: what stands in where no trained weights are at hand. Such a network measures
    /// textures and colours too, but not as the trained one does, so every table has to name it.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let convolutions = CONVOLUTIONS.iter().map(|(_, inputs, outputs)| {
            let scale = (2.0 / (*inputs as f32 * 9.0)).sqrt();
            let count = usize::try_from(inputs * outputs * 9).unwrap_or(0);
            let deviates = (&mut random).sample_iter(StandardNormal).take(count);
            let kernel: Vec<f32> = deviates.map(|deviate: f32| scale * deviate).collect();
            let kernel = Tensor::from_slice(&kernel).view([*outputs, *inputs, 3, 3]);
            (kernel, Tensor::zeros([*outputs], (Kind::Float, Device::Cpu)))
        });
        Self {
            convolutions: convolutions.collect(),
            origin: format!("random weights, seed {seed}"),
        }
    }

    /// The file's weights, or random ones without a file.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn of(path: Option<&Path>, seed: u64) -> Result<Self, VggError> {
        path.map_or_else(|| Ok(Self::random(seed)), Self::load)
    }

    /// Where its weights come from, for tables: "random weights, seed 0" where they are not VGG's.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `relu1_1`, `relu2_1`, `relu3_1` and `relu4_1` of a display-referred picture of at least 8 × 8
    /// pixels; `None` for a smaller one.
    #[must_use]
    pub fn features(&self, picture: &Planes) -> Option<VggFeatures> {
        if picture.width().min(picture.height()) < LEAST_SIDE {
            return None;
        }
        let mut samples = Vec::with_capacity(3 * picture.pixel_count());
        for ((channel, mean), deviation) in picture.channels().into_iter().zip(MEAN).zip(DEVIATION)
        {
            samples.extend(channel.iter().map(|value| (value - mean) / deviation));
        }
        let size = [1, 3, picture.height() as i64, picture.width() as i64];
        let mut values = Tensor::from_slice(&samples).view(size);
        let mut tapped = Vec::with_capacity(TAPPED.len());
        no_grad(|| {
            for ((number, ..), (kernel, bias)) in CONVOLUTIONS.iter().zip(&self.convolutions) {
                if POOLED.contains(number) {
                    values = values.max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false);
                }
                values = values.conv2d(kernel, Some(bias), [1, 1], [1, 1], [1, 1], 1).relu();
                if TAPPED.contains(number) {
                    tapped.push(values.squeeze_dim(0));
                }
            }
        });
        Some(VggFeatures(tapped))
    }
}

fn safetensors_of(path: &Path) -> Result<HashMap<String, Tensor>, VggError> {
    let bytes =
        std::fs::read(path).map_err(|source| VggError::Read { path: path.to_owned(), source })?;
    let refuse = |reason: String| VggError::Unusable { path: path.to_owned(), reason };
    let file = SafeTensors::deserialize(&bytes).map_err(|error| refuse(error.to_string()))?;
    let mut tensors = HashMap::new();
    for (name, view) in file.tensors().into_iter().filter(|(name, _)| wanted(name)) {
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => {
                view.data().as_chunks::<4>().0.iter().map(|w| f32::from_le_bytes(*w)).collect()
            }
            Dtype::F16 => {
                let halves = view.data().as_chunks::<2>().0.iter();
                halves.map(|word| f16::from_le_bytes(*word).to_f32()).collect()
            }
            other => return Err(refuse(format!("{name} is {other:?}, not F32 or F16"))),
        };
        let shape: Vec<i64> = view.shape().iter().map(|side| *side as i64).collect();
        tensors.insert(name, Tensor::from_slice(&values).view(&shape[..]));
    }
    Ok(tensors)
}

fn pickled(path: &Path) -> Result<HashMap<String, Tensor>, VggError> {
    // libtorch's own message for a missing file does not say so.
    std::fs::File::open(path).map_err(|source| VggError::Read { path: path.to_owned(), source })?;
    let read = Tensor::loadz_multi(path).map_err(|error| {
        let reason = error.to_string().lines().next().unwrap_or_default().to_owned();
        VggError::Unusable { path: path.to_owned(), reason }
    })?;
    Ok(read.into_iter().filter(|(name, _)| wanted(name)).collect())
}

fn wanted(name: &str) -> bool {
    CONVOLUTIONS.iter().any(|(number, ..)| {
        let rest =
            name.strip_prefix("features.").and_then(|rest| rest.strip_prefix(&number.to_string()));
        matches!(rest, Some(".weight" | ".bias"))
    })
}

#[cfg(test)]
mod tests;
