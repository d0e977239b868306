//! Goal looks: goal pictures with what belongs to them, kept in files. `docs/looks.md` has the form
//! of the files and the rules by which bad references are refused.

mod container;
mod content;
mod detail;
mod error;
mod features;
mod fingerprint;
mod mean_of_frames;
mod name;
mod new_look;
mod new_taste;
mod policy;
mod provenance;
mod refusal;
#[cfg(test)]
mod refusal_tests;
mod store;
mod tags;
#[cfg(test)]
mod taste_tests;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde::{Deserialize, Serialize};
use tuner::Frame;

pub use content::LookContent;
pub use error::LookError;
pub use features::Features;
pub use fingerprint::Fingerprint;
pub use mean_of_frames::MeanOfFrames;
pub use name::LookName;
pub use new_look::NewLook;
pub use new_taste::NewTaste;
pub use policy::{ModelCard, StoredPolicy};
pub use provenance::{LookSource, Provenance};
pub use refusal::{End, FLAT_STEPS, LEAST_DETAIL, MOST_CLIPPED, Refusal, SHORTEST_SIDE, refusals};
pub use store::{Listing, LookStore, UnreadableFile};
pub use tags::Tags;

/// What a look asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LookKind {
    /// The finished picture: tones, colours and texture shall be those of the goal
    #[default]
    Finish,
    /// The style: tones and colours shall be distributed as the goal's, whatever it shows
    Style,
    /// What an expert would make of the scene, as a policy has learned it: it has no goal picture
    Taste,
}

impl LookKind {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Style => "style",
            Self::Taste => "taste",
        }
    }

    /// The kind of a name; `None` for one of a later version.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Finish, Self::Style, Self::Taste].into_iter().find(|kind| kind.name() == name)
    }
}

/// Everything about a look except its goal picture, or its policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LookSummary {
    /// Its name; in a store, that of its file.
    pub name: LookName,
    /// What it asks for.
    pub kind: LookKind,
    /// What it is for.
    pub tags: Tags,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What is known of its goal picture; `None` for a taste, which has none.
    #[serde(flatten)]
    pub goal: Option<GoalCard>,
    /// What is known of its policy; only a taste has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelCard>,
}

/// What is known of a goal picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoalCard {
    /// What tells it from every other.
    pub fingerprint: Fingerprint,
    /// Its statistics.
    pub features: Features,
    /// A PNG of it of at most 160 pixels a side, 8 bits a sample.
    #[serde(skip)]
    pub thumbnail: Vec<u8>,
}

/// A goal picture, or a policy of taste, with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    summary: LookSummary,
    content: LookContent,
}

impl Look {
    /// Everything except the goal or the policy.
    #[must_use]
    pub const fn summary(&self) -> &LookSummary {
        &self.summary
    }

    /// The goal picture: exactly the samples that the look was made of, 8 or 16 bits each; `None`
    /// of a taste.
    #[must_use]
    pub const fn goal(&self) -> Option<&Frame> {
        match &self.content {
            LookContent::Goal(goal) => Some(goal),
            LookContent::Policy(_) => None,
        }
    }

    /// Gives away what it asks for.
    #[must_use]
    pub fn into_content(self) -> LookContent {
        self.content
    }

    /// The look as a file has it.
    ///
    /// # Errors
    /// [`LookError::TooLarge`], [`LookError::Encode`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, LookError> {
        let name = || self.summary.name.to_string();
        let bytes = container::write(&self.summary, &self.content)
            .map_err(|reason| LookError::Encode { name: name(), reason })?;
        if bytes.len() as u64 > container::LARGEST_FILE {
            let reason = format!("a file of {} MiB; it may have 256", bytes.len() >> 20);
            return Err(LookError::TooLarge { name: name(), reason });
        }
        Ok(bytes)
    }

    /// A look from the bytes of its file, which messages call `label`.
    ///
    /// # Errors
    /// [`LookError::Unreadable`] when it is no look, damaged, or of a later version.
    pub fn from_bytes(bytes: &[u8], label: &Path) -> Result<Self, LookError> {
        match container::read(bytes) {
            Ok((summary, content)) => Ok(Self { summary, content }),
            Err(reason) => Err(LookError::Unreadable { file: label.to_owned(), reason }),
        }
    }
}

/// A look's file with the digest of its content, for whoever writes or changes such files with other
/// programs; `None` for what has not the parts of a look.
#[must_use]
pub fn resealed(file: &[u8]) -> Option<Vec<u8>> {
    container::resealed(file)
}
