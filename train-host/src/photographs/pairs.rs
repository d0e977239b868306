//! Photographs before and after an expert's hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tuner::{Frame, Goal, GoalError, GoalOptions, PictureError, Planes, delta_e00_map};

use super::read_manifest;

/// Fewer pairs than this teach nothing but themselves.
pub const LEAST_PAIRS: usize = 5;
/// Pictures whose mean display value leaves this are black or white: nothing can be seen in them.
const MEAN_INTENSITY: std::ops::RangeInclusive<f64> = 0.01..=0.99;
/// A pair that differs by less mean CIEDE2000 than this was left as it was.
const UNCHANGED: f64 = 0.1;
/// Names that a message lists.
const LISTED: usize = 5;

/// Why pairs cannot be learned from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PairsError {
    /// A folder cannot be read.
    #[error(transparent)]
    Folder(#[from] std::io::Error),
    /// Two pictures of one name.
    #[error(
        "{} and {} have the same name; which of them belongs to the pair cannot be told: remove one",
        first.display(), second.display()
    )]
    TwoOfOneName {
        /// The one.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// No two pictures belong together.
    #[error(
        "{before} pictures before and {after} after, and no two have the same name; the pictures of \
         a pair need the same name (whatever their kind), or --suffixes"
    )]
    NoPair {
        /// Pictures before.
        before: usize,
        /// Pictures after.
        after: usize,
    },
    /// Too few pairs can be used.
    #[error(
        "{found} usable pairs; at least {LEAST_PAIRS} are needed, and a taste that holds for other \
         pictures wants twenty or more"
    )]
    TooFew {
        /// Usable pairs.
        found: usize,
    },
    /// Nobody changed anything.
    #[error(
        "before and after are the same in all {pairs} pairs: there is nothing to learn; are the two \
         folders what you meant?"
    )]
    Unchanged {
        /// Pairs looked at.
        pairs: usize,
    },
}

/// Why one pair is left out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PairFlaw {
    /// A picture cannot be read.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The two do not show the same.
    #[error("{}: {source}", after.display())]
    Content {
        /// The picture after.
        after: PathBuf,
        /// Why not.
        source: GoalError,
    },
    /// A picture with nothing in it.
    #[error("{}: its mean is {mean:.3}; nothing can be seen in it", path.display())]
    Empty {
        /// The picture.
        path: PathBuf,
        /// Mean display value.
        mean: f64,
    },
}

/// Where the pictures of a pair lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairPaths {
    /// What both names have in common.
    pub name: String,
    /// The picture before.
    pub before: PathBuf,
    /// The picture after.
    pub after: PathBuf,
}

/// Two pictures of one size that lie on each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// What both names have in common.
    pub name: String,
    /// The picture before.
    pub before: Frame,
    /// The picture after, resampled and shifted to the one before where it had to be.
    pub after: Frame,
}

/// What was found in two folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPairs {
    /// The pairs, by name.
    pub pairs: Vec<PairPaths>,
    /// Pictures without a partner.
    pub alone: Vec<PathBuf>,
}

impl FoundPairs {
    /// One line about the pictures without a partner; `None` when there is none.
    #[must_use]
    pub fn about_alone(&self) -> Option<String> {
        let names: Vec<String> =
            self.alone.iter().take(LISTED).map(|path| path.display().to_string()).collect();
        let more = if self.alone.len() > LISTED { ", …" } else { "" };
        let count = self.alone.len();
        (count > 0)
            .then(|| format!("{count} without a partner, left out: {}{more}", names.join(", ")))
    }
}

/// Pairs by the names of their pictures, without the kind. `suffixes` are cut off the names of the
/// pictures before and after; other pictures of the folder belong to neither.
///
/// # Errors
/// [`PairsError`] when a folder cannot be read, two pictures of one side have one name, or no two
/// belong together.
pub fn find_pairs(
    before: &Path,
    after: &Path,
    suffixes: [&str; 2],
) -> Result<FoundPairs, PairsError> {
    let [before_suffix, after_suffix] = suffixes;
    let mut befores = named(before, before_suffix)?;
    let afters = named(after, after_suffix)?;
    let counts = (befores.len(), afters.len());
    let (mut pairs, mut alone) = (Vec::new(), Vec::new());
    for (name, after) in afters {
        match befores.remove(&name) {
            Some(before) => pairs.push(PairPaths { name, before, after }),
            None => alone.push(after),
        }
    }
    alone.extend(befores.into_values());
    if pairs.is_empty() {
        return Err(PairsError::NoPair { before: counts.0, after: counts.1 });
    }
    Ok(FoundPairs { pairs, alone })
}

fn named(folder: &Path, suffix: &str) -> Result<BTreeMap<String, PathBuf>, PairsError> {
    let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
    for picture in read_manifest(folder)? {
        let stem = picture.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(name) = stem.strip_suffix(suffix) else { continue };
        if let Some(first) = found.insert(name.to_owned(), picture.path.clone()) {
            return Err(PairsError::TwoOfOneName { first, second: picture.path });
        }
    }
    Ok(found)
}

impl PairPaths {
    /// Reads both pictures and lays the one after on the one before.
    ///
    /// # Errors
    /// [`PairFlaw`] when a picture cannot be read, is black or white, or shows something else.
    pub fn load(&self) -> Result<Pair, PairFlaw> {
        let (before, after) = (Frame::load(&self.before)?, Frame::load(&self.after)?);
        for (path, frame) in [(&self.before, &before), (&self.after, &after)] {
            let mean = mean_of(frame);
            if !MEAN_INTENSITY.contains(&mean) {
                return Err(PairFlaw::Empty { path: path.clone(), mean });
            }
        }
        let goal = Goal::prepare(&before, after, &GoalOptions::default())
            .map_err(|source| PairFlaw::Content { after: self.after.clone(), source })?;
        let after = goal.aligned().into_owned();
        Ok(Pair { name: self.name.clone(), before, after })
    }
}

impl Pair {
    /// Mean CIEDE2000 between before and after: what the expert changed.
    #[must_use]
    pub fn change(&self) -> f64 {
        mean_delta_e(&self.before, &self.after)
    }
}

/// Refuses pairs that teach nothing: too few, or all unchanged.
///
/// # Errors
/// [`PairsError::TooFew`], [`PairsError::Unchanged`].
pub fn worth_learning(changes: &[f64]) -> Result<(), PairsError> {
    if changes.len() < LEAST_PAIRS {
        return Err(PairsError::TooFew { found: changes.len() });
    }
    if changes.iter().all(|change| *change < UNCHANGED) {
        return Err(PairsError::Unchanged { pairs: changes.len() });
    }
    Ok(())
}

/// Mean CIEDE2000 of two frames of one size; infinite for others.
#[must_use]
pub fn mean_delta_e(a: &Frame, b: &Frame) -> f64 {
    let map = delta_e00_map(&Planes::from(a), &Planes::from(b));
    map.map_or(f64::INFINITY, |map| {
        map.iter().map(|value| f64::from(*value)).sum::<f64>() / map.len().max(1) as f64
    })
}

fn mean_of(frame: &Frame) -> f64 {
    let planes = Planes::from(frame);
    let sums = planes.channels().map(|channel| channel.iter().map(|v| f64::from(*v)).sum::<f64>());
    sums.iter().sum::<f64>() / (3 * planes.pixel_count()).max(1) as f64
}

#[cfg(test)]
mod tests;
