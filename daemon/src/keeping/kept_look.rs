//! A look as it is asked for: what is wanted, and how much of it.

use std::fmt;
use std::sync::Arc;

use tuner::Frame;
use tuner::actor::Actor;

use crate::look::LookKind;

/// A look as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptLook {
    /// Name of the look, for people.
    pub name: String,
    /// What it asks for.
    pub wish: LookWish,
    /// 1 for the look itself, 0 for the camera as it was found, and between them a part of the way.
    pub strength: f64,
}

/// What a look asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum LookWish {
    /// The finished picture, pixel by pixel.
    Finish(Arc<Frame>),
    /// Tones and colours distributed as those of a picture that may show anything.
    Style(Arc<Frame>),
    /// What an expert would have made of the scene.
    Taste(TastePolicy),
}

impl LookWish {
    /// The kind of the look.
    #[must_use]
    pub const fn kind(&self) -> LookKind {
        match self {
            Self::Finish(_) => LookKind::Finish,
            Self::Style(_) => LookKind::Style,
            Self::Taste(_) => LookKind::Taste,
        }
    }

    /// The goal picture; a taste has none.
    #[must_use]
    pub const fn picture(&self) -> Option<&Arc<Frame>> {
        match self {
            Self::Finish(picture) | Self::Style(picture) => Some(picture),
            Self::Taste(_) => None,
        }
    }
}

/// A policy of taste. Two are the same when their files are.
#[derive(Clone)]
pub struct TastePolicy {
    digest: String,
    actor: Arc<Actor>,
}

impl TastePolicy {
    /// A policy that was loaded from a file with this SHA-256.
    #[must_use]
    pub const fn new(digest: String, actor: Arc<Actor>) -> Self {
        Self { digest, actor }
    }

    /// SHA-256 of its file, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The policy itself.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl PartialEq for TastePolicy {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl fmt::Debug for TastePolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TastePolicy").field("digest", &self.digest).finish_non_exhaustive()
    }
}
