//! Opening a camera to be tuned.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tuner::Parameter;

use super::config::CameraConfig;
use super::pipeline::CameraPipeline;
use crate::register_isp::{FoundRegistersError, RegisterError, RegisterIspConfig};

/// A camera that cannot be opened to be tuned. It is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CameraOpenError {
    /// The camera itself.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Camera(#[from] crate::v4l2::CameraError),
    /// What was found in it cannot be stored, so nothing may be written to it.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    FoundValues(#[from] crate::v4l2::FoundValuesError),
    /// There is no place to store what is found.
    #[error(
        "there is no folder to keep what is found in a camera; set HOME, or STATE_DIRECTORY to a \
         folder that survives a restart"
    )]
    NoStateDirectory,
    /// Some values could not be put back.
    #[error("{camera}: not put back:{what} they stay stored")]
    NotRestored {
        /// Identity of the camera.
        camera: String,
        /// Each control with the value wanted and the reason.
        what: String,
    },
    /// A control of the pipeline file that cannot carry its parameter.
    #[error("{}: control \"{control}\" of parameter {parameter}: {reason}", camera.display())]
    Mapping {
        /// The node.
        camera: PathBuf,
        /// Key of the control.
        control: String,
        /// The parameter.
        parameter: Parameter,
        /// What is wrong, and the way out.
        reason: String,
    },
    /// No control carries a parameter, and the software ISP supplies none.
    #[error(
        "{}: none of its controls is known to carry a parameter; map them with [[parameter]] tables, \
         or let the software ISP supply them (kind = \"v4l2+software\")",
        camera.display()
    )]
    NothingToTune {
        /// The node.
        camera: PathBuf,
    },
    /// The chip whose registers carry the parameters.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// What was found in its registers cannot be stored, so nothing may be written to them.
    #[error(transparent)]
    FoundRegisters(#[from] FoundRegistersError),
    /// Not on this operating system.
    #[error("cameras need Linux (V4L2)")]
    NotLinux,
}

#[cfg(not(target_os = "linux"))]
impl CameraPipeline {
    /// Cameras need Linux.
    ///
    /// # Errors
    /// [`CameraOpenError::NotLinux`], always.
    pub fn open(_: &CameraConfig, _: &Arc<AtomicBool>) -> Result<Self, CameraOpenError> {
        Err(CameraOpenError::NotLinux)
    }

    /// Cameras need Linux.
    ///
    /// # Errors
    /// [`CameraOpenError::NotLinux`], always.
    pub fn open_with_registers(
        _: &RegisterIspConfig,
        _: Option<String>,
        _: &Arc<AtomicBool>,
    ) -> Result<Self, CameraOpenError> {
        Err(CameraOpenError::NotLinux)
    }
}

#[cfg(target_os = "linux")]
impl CameraPipeline {
    /// Opens the camera that `config` names, for itself alone: no other program can capture from it
    /// meanwhile. What an earlier run left in it is put back first, then what is found is stored,
    /// and automatics that would fight a tune are switched off at the values that they hold.
    ///
    /// When `cancel` becomes true, the next picture ends with `PipelineError::Interrupted`.
    ///
    /// # Errors
    /// [`CameraOpenError`]; the camera is then as it was.
    pub fn open(config: &CameraConfig, cancel: &Arc<AtomicBool>) -> Result<Self, CameraOpenError> {
        use crate::camera::SettledPictures;
        use crate::v4l2::{ControlSink, FoundValuesStore, OpenCamera};

        let state = state_of(config)?;
        let store = FoundValuesStore::open(&state)?;
        let OpenCamera { camera, node, capture, .. } = OpenCamera::open(config)?;
        let mut notices = Vec::new();
        let sink = ControlSink::open(node, &camera.identity, config, store, &mut notices)?;
        let device = camera.node.display().to_string();
        let pictures =
            SettledPictures::new(device, capture, config.frame_timeout, Arc::clone(cancel));
        let name = format!("{} ({})", camera.name, camera.identity);
        let gpio = gpio_of(config, &mut notices);
        let opened = Self::new(name, notices, Box::new(sink), Box::new(pictures), &config.software);
        Ok(opened.with_gpio(gpio).with_identity(camera.identity))
    }

    /// As [`Self::open`] for a camera whose parameters are registers of a chip on I2C; `camera`
    /// names another one than the map. Controls of the camera itself are left alone.
    ///
    /// # Errors
    /// As [`Self::open`], and [`CameraOpenError::Register`] when the chip is absent, another one, or
    /// does not answer.
    pub fn open_with_registers(
        config: &RegisterIspConfig,
        camera: Option<String>,
        cancel: &Arc<AtomicBool>,
    ) -> Result<Self, CameraOpenError> {
        use crate::camera::SettledPictures;
        use crate::register_isp::{FoundRegistersStore, RegisterSink};
        use crate::v4l2::OpenCamera;

        let state = state_of(&config.camera)?;
        let store = FoundRegistersStore::open(&state)?;
        let mut source = config.camera.clone();
        if camera.is_some() {
            source.camera = camera;
        }
        let OpenCamera { camera, capture, .. } = OpenCamera::open(&source)?;
        let mut notices = Vec::new();
        let sink = RegisterSink::open(config.clone(), store, &mut notices)?;
        let name = format!("{} behind {} ({})", config.place, camera.name, camera.identity);
        let device = camera.node.display().to_string();
        let timeout = source.frame_timeout;
        let pictures = SettledPictures::new(device, capture, timeout, Arc::clone(cancel));
        let gpio = gpio_of(&source, &mut notices);
        let identity = format!("{} behind {}", config.place, camera.identity);
        let opened = Self::new(name, notices, Box::new(sink), Box::new(pictures), &source.software);
        Ok(opened.with_gpio(gpio).with_identity(identity))
    }
}

#[cfg(target_os = "linux")]
fn state_of(config: &CameraConfig) -> Result<PathBuf, CameraOpenError> {
    let usual = || crate::state_directory("/".as_ref());
    config.state.clone().or_else(usual).ok_or(CameraOpenError::NoStateDirectory)
}

/// The light and the lamp; a button starts tunes of a service, and this one is running already.
#[cfg(target_os = "linux")]
fn gpio_of(config: &CameraConfig, notices: &mut Vec<String>) -> crate::gpio::Gpio {
    let lines = crate::gpio::GpioConfig { button: None, ..config.gpio };
    let (gpio, notice) = crate::gpio::Gpio::open(&lines, || {});
    notices.extend(notice);
    gpio
}
