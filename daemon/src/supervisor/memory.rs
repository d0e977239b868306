//! What is remembered of a camera from one start of the service to the next.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tuner::{AtomicFileError, Parameter, Params, StyleFeatures};

use super::status::Adoption;
use crate::keeping::{GoodSetting, TakenPicture};

/// Raised when older versions would misunderstand the file.
const VERSION: u32 = 1;
/// Adoptions that are remembered.
const LONGEST_HISTORY: usize = 50;
/// Longest file.
const LONGEST_BYTES: u64 = 4 << 20;

/// One camera's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    version: u32,
    /// A person's choice of the look, which lasts until the configuration's changes.
    pub chosen: Option<ChosenLook>,
    /// Whether a person wants no changes.
    #[serde(default)]
    pub paused: bool,
    /// Parameters that a person has locked.
    #[serde(default)]
    pub locks: Vec<String>,
    /// The last good setting of each look, by canonical name.
    #[serde(default)]
    pub good: BTreeMap<String, BTreeMap<String, f64>>,
    /// What each policy of taste named last, by the name of its look.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub taken: BTreeMap<String, TakenMemory>,
    /// Settings that were adopted, the newest first.
    #[serde(default)]
    pub history: Vec<Adoption>,
}

/// A setting that a policy of taste has named, with the picture that it gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakenMemory {
    /// The setting, by canonical name.
    pub params: BTreeMap<String, f64>,
    /// Digest of the policy.
    pub policy: String,
    /// Part of the way that was gone to what it named.
    pub strength: f64,
    /// [`StyleFeatures::values`] of the picture.
    pub features: Vec<f64>,
}

impl TakenMemory {
    /// What is remembered of this picture of a setting.
    #[must_use]
    pub fn of(taken: &TakenPicture, params: BTreeMap<String, f64>) -> Self {
        let TakenPicture { features, policy, strength } = taken;
        let (policy, strength, features) = (policy.clone(), *strength, features.values().to_vec());
        Self { params, policy, strength, features }
    }

    fn setting(&self) -> Option<GoodSetting> {
        let features = StyleFeatures::from_values(&self.features)?;
        let (policy, strength) = (self.policy.clone(), self.strength);
        let taken = Some(TakenPicture { features, policy, strength });
        Some(GoodSetting { params: params_of(&self.params), reached: 0.0, taken })
    }
}

/// A look that a person has chosen at run time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChosenLook {
    /// Its name; `None` for none.
    pub look: Option<String>,
    /// Its strength.
    pub strength: f64,
    /// The look of the configuration at that time.
    pub instead_of: Option<String>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            version: VERSION,
            chosen: None,
            paused: false,
            locks: Vec::new(),
            good: BTreeMap::new(),
            taken: BTreeMap::new(),
            history: Vec::new(),
        }
    }
}

/// Where a camera's memory lies.
#[derive(Debug, Clone)]
pub struct MemoryFile(PathBuf);

impl MemoryFile {
    /// The file of the camera with this name in the configuration.
    #[must_use]
    pub fn of(state: &Path, camera: &str) -> Self {
        Self(state.join("cameras").join(format!("{camera}.json")))
    }

    /// What is remembered; nothing where there is no file. With a notice where the file says
    /// nothing: it is then set aside.
    #[must_use]
    pub fn load(&self) -> (Memory, Option<String>) {
        let Self(path) = self;
        let reason = match self.read() {
            Ok(memory) => return (memory, None),
            Err(None) => return (Memory::default(), None),
            Err(Some(reason)) => reason,
        };
        let aside = path.with_extension("unreadable");
        let notice = match fs::rename(path, &aside) {
            Ok(()) => format!("{}: {reason}; set aside as {}", path.display(), aside.display()),
            Err(error) => format!("{}: {reason}, and cannot be set aside: {error}", path.display()),
        };
        (Memory::default(), Some(notice))
    }

    fn read(&self) -> Result<Memory, Option<String>> {
        let Self(path) = self;
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => None,
            _ => Some(error.to_string()),
        })?;
        if !metadata.is_file() || metadata.len() > LONGEST_BYTES {
            return Err(Some("it is no memory of a camera".to_owned()));
        }
        let text = fs::read(path).map_err(|error| Some(error.to_string()))?;
        let memory: Memory =
            serde_json::from_slice(&text).map_err(|error| Some(error.to_string()))?;
        if memory.version != VERSION {
            let version = memory.version;
            return Err(Some(format!("it has version {version}, this isptuned knows {VERSION}")));
        }
        Ok(memory)
    }

    /// Stores it, safe on disk when this returns.
    ///
    /// # Errors
    /// [`AtomicFileError`]: what was stored before is still there.
    pub fn store(&self, memory: &Memory) -> Result<(), AtomicFileError> {
        let Self(path) = self;
        if let Some(folder) = path.parent() {
            // What is wrong with the folder is told by the file.
            let _ = fs::create_dir_all(folder);
        }
        tuner::write_atomically(path, |file| {
            serde_json::to_writer_pretty(&mut *file, memory)?;
            file.write_all(b"\n")
        })
    }
}

impl Memory {
    /// The last good setting of a look, with what it reached where the history still tells.
    #[must_use]
    pub fn good(&self, look: &str) -> Option<GoodSetting> {
        if let Some(taken) = self.taken.get(look).and_then(TakenMemory::setting) {
            return Some(taken);
        }
        let named = self.good.get(look)?;
        let tells = |adoption: &&Adoption| {
            adoption.look.as_deref() == Some(look) && adoption.params == *named
        };
        let reached = self.history.iter().find(tells).and_then(|adoption| adoption.after);
        let reached = reached.map_or(0.0, |score| score.away());
        Some(GoodSetting { params: params_of(named), reached, taken: None })
    }

    /// Notes what a policy of taste named; whether it is anything new.
    pub fn take(&mut self, look: String, taken: TakenMemory) -> bool {
        let is_news = self.taken.get(&look) != Some(&taken);
        self.taken.insert(look, taken);
        is_news
    }

    /// Notes an adoption as the newest.
    pub fn note(&mut self, adoption: Adoption) {
        if let Some(look) = &adoption.look {
            self.good.insert(look.clone(), adoption.params.clone());
            self.taken.retain(|name, taken| name != look || taken.params == adoption.params);
        }
        self.history.insert(0, adoption);
        self.history.truncate(LONGEST_HISTORY);
    }

    /// The locked parameters; names that mean nothing are passed over.
    #[must_use]
    pub fn locked(&self) -> Vec<Parameter> {
        self.locks.iter().filter_map(|name| Parameter::from_name(name)).collect()
    }
}

/// Parameters from their names; those that are not named are neutral.
#[must_use]
pub fn params_of(named: &BTreeMap<String, f64>) -> Params {
    over(&Params::NEUTRAL, named)
}

/// `params` with the named values in their place; values are brought into [−1, 1].
#[must_use]
pub fn over(params: &Params, named: &BTreeMap<String, f64>) -> Params {
    named.iter().fold(*params, |params, (name, value)| match Parameter::from_name(name) {
        Some(parameter) if value.is_finite() => params.with(parameter, value.clamp(-1.0, 1.0)),
        _ => params,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adoption(look: &str, exposure: f64) -> Adoption {
        Adoption {
            at_ms: 5,
            look: Some(look.to_owned()),
            params: [("exposure".to_owned(), exposure)].into(),
            before: None,
            after: None,
        }
    }

    #[test]
    fn what_was_stored_is_remembered() {
        let state = tempfile::tempdir().unwrap();
        let file = MemoryFile::of(state.path(), "gate");
        assert_eq!(file.load(), (Memory::default(), None));
        let mut memory = Memory { paused: true, ..Memory::default() };
        for number in 0..60 {
            memory.note(adoption("day", f64::from(number) / 100.0));
        }
        file.store(&memory).unwrap();
        let (loaded, notice) = file.load();
        assert_eq!((&loaded, notice), (&memory, None));
        assert_eq!(loaded.history.len(), LONGEST_HISTORY);
        assert_eq!(loaded.good("day").unwrap().params.get(Parameter::Exposure), 0.59);
        assert_eq!(loaded.good("night"), None);
    }

    #[test]
    fn garbage_is_set_aside_and_told() {
        let state = tempfile::tempdir().unwrap();
        let file = MemoryFile::of(state.path(), "gate");
        file.store(&Memory::default()).unwrap();
        for garbage in ["", "{", "{\"version\": 9}", "[]"] {
            fs::write(&file.0, garbage).unwrap();
            let (memory, notice) = file.load();
            assert_eq!(memory, Memory::default());
            assert!(notice.unwrap().contains("set aside"), "{garbage}");
            assert!(!file.0.exists());
        }
    }

    #[test]
    fn values_from_outside_cannot_leave_the_range() {
        let named = [("exposure".to_owned(), 7.0), ("hue".to_owned(), 0.1)].into();
        assert_eq!(params_of(&named).get(Parameter::Exposure), 1.0);
        let odd = [("contrast".to_owned(), f64::NAN)].into();
        assert_eq!(params_of(&odd), Params::NEUTRAL);
    }
}
