//! The key `kind`, and which other keys go with it.

use std::path::Path;

use tuner::{Limits, Parameter, ParameterInfo};

use super::{Kind, PipelineFileError, command_keys, limit_keys};
use crate::Transfer;
use crate::strict_toml::{StrictError, Table};

const COMMON_KEYS: [&str; 3] = ["kind", "lock", "limits"];
const SOFTWARE_KEYS: [&str; 1] = ["input_encoding"];

#[derive(Clone, Copy)]
enum Name {
    Software,
    Paper,
    Command,
    Later,
}

const NAMES: [(&str, Name); 5] = [
    ("software", Name::Software),
    ("paper", Name::Paper),
    ("command", Name::Command),
    ("v4l2", Name::Later),
    ("i2c", Name::Later),
];

/// Reads the whole file.
pub(super) fn read(
    root: &Table<'_>,
    folder: &Path,
    read_template: &dyn Fn(&Path) -> Result<String, PipelineFileError>,
) -> Result<(Kind, Limits), PipelineFileError> {
    let with = |keys: &[&'static str]| [&COMMON_KEYS[..], keys].concat();
    let Some(kind) = root.get("kind") else {
        // A slip in the key itself is better told as such than as a missing key.
        root.only(&[with(&SOFTWARE_KEYS), command_keys::KEYS.to_vec()].concat())?;
        return Err(root.error("missing key \"kind\"").into());
    };
    let name = kind.choice(&NAMES)?;
    let kind = match name {
        Name::Later => {
            let what = format!(
                "kind \"{}\" is not in this version of isptune; use \"software\", \"paper\" or \
                 \"command\"",
                kind.string()?
            );
            return Err(kind.error(what).into());
        }
        Name::Software => {
            root.only(&with(&SOFTWARE_KEYS))?;
            Kind::Software { transfer: transfer(root)? }
        }
        Name::Paper => {
            root.only(&with(&[]))?;
            Kind::Paper
        }
        Name::Command => {
            root.only(&with(&command_keys::KEYS))?;
            Kind::Command(command_keys::read(root, folder, read_template)?)
        }
    };
    let limits = limit_keys::read(root, &parameters(&kind))?;
    Ok((kind, limits))
}

fn transfer(root: &Table<'_>) -> Result<Transfer, StrictError> {
    let choices = [("srgb", Transfer::Srgb), ("linear", Transfer::Linear)];
    root.get("input_encoding").map_or(Ok(Transfer::default()), |value| value.choice(&choices))
}

/// The parameters of a pipeline of this kind.
fn parameters(kind: &Kind) -> Vec<ParameterInfo> {
    match kind {
        Kind::Software { .. } | Kind::Paper => {
            Parameter::ALL.into_iter().map(ParameterInfo::canonical).collect()
        }
        Kind::Command(config) => config.parameters.clone(),
    }
}
