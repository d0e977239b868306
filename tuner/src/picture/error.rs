//! What can be wrong with a picture file.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use crate::AtomicFileError;

/// Why a picture file was not read or written. Every message names the file and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The file is missing or may not be read.
    #[error("{}: cannot be read: {source}{}", file.display(), way_out(source))]
    Read {
        /// The file.
        file: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A folder was named.
    #[error("{}: is a folder; name a picture file in it", file.display())]
    Folder {
        /// The folder.
        file: PathBuf,
    },
    /// A file of zero bytes.
    #[error("{}: is empty; write or copy the picture again", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The content is no picture, whatever the name says.
    #[error(
        "{}: is not a picture that can be read; \
         give a PNG, JPEG, TIFF, WebP or PPM/PGM file", file.display()
    )]
    NotAPicture {
        /// The file.
        file: PathBuf,
    },
    /// The file ends before the picture does.
    #[error("{}: is cut short; write or copy the picture again", file.display())]
    Truncated {
        /// The file.
        file: PathBuf,
    },
    /// The content breaks the rules of its format.
    #[error("{}: is damaged: {reason}; write or copy the picture again", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What the decoder says.
        reason: String,
    },
    /// A file of a sensor's values (DNG, NEF, CR3 and so on), which are no picture yet.
    #[error(
        "{0}: a raw camera file is not read; develop it first, say by \
         rawtherapee-cli -o picture.tif -t -b16 -c {0}, and give that \
         (to go on tuning RawTherapee: --pipeline pipelines/rawtherapee.toml)", file.display()
    )]
    RawCameraFile {
        /// The file.
        file: PathBuf,
    },
    /// A picture, but of a kind that is not read: CMYK, floating point.
    #[error("{}: {kind} is not read; give it as 8- or 16-bit RGB, say as PNG", file.display())]
    Unsupported {
        /// The file.
        file: PathBuf,
        /// What it is.
        kind: String,
    },
    /// More pixels than can be worked on.
    #[error(
        "{}: {width}x{height} pixels is too large; at most {} pixels a side and {} million \
         pixels are read: crop it or make it smaller",
        file.display(), super::load::MAX_SIDE, super::load::MAX_PIXELS / 1_000_000
    )]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
    },
    /// The decoded picture does not fit into memory.
    #[error("{}: does not fit into memory; crop it or make it smaller", file.display())]
    Memory {
        /// The file.
        file: PathBuf,
    },
    /// An embedded ICC profile that cannot be used.
    #[error(
        "{}: its embedded colour profile cannot be used: {reason}; \
         convert the picture to sRGB, or remove the profile if it is sRGB already", file.display()
    )]
    ColourProfile {
        /// The file.
        file: PathBuf,
        /// What is wrong with the profile.
        reason: String,
    },
    /// A file name whose ending names no format that is written.
    #[error(
        "{}: the name does not end in a format that is written; \
         end it in .png, .tif, .tiff, .jpg, .jpeg or .ppm", file.display()
    )]
    Extension {
        /// The file.
        file: PathBuf,
    },
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] AtomicFileError),
}

fn way_out(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::NotFound => "; check the path",
        ErrorKind::PermissionDenied => "; check its permissions",
        _ => "",
    }
}
