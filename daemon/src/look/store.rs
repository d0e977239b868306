//! The folder with one file for each look.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use isp_hw::strict_toml::Suggestion;
use tuner::write_atomically;

use super::container::{self, LARGEST_FILE};
use super::{Look, LookError, LookName, LookSummary};

/// Ending of the files.
const ENDING: &str = ".look";
/// File that who changes something holds a lock on.
const LOCK: &str = ".lock";
/// How long another process is waited for: a large look on a slow card takes half a minute.
const LOCK_PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether it is done.
const LOCK_PAUSE: Duration = Duration::from_millis(10);
/// Age from which on a temporary file is what a crash left.
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);

/// The looks in the folder `looks` of a state folder, one file each.
///
/// A file is the old one or the new one at any moment, whatever crashes; who changes something holds
/// a lock, so that several processes can use one store. Reading needs no lock.
#[derive(Debug, Clone)]
pub struct LookStore {
    folder: PathBuf,
}

/// What is in a store, in the order of the names.
#[derive(Debug, Default)]
pub struct Listing {
    /// The looks.
    pub looks: Vec<LookSummary>,
    /// Files that are none, or damaged; they stay where they are.
    pub unreadable: Vec<UnreadableFile>,
}

/// A file that is no look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableFile {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl LookStore {
    /// The store in a state folder. Nothing is read or made yet: a folder that is not there holds no
    /// looks, and is made by the first [`Self::add`].
    #[must_use]
    pub fn open(state: &Path) -> Self {
        Self { folder: state.join("looks") }
    }

    /// The folder of the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every look, without its goal, and every file that is none.
    ///
    /// # Errors
    /// [`LookError::Folder`] when the folder is there and cannot be read.
    pub fn list(&self) -> Result<Listing, LookError> {
        let mut listing = Listing::default();
        for file in self.files()? {
            let read = match name_of(&file) {
                Ok(name) => read_file(&file, Links::Refused)
                    .and_then(|bytes| summary_of(&bytes, &file))
                    .map(|summary| LookSummary { name, ..summary }),
                Err(error) => Err(error),
            };
            match read {
                Ok(summary) => listing.looks.push(summary),
                // It was removed meanwhile.
                Err(LookError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {}
                Err(LookError::Unreadable { reason, .. }) => {
                    listing.unreadable.push(UnreadableFile { file, reason });
                }
                Err(LookError::File { source, .. }) => {
                    let reason = source.to_string();
                    listing.unreadable.push(UnreadableFile { file, reason });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(listing)
    }

    /// A look without its goal, which is not decoded.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn summary(&self, name: &LookName) -> Result<LookSummary, LookError> {
        let summary = summary_of(&self.bytes_of(name)?, &self.file_of(name))?;
        Ok(LookSummary { name: name.clone(), ..summary })
    }

    /// A look, checked against its fingerprint.
    ///
    /// # Errors
    /// [`LookError::Missing`], [`LookError::Unreadable`], or [`LookError::File`].
    pub fn load(&self, name: &LookName) -> Result<Look, LookError> {
        let look = Look::from_bytes(&self.bytes_of(name)?, &self.file_of(name))?;
        Ok(Look { summary: LookSummary { name: name.clone(), ..look.summary }, ..look })
    }

    /// Refuses a name that is taken, before work is put into a look.
    ///
    /// # Errors
    /// [`LookError::Exists`].
    pub fn must_be_free(&self, name: &LookName) -> Result<(), LookError> {
        match fs::symlink_metadata(self.file_of(name)) {
            Ok(_) => Err(LookError::Exists { name: name.to_string() }),
            // What is wrong with the folder, writing will say.
            Err(_) => Ok(()),
        }
    }

    /// Keeps a look, safe on disk when this returns; the file. A look of the same name is replaced
    /// only if `replace` is set.
    ///
    /// # Errors
    /// [`LookError::Exists`]; [`LookError::Folder`] and [`LookError::Write`] when it cannot be
    /// written, and [`LookError::TooLarge`]. What was there before then still is.
    pub fn add(&self, look: &Look, replace: bool) -> Result<PathBuf, LookError> {
        self.store(&look.summary.name, &look.to_bytes()?, replace)
    }

    /// Removes a look.
    ///
    /// # Errors
    /// [`LookError::Missing`], [`LookError::Folder`], [`LookError::File`].
    pub fn remove(&self, name: &LookName) -> Result<(), LookError> {
        let file = self.file_of(name);
        // Not even the lock shall be made where there is nothing.
        if let Err(error) = fs::symlink_metadata(&file) {
            return Err(self.unreachable(name, error));
        }
        let _lock = self.locked()?;
        fs::remove_file(&file).map_err(|error| self.unreachable(name, error))?;
        // Otherwise a power cut could bring the look back. Some file systems refuse to sync a
        // folder; the file is removed either way.
        if let Ok(folder) = File::open(&self.folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    /// Writes a look to a file outside the store, all or nothing.
    ///
    /// # Errors
    /// Those of [`Self::load`], and [`LookError::Write`].
    pub fn export(&self, name: &LookName, to: &Path) -> Result<(), LookError> {
        let file = self.file_of(name);
        let bytes = self.bytes_of(name)?;
        // What leaves the store is whole.
        Look::from_bytes(&bytes, &file)?;
        let bytes = container::renamed(&bytes, name)
            .map_err(|reason| LookError::Unreadable { file, reason })?;
        write_atomically(to, |out| out.write_all(&bytes))?;
        Ok(())
    }

    /// Takes a look from a file outside the store, under the name that it has or under another;
    /// what was taken.
    ///
    /// # Errors
    /// [`LookError::File`] and [`LookError::Unreadable`] for the file, and those of [`Self::add`].
    pub fn import(
        &self,
        from: &Path,
        name: Option<&LookName>,
        replace: bool,
    ) -> Result<LookSummary, LookError> {
        let bytes = read_file(from, Links::Followed)?;
        let Look { mut summary, .. } = Look::from_bytes(&bytes, from)?;
        if let Some(name) = name {
            summary.name = name.clone();
        }
        let bytes = container::renamed(&bytes, &summary.name)
            .map_err(|reason| LookError::Unreadable { file: from.to_owned(), reason })?;
        self.store(&summary.name, &bytes, replace)?;
        Ok(summary)
    }

    fn store(&self, name: &LookName, bytes: &[u8], replace: bool) -> Result<PathBuf, LookError> {
        let _lock = self.locked()?;
        let file = self.file_of(name);
        match fs::symlink_metadata(&file) {
            Ok(_) if !replace => return Err(LookError::Exists { name: name.to_string() }),
            // A link would be followed, and something outside the store be overwritten.
            Ok(found) if !found.is_file() => {
                let reason = "it is no ordinary file and is not replaced; move it away".to_owned();
                return Err(LookError::Unreadable { file, reason });
            }
            _ => {}
        }
        write_atomically(&file, |out| out.write_all(bytes))?;
        Ok(file)
    }

    fn file_of(&self, name: &LookName) -> PathBuf {
        self.folder.join(format!("{name}{ENDING}"))
    }

    fn bytes_of(&self, name: &LookName) -> Result<Vec<u8>, LookError> {
        read_file(&self.file_of(name), Links::Refused).map_err(|error| match error {
            LookError::File { source, .. } => self.unreachable(name, source),
            other => other,
        })
    }

    /// Why a look's file cannot be used.
    fn unreachable(&self, name: &LookName, source: io::Error) -> LookError {
        if source.kind() != ErrorKind::NotFound {
            return LookError::File { file: self.file_of(name), source };
        }
        let files = self.files().unwrap_or_default();
        let names: Vec<LookName> = files.iter().filter_map(|file| name_of(file).ok()).collect();
        let known: Vec<&str> = names.iter().map(LookName::as_str).collect();
        LookError::Missing {
            name: name.to_string(),
            folder: self.folder.clone(),
            suggestion: Suggestion::among(name.as_str(), &known).to_string(),
        }
    }

    /// Everything in the folder that is not hidden, in the order of the names.
    fn files(&self) -> Result<Vec<PathBuf>, LookError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| self.failed(error))?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| self.failed(error))?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                files.push(entry.path());
            }
        }
        files.sort();
        Ok(files)
    }

    /// Waits until nobody else changes something; the lock ends with the file, and with the process.
    fn locked(&self) -> Result<File, LookError> {
        fs::create_dir_all(&self.folder).map_err(|error| self.failed(error))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(LOCK))
            .map_err(|error| self.failed(error))?;
        let mut waited = Duration::ZERO;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if waited < LOCK_PATIENCE => {
                    sleep(LOCK_PAUSE);
                    waited += LOCK_PAUSE;
                }
                Err(error) => return Err(self.failed(error.into())),
            }
        }
        self.remove_leftovers();
        Ok(lock)
    }

    /// Removes what writes that were killed left behind. That some cannot be removed harms nobody.
    fn remove_leftovers(&self) {
        let now = SystemTime::now();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let temporary = name.as_encoded_bytes().starts_with(b".isptune-")
                && name.as_encoded_bytes().ends_with(b".tmp");
            let age = || now.duration_since(entry.metadata().ok()?.modified().ok()?).ok();
            if temporary && age().is_some_and(|age| age > LEFTOVER_AGE) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn failed(&self, source: io::Error) -> LookError {
        LookError::Folder { folder: self.folder.clone(), source }
    }
}

/// The name that a file of a store gives its look.
fn name_of(file: &Path) -> Result<LookName, LookError> {
    let unreadable = |reason| LookError::Unreadable { file: file.to_owned(), reason };
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name
        .strip_suffix(ENDING)
        .ok_or_else(|| unreadable(format!("its name does not end in {ENDING}")))?;
    stem.parse().map_err(|error: LookError| unreadable(error.to_string()))
}

/// Whether a link may be read.
#[derive(PartialEq, Eq)]
enum Links {
    Followed,
    Refused,
}

fn read_file(file: &Path, links: Links) -> Result<Vec<u8>, LookError> {
    let failed = |source| LookError::File { file: file.to_owned(), source };
    let unreadable = |reason| LookError::Unreadable { file: file.to_owned(), reason };
    let found = match links {
        Links::Followed => fs::metadata(file),
        Links::Refused => fs::symlink_metadata(file),
    };
    let found = found.map_err(failed)?;
    // Opening a pipe would wait for a writer.
    if !found.is_file() {
        return Err(unreadable("it is no ordinary file".to_owned()));
    }
    if found.len() > LARGEST_FILE {
        return Err(unreadable(format!("it is larger than {} MiB", LARGEST_FILE >> 20)));
    }
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(failed)?;
    opened.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn summary_of(bytes: &[u8], file: &Path) -> Result<LookSummary, LookError> {
    container::read_summary(bytes)
        .map_err(|reason| LookError::Unreadable { file: file.to_owned(), reason })
}
