//! The training pack: photographs, shrunk and in one file.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;
use rayon::prelude::*;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use tuner::{Frame, PictureError, Samples};

use super::manifest::{LicencedFile, read_manifest};

/// Longest side of a packed photograph, in pixels: episodes look at 32 × 32 or 64 × 64 of them.
const LONGEST_SIDE: usize = 256;
/// Quality at which JPEG leaves no trace that matters at 8 bits, at a fifth of the bytes.
const JPEG_QUALITY: u8 = 92;
/// Smaller photographs cannot be cropped to an episode's size.
const SHORTEST_SIDE: usize = 64;
/// Key of the pack's format in the file's metadata.
const FORMAT_KEY: &str = "format";
/// The pack's format.
const FORMAT: &str = "isptune training pack 1";
/// Key of the licences in the file's metadata.
const LICENCES_KEY: &str = "licences";

/// Why there is no pack.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A photograph could not be decoded.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The file is no pack.
    #[error("{}: not a training pack ({reason}); make one with train-host pack", path.display())]
    NotAPack {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing fits.
    #[error("{}: no photograph of at least {SHORTEST_SIDE} pixels a side{filter}", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
        /// The licence filter, in words.
        filter: String,
    },
}

/// Photographs for training.
#[derive(Debug, Clone)]
pub struct Pack {
    names: Vec<String>,
    photographs: Vec<Frame>,
    licences: Vec<String>,
}

impl Pack {
    /// The photographs, 8 bits a sample, at most 256 pixels a side.
    #[must_use]
    pub fn photographs(&self) -> &[Frame] {
        &self.photographs
    }

    /// The licences of the photographs, each once, sorted.
    #[must_use]
    pub fn licences(&self) -> &[String] {
        &self.licences
    }

    /// Reads a pack, or shrinks the photographs of a folder. Of a folder only those are taken whose
    /// licence contains `licence` (see [`read_manifest`]).
    ///
    /// # Errors
    /// [`PackError`] naming the file.
    pub fn open(path: &Path, licence: Option<&str>) -> Result<Self, PackError> {
        if path.is_dir() { Self::of_folder(path, licence) } else { Self::load(path) }
    }

    fn of_folder(folder: &Path, licence: Option<&str>) -> Result<Self, PackError> {
        let fail = |source| PackError::File { path: folder.to_owned(), source };
        let mut files = read_manifest(folder).map_err(fail)?;
        files.retain(|file| licence.is_none_or(|wanted| file.licence.contains(wanted)));
        let shrunk: Vec<(LicencedFile, Frame)> = files
            .into_par_iter()
            .map(|file| shrink(&Frame::load(&file.path)?).map(|frame| (file, frame)))
            .collect::<Result<_, PackError>>()?;
        let large =
            |(_, frame): &(LicencedFile, Frame)| frame.width().min(frame.height()) >= SHORTEST_SIDE;
        let kept: Vec<(LicencedFile, Frame)> = shrunk.into_iter().filter(large).collect();
        if kept.is_empty() {
            let filter =
                licence.map(|text| format!(" with \"{text}\" in its licence")).unwrap_or_default();
            return Err(PackError::Empty { path: folder.to_owned(), filter });
        }
        let mut licences: Vec<String> = kept.iter().map(|(file, _)| file.licence.clone()).collect();
        licences.sort();
        licences.dedup();
        let name = |file: &LicencedFile| {
            file.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
        };
        let (names, photographs) =
            kept.into_iter().map(|(file, frame)| (name(&file), frame)).unzip();
        Ok(Self { names, photographs, licences })
    }

    /// Writes the pack: safetensors with one JPEG a photograph, as a tensor of bytes.
    ///
    /// # Errors
    /// [`PackError::File`] naming `path`.
    pub fn save(&self, path: &Path) -> Result<(), PackError> {
        let fail = |source| PackError::File { path: path.to_owned(), source };
        let encoded: Vec<Vec<u8>> = self
            .photographs
            .par_iter()
            .map(jpeg)
            .collect::<Result<_, _>>()
            .map_err(std::io::Error::other)
            .map_err(fail)?;
        let tensors: Vec<(&str, TensorView<'_>)> = self
            .names
            .iter()
            .zip(&encoded)
            .map(|(name, bytes)| {
                TensorView::new(Dtype::U8, vec![bytes.len()], bytes).map(|view| (&**name, view))
            })
            .collect::<Result<_, _>>()
            .map_err(std::io::Error::other)
            .map_err(fail)?;
        let metadata = HashMap::from([
            (FORMAT_KEY.to_owned(), FORMAT.to_owned()),
            (LICENCES_KEY.to_owned(), self.licences.join("\n")),
        ]);
        let bytes = safetensors::serialize(tensors, Some(metadata))
            .map_err(std::io::Error::other)
            .map_err(fail)?;
        tuner::write_atomically(path, |file| std::io::Write::write_all(file, &bytes))
            .map_err(std::io::Error::other)
            .map_err(fail)
    }

    fn load(path: &Path) -> Result<Self, PackError> {
        let bytes = std::fs::read(path)
            .map_err(|source| PackError::File { path: path.to_owned(), source })?;
        let refuse = |reason: String| PackError::NotAPack { path: path.to_owned(), reason };
        let (_, head) =
            SafeTensors::read_metadata(&bytes).map_err(|error| refuse(error.to_string()))?;
        let notes = head.metadata().clone().unwrap_or_default();
        if notes.get(FORMAT_KEY).map(String::as_str) != Some(FORMAT) {
            return Err(refuse(format!("its metadata lacks {FORMAT_KEY} = \"{FORMAT}\"")));
        }
        let tensors =
            SafeTensors::deserialize(&bytes).map_err(|error| refuse(error.to_string()))?;
        // A map's order is not stable; the pictures' order decides what a seed draws.
        let mut entries = tensors.tensors();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        let photographs = entries
            .par_iter()
            .map(|(name, view)| Frame::load_from_memory(view.data(), path.join(name)))
            .collect::<Result<Vec<Frame>, PictureError>>()?;
        if photographs.is_empty() {
            return Err(refuse("it holds no photograph".to_owned()));
        }
        let licences = notes.get(LICENCES_KEY).map(String::as_str).unwrap_or_default();
        Ok(Self {
            names: entries.into_iter().map(|(name, _)| name).collect(),
            photographs,
            licences: licences.lines().map(str::to_owned).collect(),
        })
    }
}

fn shrink(frame: &Frame) -> Result<Frame, PackError> {
    let [width, height] = frame.size();
    let longest = width.max(height);
    if longest <= LONGEST_SIDE {
        return Ok(frame.clone());
    }
    let side = |extent: usize| (extent * LONGEST_SIDE).div_ceil(longest);
    let shrunk = frame.resized(side(width), side(height));
    Ok(shrunk.unwrap_or_else(|_| frame.clone()))
}

fn jpeg(frame: &Frame) -> image::ImageResult<Vec<u8>> {
    let [width, height] = frame.size().map(|side| side as u32);
    let samples: Vec<u8> = match frame.samples() {
        Samples::U8(samples) => samples.clone(),
        Samples::U16(samples) => samples.iter().map(|sample| (sample >> 8) as u8).collect(),
    };
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).write_image(
        &samples,
        width,
        height,
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photographs::dead_leaves;

    #[test]
    fn a_pack_holds_what_its_folder_holds() {
        let folder = tempfile::tempdir().unwrap();
        for (seed, name) in [(1, "b.png"), (2, "a.png")] {
            dead_leaves(seed, 400, 200).unwrap().save(folder.path().join(name)).unwrap();
        }
        dead_leaves(3, 50, 50).unwrap().save(folder.path().join("small.png")).unwrap();
        let pack = Pack::open(folder.path(), None).unwrap();
        let file = folder.path().join("x.pack");
        pack.save(&file).unwrap();
        let again = Pack::open(&file, None).unwrap();
        assert_eq!(again.names, ["a.png", "b.png"]);
        for (before, after) in pack.photographs().iter().zip(again.photographs()) {
            assert_eq!(after.size(), [256, 128]);
            let error = tuner::mse(&before.into(), &after.into(), None).unwrap();
            assert!(error < 1e-3, "{error}");
        }
        let none = Pack::open(folder.path(), Some("CC0")).unwrap_err().to_string();
        assert!(none.contains("CC0"), "{none}");
        std::fs::write(&file, b"garbage").unwrap();
        let error = Pack::open(&file, None).unwrap_err().to_string();
        assert!(error.contains("x.pack") && error.contains("train-host pack"), "{error}");
    }
}
