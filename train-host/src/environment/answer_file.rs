//! What a slow pipeline has answered, on disk: asked once, known for good.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tuner::{Frame, PictureError, PictureFormat};

/// First bytes of the file.
const HEAD: &[u8] = b"isptune answers 1\n";
/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes of the sum that ends a record.
const SUM_BYTES: usize = 8;
/// A record of more than this is no record.
const LONGEST_PICTURE_BYTES: u32 = 1 << 28;

/// Digest of everything that an answer depends on: pipeline, input and parameters.
pub type AnswerKey = [u8; KEY_BYTES];

/// Why answers cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerFileError {
    /// The file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{}: not a file of answers; move it away", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A picture in it cannot be decoded.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// Pictures by key, appended one by one. A process that is killed while it writes loses the answer
/// that it was writing, no other: a record without its right sum ends the file.
#[derive(Debug)]
pub struct AnswerFile {
    path: PathBuf,
    file: File,
    places: HashMap<AnswerKey, Place>,
    end: u64,
}

/// Where an encoded picture lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    length: u32,
}

impl AnswerFile {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// [`AnswerFileError`] naming the file.
    pub fn open(path: &Path) -> Result<Self, AnswerFileError> {
        let fail = |source| AnswerFileError::File { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let mut file = options.open(path).map_err(fail)?;
        let length = file.metadata().map_err(fail)?.len();
        // A process killed at once may have left a part of the head.
        let mut head = vec![0; HEAD.len().min(usize::try_from(length).unwrap_or(usize::MAX))];
        file.read_exact(&mut head).map_err(fail)?;
        if !HEAD.starts_with(&head) {
            return Err(AnswerFileError::Foreign { path: path.to_owned() });
        }
        let (places, end) = if head.len() == HEAD.len() {
            scan(&file, length).map_err(fail)?
        } else {
            file.write_all_at(HEAD, 0).map_err(fail)?;
            (HashMap::new(), HEAD.len() as u64)
        };
        file.set_len(end).map_err(fail)?;
        file.seek(SeekFrom::Start(end)).map_err(fail)?;
        Ok(Self { path: path.to_owned(), file, places, end })
    }

    /// Number of answers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The answer under this key, if it was given before.
    ///
    /// # Errors
    /// [`AnswerFileError`] when it cannot be read.
    pub fn get(&self, key: &AnswerKey) -> Result<Option<Frame>, AnswerFileError> {
        let Some(place) = self.places.get(key) else { return Ok(None) };
        let mut bytes = vec![0; place.length as usize];
        self.file
            .read_exact_at(&mut bytes, place.start)
            .map_err(|source| AnswerFileError::File { path: self.path.clone(), source })?;
        Ok(Some(Frame::load_from_memory(&bytes, &self.path)?))
    }

    /// Keeps an answer.
    ///
    /// # Errors
    /// [`AnswerFileError`] when it cannot be written.
    pub fn put(&mut self, key: AnswerKey, picture: &Frame) -> Result<(), AnswerFileError> {
        let fail = |source| AnswerFileError::File { path: self.path.clone(), source };
        let mut encoded = Cursor::new(Vec::new());
        picture.encode(PictureFormat::Png, &mut encoded).map_err(fail)?;
        let encoded = encoded.into_inner();
        let length = u32::try_from(encoded.len())
            .map_err(|error| fail(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
        let mut record = length.to_le_bytes().to_vec();
        record.extend(key);
        record.extend(encoded);
        let sum = sum(&record);
        record.extend(sum);
        self.file.write_all(&record).map_err(fail)?;
        let start = self.end + (size_of::<u32>() + KEY_BYTES) as u64;
        self.places.insert(key, Place { start, length });
        self.end += record.len() as u64;
        Ok(())
    }
}

/// Finds the records; the end is that of the last sound one.
fn scan(file: &File, length: u64) -> io::Result<(HashMap<AnswerKey, Place>, u64)> {
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut places = HashMap::new();
    let mut end = HEAD.len() as u64;
    reader.seek(SeekFrom::Start(end))?;
    loop {
        let mut word = [0; size_of::<u32>()];
        let head = (word.len() + KEY_BYTES) as u64;
        if length.saturating_sub(end) < head {
            return Ok((places, end));
        }
        reader.read_exact(&mut word)?;
        let picture = u32::from_le_bytes(word);
        let whole = head + u64::from(picture) + SUM_BYTES as u64;
        if picture > LONGEST_PICTURE_BYTES || length - end < whole {
            return Ok((places, end));
        }
        let mut record = word.to_vec();
        reader.by_ref().take(whole - word.len() as u64).read_to_end(&mut record)?;
        let Some((content, found)) = record.split_last_chunk::<SUM_BYTES>() else {
            return Ok((places, end));
        };
        if *found != sum(content) {
            return Ok((places, end));
        }
        if let Some((key, _)) = content.get(word.len()..).and_then(|rest| rest.split_first_chunk())
        {
            places.insert(*key, Place { start: end + head, length: picture });
        }
        end += whole;
    }
}

fn sum(content: &[u8]) -> [u8; SUM_BYTES] {
    let digest: [u8; 32] = Sha256::digest(content).into();
    digest.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photographs::dead_leaves;

    #[test]
    fn a_torn_record_costs_itself_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.answers");
        let pictures: Vec<Frame> =
            (0..3).map(|seed| dead_leaves(seed, 20 + seed as usize, 16).unwrap()).collect();
        let mut answers = AnswerFile::open(&path).unwrap();
        assert!(answers.is_empty());
        for (key, picture) in pictures.iter().enumerate() {
            answers.put([key as u8; 32], picture).unwrap();
        }
        drop(answers);
        let whole = std::fs::read(&path).unwrap();
        for cut in [whole.len() - 1, whole.len() - 300, 7, 0] {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut answers = AnswerFile::open(&path).unwrap();
            let kept = if cut > 18 { 2 } else { 0 };
            assert_eq!(answers.len(), kept, "{cut}");
            answers.put([9; 32], &pictures[0]).unwrap();
            drop(answers);
            let answers = AnswerFile::open(&path).unwrap();
            assert_eq!(answers.len(), kept + 1);
            assert_eq!(answers.get(&[9; 32]).unwrap().as_ref(), Some(&pictures[0]));
            let second = answers.get(&[1; 32]).unwrap();
            assert_eq!(second.as_ref(), (kept > 1).then_some(&pictures[1]));
        }
        std::fs::write(&path, b"something else altogether").unwrap();
        let error = AnswerFile::open(&path).unwrap_err().to_string();
        assert!(error.contains("x.answers"), "{error}");
    }
}
