//! An editor whose hand depends on the picture: RawTherapee with a profile of its automatic tools.

use std::path::{Path, PathBuf};
use std::process::Command;

use isp_hw::{Input, PicturePipeline, SoftwareIsp};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{Frame, FrameError, Params, PictureError, Pipeline, PipelineError, Samples};

/// Pictures that one run of the program gets: its start costs as much as several pictures.
const BATCH: usize = 50;
/// Of a variant, each side is at least this share of the photograph's.
const LEAST_SHARE: f64 = 0.5;
/// Exposure and gains of a variant, canonical units, uniform within ±.
const VARIED: [f64; 4] = [0.25, 0.2, 0.1, 0.2];

/// Why pictures were not edited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditorError {
    /// A file cannot be read, copied or made.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The program cannot be started, or failed.
    #[error("{}: {reason}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What went wrong, and the way out.
        reason: String,
    },
    /// A photograph cannot be read, or a variant not be written.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A photograph has no usable piece.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The software ISP refuses a photograph.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}

/// RawTherapee's command line with a processing profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    /// The program.
    pub program: PathBuf,
    /// The profile (`.pp3`).
    pub profile: PathBuf,
}

impl Editor {
    /// Copies `photographs` to `folder/before` and edits them into `folder/after` as 8-bit PNG. What
    /// is edited already is kept; the number of pairs.
    ///
    /// # Errors
    /// [`EditorError`] naming the file or what the program said.
    pub fn edit(&self, photographs: &[PathBuf], folder: &Path) -> Result<usize, EditorError> {
        let [before, after] = ["before", "after"].map(|side| folder.join(side));
        for path in [&before, &after] {
            std::fs::create_dir_all(path).map_err(|source| file_error(path, source))?;
        }
        if !self.profile.is_file() {
            let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "no such profile");
            return Err(file_error(&self.profile, missing));
        }
        let mut waiting = Vec::new();
        for photograph in photographs {
            let copy = before.join(photograph.file_name().unwrap_or_default());
            if !copy.exists() {
                std::fs::copy(photograph, &copy)
                    .map_err(|source| file_error(photograph, source))?;
            }
            if !edited(&copy, &after).exists() {
                waiting.push(copy);
            }
        }
        for some in waiting.chunks(BATCH) {
            self.run(some, &after)?;
        }
        Ok(photographs.len())
    }

    fn run(&self, pictures: &[PathBuf], after: &Path) -> Result<(), EditorError> {
        let fail = |reason: String| EditorError::Program { program: self.program.clone(), reason };
        let output = Command::new(&self.program)
            .args(["-q", "-Y", "-p"])
            .arg(&self.profile)
            .args(["-n", "-b8", "-o"])
            .arg(after)
            .arg("-c")
            .args(pictures)
            .output()
            .map_err(|error| {
                fail(format!("{error}; install RawTherapee, or name the program with --program"))
            })?;
        match pictures.iter().find(|picture| !edited(picture, after).exists()) {
            None => Ok(()),
            Some(missing) => {
                let said = String::from_utf8_lossy(&output.stderr);
                let last = said.lines().rev().find(|line| !line.trim().is_empty());
                Err(fail(format!(
                    "did not edit {} ({}): {}",
                    missing.display(),
                    output.status,
                    last.unwrap_or("it said nothing")
                )))
            }
        }
    }
}

/// Where the program puts what it makes of a picture.
fn edited(before: &Path, after: &Path) -> PathBuf {
    after.join(before.file_stem().unwrap_or_default()).with_extension("png")
}

/// Random pieces of `photographs`, exposed and balanced at random by the software ISP, as TIFF files
/// in `folder/before`; files that are there already are kept.
///
/// # Errors
/// [`EditorError`] when a photograph cannot be read or a file not be written.
pub fn edited_variants(
    photographs: &[PathBuf],
    variants: u64,
    seed: u64,
    folder: &Path,
) -> Result<Vec<PathBuf>, EditorError> {
    let before = folder.join("before");
    std::fs::create_dir_all(&before).map_err(|source| file_error(&before, source))?;
    let mut made = Vec::new();
    for (number, path) in photographs.iter().enumerate() {
        let photograph = Frame::load(path)?;
        for variant in 0..variants {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let target = before.join(format!("{stem}-{variant:03}.tif"));
            if !target.exists() {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                random.set_stream(number as u64 * 1000 + variant);
                let piece = piece(&photograph, &mut random)?;
                let mut values = [0.0; 9];
                for (value, reach) in values.iter_mut().zip(VARIED) {
                    *value = random.random_range(-reach..=reach);
                }
                let mut isp = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(piece));
                isp.query(&Params::clamped(values))?.save(&target)?;
            }
            made.push(target);
        }
    }
    Ok(made)
}

/// A random piece of at least half of each side.
fn piece(photograph: &Frame, random: &mut ChaCha8Rng) -> Result<Frame, FrameError> {
    let [width, height] = photograph.size();
    let share = random.random_range(LEAST_SHARE..=1.0);
    let side = |extent: usize| ((extent as f64 * share) as usize).clamp(1, extent);
    let (columns, rows) = (side(width), side(height));
    let (x, y) = (random.random_range(0..=width - columns), random.random_range(0..=height - rows));
    let Samples::U8(samples) = photograph.samples() else { return Ok(photograph.clone()) };
    let lines = samples.chunks_exact(3 * width.max(1)).skip(y).take(rows);
    let inside = lines.flat_map(|line| line.iter().skip(3 * x).take(3 * columns).copied());
    Frame::new(columns, rows, Samples::U8(inside.collect()))
}

fn file_error(path: &Path, source: std::io::Error) -> EditorError {
    EditorError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photographs::dead_leaves;

    #[test]
    fn variants_differ_in_size_and_light_and_are_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let photograph = folder.path().join("a.png");
        dead_leaves(1, 96, 64).unwrap().save(&photograph).unwrap();
        let make =
            || edited_variants(std::slice::from_ref(&photograph), 4, 7, folder.path()).unwrap();
        let made = make();
        let frames: Vec<Frame> = made.iter().map(|path| Frame::load(path).unwrap()).collect();
        assert!(frames.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(frames.iter().all(|frame| frame.width() >= 48 && frame.height() >= 32));
        std::fs::write(&made[0], b"kept").unwrap();
        assert_eq!(make(), made);
        assert_eq!(std::fs::read(&made[0]).unwrap(), b"kept");
    }

    #[test]
    fn a_missing_profile_and_a_program_that_edits_nothing_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let photograph = folder.path().join("a.png");
        dead_leaves(1, 96, 64).unwrap().save(&photograph).unwrap();
        let profile = folder.path().join("x.pp3");
        let editor = |program: &str| Editor { program: program.into(), profile: profile.clone() };
        let edit = |program: &str| {
            let out = folder.path().join("out");
            editor(program).edit(std::slice::from_ref(&photograph), &out).unwrap_err().to_string()
        };
        let error = edit("true");
        assert!(error.contains("x.pp3"), "{error}");
        std::fs::write(&profile, "[Version]\n").unwrap();
        let error = edit("true");
        assert!(error.contains("did not edit") && error.contains("a.png"), "{error}");
        let error = edit("no-such-program-here");
        assert!(error.contains("no-such-program-here") && error.contains("--program"), "{error}");
    }
}
