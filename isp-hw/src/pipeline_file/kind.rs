//! The key `kind`, and which other keys go with it.

use std::path::Path;

use tuner::{Axis, ExtraParameter, Limits, Parameter, ParameterInfo};

use super::command_keys::EXTRA_KEY;
use super::{Kind, PipelineFileError, camera_keys, command_keys, i2c_keys, limit_keys, raw_keys};
use crate::camera::SoftwareStage;
use crate::strict_toml::{StrictError, Table};
use crate::{PaperIsp, Renderer, SoftwareIsp, Transfer};

const COMMON_KEYS: [&str; 3] = ["kind", "lock", "limits"];
const SOFTWARE_KEYS: [&str; 5] =
    ["input_encoding", "raw_format", "raw_size", "black_level", "white_level"];

#[derive(Clone, Copy)]
enum Name {
    Software,
    Paper,
    Command,
    Camera { has_software: bool },
    I2c,
}

const NAMES: [(&str, Name); 6] = [
    ("software", Name::Software),
    ("paper", Name::Paper),
    ("command", Name::Command),
    ("v4l2", Name::Camera { has_software: false }),
    ("v4l2+software", Name::Camera { has_software: true }),
    ("i2c", Name::I2c),
];

/// Reads the whole file.
pub(super) fn read(
    root: &Table<'_>,
    folder: &Path,
    read_template: &dyn Fn(&Path) -> Result<String, PipelineFileError>,
) -> Result<(Kind, Limits, Vec<Axis>), PipelineFileError> {
    let with = |keys: &[&'static str]| [&COMMON_KEYS[..], keys].concat();
    let Some(kind) = root.get("kind") else {
        // A slip in the key itself is better told as such than as a missing key.
        let mut keys =
            [with(&SOFTWARE_KEYS), command_keys::KEYS.to_vec(), i2c_keys::KEYS.to_vec()].concat();
        keys.sort_unstable();
        keys.dedup();
        root.only(&keys)?;
        return Err(root.error("missing key \"kind\"").into());
    };
    let name = kind.choice(&NAMES)?;
    if let Some(extra) = root.get(EXTRA_KEY)
        && !matches!(name, Name::Command)
    {
        let what = "[[extra]] tables need kind = \"command\": only an external program has \
                    parameters beside the nine";
        return Err(extra.key_error(what).into());
    }
    let kind = match name {
        Name::Software => {
            root.only(&with(&SOFTWARE_KEYS))?;
            Kind::Software { transfer: transfer(root)?, raw: raw_keys::read(root)? }
        }
        Name::Paper => {
            root.only(&with(&[]))?;
            Kind::Paper
        }
        Name::Camera { has_software } => {
            root.only(&with(&camera_keys::KEYS))?;
            let stage = if has_software { SoftwareStage::Missing } else { SoftwareStage::Off };
            Kind::Camera(camera_keys::read(root, stage)?)
        }
        Name::Command => {
            root.only(&with(&command_keys::KEYS))?;
            Kind::Command(command_keys::read(root, folder, read_template)?)
        }
        Name::I2c => {
            root.only(&with(&i2c_keys::KEYS))?;
            Kind::I2c(i2c_keys::read(root)?)
        }
    };
    let mut parameters = kind.parameters();
    if parameters.is_empty() {
        // Which of them there are is seen when the camera is opened.
        parameters = Parameter::ALL.map(ParameterInfo::canonical).to_vec();
    }
    let (limits, locked) = limit_keys::read(root, &parameters, kind.extra_parameters())?;
    Ok((kind, limits, locked))
}

fn transfer(root: &Table<'_>) -> Result<Transfer, StrictError> {
    let choices = [("srgb", Transfer::Srgb), ("linear", Transfer::Linear)];
    root.get("input_encoding").map_or(Ok(Transfer::default()), |value| value.choice(&choices))
}

impl Kind {
    /// What a pipeline of this kind has beside the nine.
    pub(super) fn extra_parameters(&self) -> &[ExtraParameter] {
        match self {
            Self::Command(config) => &config.extras,
            _ => &[],
        }
    }

    /// The parameters of a pipeline of this kind, in canonical order; none of a camera whose
    /// controls are chosen when it is opened.
    pub(super) fn parameters(&self) -> Vec<ParameterInfo> {
        match self {
            Self::Software { .. } => SoftwareIsp::default().parameters().to_vec(),
            Self::Paper => PaperIsp::default().parameters().to_vec(),
            Self::Command(config) => config.parameters.clone(),
            Self::Camera(config) if config.mapping.is_empty() => Vec::new(),
            Self::Camera(config) => {
                let mapped = config.mapping.iter().map(|mapped| mapped.info.clone()).collect();
                config.software.with_software(mapped)
            }
            Self::I2c(config) => {
                config.parameters.iter().map(|parameter| parameter.info.clone()).collect()
            }
        }
    }
}
