//! What a pipeline file says about a camera.

use std::path::PathBuf;
use std::time::Duration;

use tuner::{Parameter, ParameterInfo};

use super::effect::Effect;
use crate::gpio::GpioConfig;
use crate::pixel_format::PixelFormat;

/// A camera with the controls that carry the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraConfig {
    /// Node, name or identity; `None` means the only camera there is.
    pub camera: Option<String>,
    /// Pixel format; chosen by preference where there is none.
    pub pixel_format: Option<PixelFormat>,
    /// Width and height in pixels; chosen by preference where there is none.
    pub size: Option<[u32; 2]>,
    /// Frames per second; chosen by preference where there is none.
    pub rate: Option<f64>,
    /// How long to wait for a frame.
    pub frame_timeout: Duration,
    /// Which control carries which parameter, in canonical order; empty where the device decides.
    pub mapping: Vec<ControlMapping>,
    /// Parameters that the software ISP supplies behind the camera.
    pub software: SoftwareStage,
    /// Status light and lamp, and the button of a service.
    pub gpio: GpioConfig,
    /// Folder of the state, where what is found in the camera is stored; the usual one where there
    /// is none.
    pub state: Option<PathBuf>,
}

/// One parameter of a camera as a pipeline file maps it.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlMapping {
    /// Parameter, key of the control, native range, curve and neutral value.
    pub info: ParameterInfo,
    /// What the control does to the picture.
    pub effect: Effect,
}

/// Which parameters the software ISP supplies behind a camera.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SoftwareStage {
    /// None: the picture is the camera's.
    #[default]
    Off,
    /// Those that no control carries.
    Missing,
    /// These.
    These(Vec<Parameter>),
}

impl CameraConfig {
    /// How long to wait for a frame where nobody says: a camera at one frame a second is on time.
    pub const FRAME_TIMEOUT: Duration = Duration::from_secs(3);
}

impl Default for CameraConfig {
    fn default() -> Self {
        Self {
            camera: None,
            pixel_format: None,
            size: None,
            rate: None,
            frame_timeout: Self::FRAME_TIMEOUT,
            mapping: Vec::new(),
            software: SoftwareStage::Off,
            gpio: GpioConfig::default(),
            state: None,
        }
    }
}

impl SoftwareStage {
    /// The parameters that the stage supplies where controls carry `mapped`, in canonical order.
    #[must_use]
    pub fn parameters(&self, mapped: &[Parameter]) -> Vec<Parameter> {
        let wanted = |parameter: &Parameter| match self {
            Self::Off => false,
            Self::Missing => true,
            Self::These(these) => these.contains(parameter),
        };
        let missing = |parameter: &Parameter| !mapped.contains(parameter);
        Parameter::ALL.into_iter().filter(|each| wanted(each) && missing(each)).collect()
    }

    /// The entries of controls and of the software ISP behind them, in canonical order.
    #[must_use]
    pub fn with_software(&self, mut mapped: Vec<ParameterInfo>) -> Vec<ParameterInfo> {
        let carried: Vec<Parameter> = mapped.iter().map(|info| info.parameter).collect();
        mapped.extend(self.parameters(&carried).into_iter().map(|parameter| ParameterInfo {
            // A control may have the parameter's name.
            key: format!("software.{parameter}"),
            ..ParameterInfo::canonical(parameter)
        }));
        mapped.sort_by_key(|info| info.parameter);
        mapped
    }
}
