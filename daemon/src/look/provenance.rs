//! Where a look comes from.

use serde::{Deserialize, Serialize};

/// Longest text of a provenance in bytes; file names are shorter.
const LONGEST_TEXT: usize = 4096;
/// Texts of a provenance at most.
const MOST_TEXTS: usize = 1024;

/// Where a look comes from, when it was made and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// What it was made of.
    pub source: LookSource,
    /// When the look was made, in UTC as RFC 3339 has it.
    pub created_at: String,
    /// Program and version that made it.
    pub program: String,
    /// Reasons for which the goal would have been refused, had nobody insisted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forced: Vec<String>,
}

/// What a look was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LookSource {
    /// A picture file.
    Picture {
        /// The file, as it was given.
        file: String,
    },
    /// The file of a policy of taste, which has no goal picture.
    Model {
        /// The file, as it was given.
        file: String,
    },
    /// Several picture files, averaged.
    Frames {
        /// The files, as they were given.
        files: Vec<String>,
    },
    /// A camera, as it stood.
    Camera {
        /// What tells it apart for good.
        identity: String,
        /// Its name, for people.
        name: String,
    },
}

impl LookSource {
    /// The source in a few words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Picture { file } | Self::Model { file } => file.clone(),
            Self::Frames { files } => match files.first() {
                Some(first) => format!("{} frames, the first {first}", files.len()),
                None => "no frames".to_owned(),
            },
            Self::Camera { identity, name } => format!("{name} ({identity})"),
        }
    }

    /// The source without what no file of a look may hold: control characters, endless names.
    pub(super) fn tidied(self) -> Self {
        match self {
            Self::Picture { file } => Self::Picture { file: tidied(&file) },
            Self::Model { file } => Self::Model { file: tidied(&file) },
            Self::Frames { files } => {
                let files = files.iter().take(MOST_TEXTS / 2);
                Self::Frames { files: files.map(|file| tidied(file)).collect() }
            }
            Self::Camera { identity, name } => {
                Self::Camera { identity: tidied(&identity), name: tidied(&name) }
            }
        }
    }
}

impl Provenance {
    /// What is wrong with a provenance that was read.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let of_source: Vec<&String> = match &self.source {
            LookSource::Picture { file } | LookSource::Model { file } => vec![file],
            LookSource::Frames { files } => files.iter().collect(),
            LookSource::Camera { identity, name } => vec![identity, name],
        };
        let own = [&self.created_at, &self.program];
        let texts: Vec<&String> = of_source.into_iter().chain(own).chain(&self.forced).collect();
        if texts.len() > MOST_TEXTS || texts.iter().any(|text| text.len() > LONGEST_TEXT) {
            Some("its provenance is endless")
        } else if texts.iter().any(|text| text.contains(char::is_control)) {
            Some("its provenance has a control character")
        } else {
            None
        }
    }
}

fn tidied(text: &str) -> String {
    // A character has at most four bytes.
    let characters = text.chars().take(LONGEST_TEXT / 4);
    characters.map(|c| if c.is_control() { '·' } else { c }).collect()
}
