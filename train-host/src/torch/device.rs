//! Where tensors live.

use tch::{Cuda, Device};

/// Why a device cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// Not a device that there is.
    #[error("\"{0}\" is no device: cpu or cuda")]
    Unknown(String),
    /// CUDA was asked for and is missing.
    #[error(
        "CUDA was asked for and is not there: this libtorch has no CUDA part (libtorch_cuda.so \
         beside libtorch_cpu.so), or the driver shows no GPU; use --device cpu"
    )]
    NoCuda,
}

/// The device of this name, `cpu` or `cuda`.
///
/// # Errors
/// [`DeviceError`] when it is neither, or when CUDA is missing: never a silent run on the CPU.
pub fn device(name: &str) -> Result<Device, DeviceError> {
    match name {
        "cpu" => Ok(Device::Cpu),
        "cuda" if Cuda::is_available() => Ok(Device::Cuda(0)),
        "cuda" => Err(DeviceError::NoCuda),
        other => Err(DeviceError::Unknown(other.to_owned())),
    }
}
