//! Files that are either the old one or the new one, never a part of one.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file that could not be written. What was there before is untouched.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be written: {source}{}", file.display(), way_out(source))]
pub struct AtomicFileError {
    /// The file.
    pub file: PathBuf,
    /// What went wrong.
    pub source: io::Error,
}

fn way_out(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::NotFound => "; create the folder first",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "; choose a place where you may write"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "; free some space or write to another disk"
        }
        ErrorKind::IsADirectory => "; give the name of a file in it",
        _ => "",
    }
}

/// Replaces the file at `path` by what `write` writes, all or nothing.
///
/// The bytes go to a temporary file in the same folder, reach the disk (`fsync`), and take the
/// name by a rename. When anything fails the temporary file is removed and `path` is as it was.
/// A symbolic link is followed; permissions of a file that is replaced are kept. Something that
/// cannot be replaced without harm (a device, a pipe: `/dev/stdout`) is written to directly.
///
/// # Errors
/// [`AtomicFileError`] with the reason: a missing folder, no permission, a full disk, a folder or
/// a write-protected file at `path`, or the error that `write` returned.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> Result<(), AtomicFileError> {
    replace(path, write).map_err(|source| AtomicFileError { file: path.to_owned(), source })
}

fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> io::Result<()> {
    // A dangling link has no canonical path: the link itself is then replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let kept = match fs::metadata(&target) {
        Ok(found) if found.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => {
            return fill(&File::options().write(true).open(&target)?, write);
        }
        // A rename would replace it all the same, which whoever protected it does not expect.
        Ok(found) if found.permissions().readonly() => {
            return Err(io::Error::new(
                ErrorKind::PermissionDenied,
                "the file there is write-protected",
            ));
        }
        Ok(found) => Some(found.permissions()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let temporary = temporary_in(folder, kept)?;
    fill(temporary.as_file(), write)?;
    temporary.as_file().sync_all()?;
    temporary.persist(&target)?;
    // The rename itself is on disk only once the folder is. Some file systems refuse to sync a
    // folder; the file is complete under its name either way.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn fill(
    file: &File,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = BufWriter::with_capacity(1 << 17, file);
    let written = write(&mut writer).and_then(|()| writer.flush());
    if written.is_err() {
        // Dropping the writer would try to write the rest once more.
        let _ = writer.into_parts();
    }
    written
}

fn temporary_in(folder: &Path, kept: Option<Permissions>) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".isptune-").suffix(".tmp");
    // tempfile makes files for their owner only; a result is an ordinary file, for the umask.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let temporary = builder.tempfile_in(folder)?;
    if let Some(permissions) = kept {
        temporary.as_file().set_permissions(permissions)?;
    }
    Ok(temporary)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn writer_that_fails_halfway_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("look.png");
        write_atomically(&path, |writer| writer.write_all(b"old")).unwrap();
        let error = write_atomically(&path, |writer| {
            writer.write_all(&[7; 1 << 20])?;
            Err(ErrorKind::StorageFull.into())
        })
        .unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names_in(folder.path()), ["look.png"]);
        let message = error.to_string();
        assert!(message.contains("look.png") && message.contains("free some space"), "{message}");
    }

    #[test]
    fn missing_folder_is_named_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no/such/out.png");
        let message = write_atomically(&path, |_| Ok(())).unwrap_err().to_string();
        assert!(message.contains("no/such/out.png"), "{message}");
        assert!(message.contains("create the folder first"), "{message}");
    }

    #[test]
    fn folder_in_place_of_a_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let message = write_atomically(folder.path(), |_| Ok(())).unwrap_err().to_string();
        assert!(message.contains("give the name of a file in it"), "{message}");
        assert!(folder.path().is_dir());
    }

    #[test]
    fn write_protected_file_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        fs::write(&path, "old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        write_atomically(&path, |writer| writer.write_all(b"new")).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names_in(folder.path()), ["kept"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn full_device_is_reported_as_full() {
        let result = write_atomically(Path::new("/dev/full"), |writer| writer.write_all(b"x"));
        let message = result.unwrap_err().to_string();
        assert!(message.contains("/dev/full") && message.contains("free some space"), "{message}");
        let null = Path::new("/dev/null");
        write_atomically(null, |writer| writer.write_all(b"x")).unwrap();
        assert!(!fs::metadata(null).unwrap().is_file(), "a device was replaced by a file");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_survive() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_atomically(&link, |writer| writer.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
