//! What can go wrong with looks.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use tuner::actor::ActorError;
use tuner::{AtomicFileError, FrameError};

use super::Refusal;

/// A look that cannot be made, stored or read. Every message names the file or the value, and the
/// way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookError {
    /// A name that no look can have.
    #[error(
        "{name:?} is no name for a look: {problem}; use 1 to {} letters (a-z), digits, '-', '_' and \
         '.', not starting with a dot",
        super::LookName::LONGEST
    )]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A tag that no look can have.
    #[error("tag {tag:?}: {problem}; write key=value, as in illuminant=D50")]
    Tag {
        /// The tag.
        tag: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The picture is a bad reference.
    #[error(
        "{picture}: {}; give a better picture, or insist with --force",
        Refusal::list(refusals)
    )]
    Refused {
        /// Where the picture comes from.
        picture: String,
        /// Every reason.
        refusals: Vec<Refusal>,
    },
    /// There is a look of this name.
    #[error("look {name} exists already; choose another name, or ask for it with --replace")]
    Exists {
        /// The name.
        name: String,
    },
    /// There is no look of this name.
    #[error("{}: there is no look {name}{suggestion}", folder.display())]
    Missing {
        /// The name.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// What may have been meant.
        suggestion: String,
    },
    /// The folder of the looks cannot be used.
    #[error(
        "{}: cannot be used for looks: {source}; nothing was changed; choose another state folder, \
         or make it writable for isptune",
        folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file cannot be read or removed.
    #[error("{}: {source}{}", file.display(), way_out(source))]
    File {
        /// The file.
        file: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{0}; nothing that was stored before is lost")]
    Write(#[from] AtomicFileError),
    /// A file that is no look, or a damaged one. It stays where it is.
    #[error("{}: cannot be used as a look: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that is no sound policy of taste.
    #[error(transparent)]
    Policy(#[from] ActorError),
    /// A look that is larger than one may be.
    #[error("look {name} is too large ({reason}); make the picture smaller and try again")]
    TooLarge {
        /// The name.
        name: String,
        /// What is too large.
        reason: String,
    },
    /// The picture cannot be put into a file.
    #[error("look {name} cannot be encoded: {reason}; save the picture anew as PNG and give that")]
    Encode {
        /// The name.
        name: String,
        /// What went wrong.
        reason: String,
    },
    /// Frames of different sizes have no mean.
    #[error(
        "{}: is {}x{} pixels and the frame before it {}x{}; give frames of one camera and size",
        file.display(), size[0], size[1], first[0], first[1]
    )]
    FrameSize {
        /// The frame.
        file: PathBuf,
        /// Its width and height.
        size: [usize; 2],
        /// Width and height of the first frame.
        first: [usize; 2],
    },
    /// The picture cannot be worked on.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

fn way_out(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::NotFound => "; check the path",
        ErrorKind::PermissionDenied => "; check its permissions",
        ErrorKind::ReadOnlyFilesystem => "; make the file system writable",
        _ => "",
    }
}

/// A foreign text in one line without control characters, shortened.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 300;
    text.chars().take(LONGEST).map(|c| if c.is_control() { '·' } else { c }).collect()
}
