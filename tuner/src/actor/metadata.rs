//! What a model file says about itself.

use tract_onnx::pb::StringStringEntryProto;

use super::error::quoted;
use super::{ModelFlaw, Representation};
use crate::Parameter;

/// Version of the file format: metadata keys, operators, layout of weights.
pub const MODEL_FORMAT_VERSION: u32 = 1;

const FORMAT: &str = "isptune.format";
const REPRESENTATION: &str = "isptune.representation";
const OBSERVATION: &str = "isptune.observation";
const PARAMETERS: &str = "isptune.parameters";
const COMMAND: &str = "isptune.command";
const COMMIT: &str = "isptune.commit";
const FIGURES: &str = "isptune.figures";
const KEYS: [&str; 7] = [FORMAT, REPRESENTATION, OBSERVATION, PARAMETERS, COMMAND, COMMIT, FIGURES];

/// Bytes that one value may have.
const LONGEST_VALUE: usize = 8192;

/// Where a model comes from, in words: shown to people, trusted by nothing. Each text has at most
/// 8192 bytes and no control characters except line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// The command that trained it.
    pub command: String,
    /// The commit of the program that trained it.
    pub commit: String,
    /// What was measured with it, each figure with its conditions.
    pub figures: String,
}

impl Provenance {
    /// The metadata entries of a model file of this kind: file format, representation, observation
    /// version, parameter order and ranges of this isptune, and where it comes from.
    #[must_use]
    pub fn to_entries(&self, kind: Representation) -> Vec<(&'static str, String)> {
        vec![
            (FORMAT, MODEL_FORMAT_VERSION.to_string()),
            (REPRESENTATION, kind.name().to_owned()),
            (OBSERVATION, kind.version().to_string()),
            (PARAMETERS, parameter_table()),
            (COMMAND, self.command.clone()),
            (COMMIT, self.commit.clone()),
            (FIGURES, self.figures.clone()),
        ]
    }

    /// Reads the entries of a file of one of these kinds, with its kind, and refuses those of a model
    /// that would misunderstand us.
    pub(super) fn of_entries(
        entries: &[StringStringEntryProto],
        kinds: &[Representation],
    ) -> Result<(Self, Representation), ModelFlaw> {
        for (place, entry) in entries.iter().enumerate() {
            let key = quoted(&entry.key);
            if !KEYS.contains(&entry.key.as_str()) {
                return Err(ModelFlaw::Metadata(format!("has the unknown entry {key}")));
            }
            if entries.iter().take(place).any(|earlier| earlier.key == entry.key) {
                return Err(ModelFlaw::Metadata(format!("has the entry {key} twice")));
            }
            if entry.value.len() > LONGEST_VALUE {
                let size = entry.value.len();
                return Err(ModelFlaw::Metadata(format!("entry {key} has {size} bytes")));
            }
            if entry.value.chars().any(|c| c.is_control() && c != '\n') {
                return Err(ModelFlaw::Metadata(format!("entry {key} has control characters")));
            }
        }
        let value = |key: &str| -> Result<&str, ModelFlaw> {
            let entry = entries.iter().find(|entry| entry.key == key);
            let missing = || ModelFlaw::Metadata(format!("lacks the entry {key:?}"));
            entry.map(|entry| entry.value.as_str()).ok_or_else(missing)
        };
        let found = value(FORMAT)?;
        if found != MODEL_FORMAT_VERSION.to_string() {
            return Err(ModelFlaw::Format { found: quoted(found), expected: MODEL_FORMAT_VERSION });
        }
        let found = value(REPRESENTATION)?;
        let expected = kinds.first().copied().unwrap_or(Representation::Residual);
        let kind = match Representation::of_name(found) {
            Some(kind) if kinds.contains(&kind) => kind,
            Some(found) => return Err(ModelFlaw::OtherKind { found, expected }),
            None => {
                let found = found.chars().take(40).collect();
                return Err(ModelFlaw::Representation { found, expected: expected.name() });
            }
        };
        let found = value(OBSERVATION)?;
        if found != kind.version().to_string() {
            let (found, expected) = (quoted(found), kind.version());
            return Err(ModelFlaw::Observation { found, expected });
        }
        let (found, expected) = (value(PARAMETERS)?, parameter_table());
        if found != expected {
            return Err(ModelFlaw::Parameters {
                found: found.chars().take(300).collect(),
                expected,
            });
        }
        let provenance = Self {
            command: value(COMMAND)?.to_owned(),
            commit: value(COMMIT)?.to_owned(),
            figures: value(FIGURES)?.to_owned(),
        };
        Ok((provenance, kind))
    }
}

/// The parameters in the order of the network's outputs, with their canonical ranges.
fn parameter_table() -> String {
    Parameter::ALL.map(|parameter| format!("{parameter} -1..1")).join(", ")
}
