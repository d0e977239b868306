//! Making looks of policies of taste.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use tuner::actor::LARGEST_MODEL;

use super::new_look::made_now;
use super::{
    Look, LookContent, LookError, LookKind, LookName, LookSource, LookSummary, StoredPolicy, Tags,
};

/// What a look of the kind taste is made of.
#[derive(Debug)]
pub struct NewTaste {
    /// Its name.
    pub name: LookName,
    /// Its policy.
    pub policy: StoredPolicy,
    /// The policy's file, as it was given.
    pub file: String,
    /// What it is for.
    pub tags: Tags,
}

impl NewTaste {
    /// The look of the policy in this file.
    ///
    /// # Errors
    /// [`LookError::File`] when it cannot be read, [`LookError::Policy`] when it is no sound policy
    /// of taste.
    pub fn of_file(name: LookName, file: &Path, tags: Tags) -> Result<Self, LookError> {
        let failed = |source| LookError::File { file: file.to_owned(), source };
        let is_file = fs::metadata(file).map_err(failed)?.is_file();
        if !is_file {
            let reason = "it is no ordinary file".to_owned();
            return Err(LookError::Unreadable { file: file.to_owned(), reason });
        }
        let mut bytes = Vec::new();
        let opened = File::open(file).map_err(failed)?;
        opened.take(LARGEST_MODEL as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        let file = file.display().to_string();
        let policy = StoredPolicy::of_file(&file, bytes)?;
        Ok(Self { name, policy, file, tags })
    }

    /// Makes the look.
    #[must_use]
    pub fn make(self) -> Look {
        let Self { name, policy, file, tags } = self;
        let source = LookSource::Model { file }.tidied();
        let summary = LookSummary {
            name,
            kind: LookKind::Taste,
            tags,
            provenance: made_now(source, Vec::new()),
            goal: None,
            model: Some(policy.card()),
        };
        Look { summary, content: LookContent::Policy(policy) }
    }
}
