//! One file with the values found in one camera.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::control::Snapshot;
use super::FoundValuesError;

/// Raised when older versions of isptune would misunderstand the file.
const VERSION: u32 = 1;

/// A camera has at most a few hundred controls of 80 bytes each.
const LARGEST_FILE: u64 = 1 << 20;

const HEAD: &str = "\
# Values of this camera's controls before isptune changed any of them. isptune restores them when
# it stops, also after a crash, and then removes this file.
";

/// The values found in one camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundValues {
    /// The camera's identity.
    pub identity: String,
    /// The camera's name, for people.
    pub name: String,
    /// The values.
    pub snapshot: Snapshot,
}

/// Keys that are not here are ignored: a later version may add some.
#[derive(Serialize, Deserialize)]
struct Text {
    version: u32,
    identity: String,
    #[serde(default)]
    name: String,
    #[serde(flatten)]
    snapshot: Snapshot,
}

/// Why a file says nothing.
pub(super) enum Unreadable {
    /// It could not be read.
    Io(io::Error),
    /// What was read makes no sense.
    Content(String),
}

impl FoundValues {
    pub(super) fn to_text(&self) -> Result<String, FoundValuesError> {
        let text = Text {
            version: VERSION,
            identity: self.identity.clone(),
            name: self.name.clone(),
            snapshot: self.snapshot.clone(),
        };
        let body = toml::to_string(&text).map_err(|error| FoundValuesError::Unstorable {
            identity: self.identity.clone(),
            reason: error.to_string(),
        })?;
        Ok(format!("{HEAD}{body}"))
    }
}

pub(super) fn read(file: &Path) -> Result<FoundValues, Unreadable> {
    // Opening a pipe would wait for a writer.
    if !fs::metadata(file).map_err(Unreadable::Io)?.is_file() {
        return Err(Unreadable::Content("it is no ordinary file".to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|opened| opened.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(Unreadable::Io)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(Unreadable::Content(format!("it is larger than {LARGEST_FILE} bytes")));
    }
    parse(&bytes).map_err(Unreadable::Content)
}

fn parse(bytes: &[u8]) -> Result<FoundValues, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("it is no text: {error}"))?;
    let Text { version, identity, name, snapshot } =
        toml::from_str(text).map_err(|error| error.to_string())?;
    if version != VERSION {
        return Err(format!(
            "it has version {version}, this isptune knows {VERSION}; restore with the isptune \
             that wrote it"
        ));
    }
    Ok(FoundValues { identity, name, snapshot })
}
