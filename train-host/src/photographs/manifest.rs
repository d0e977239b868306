//! The list of sources and licences that stands beside photographs.

use std::path::{Path, PathBuf};

/// Name of the list in a folder of photographs.
const MANIFEST: &str = "MANIFEST.tsv";

/// A photograph with the licence that its folder's list gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicencedFile {
    /// The file.
    pub path: PathBuf,
    /// Text of the column `licence`; empty where the folder has no list.
    pub licence: String,
    /// Text of the column `source`; empty where the folder has no list.
    pub source: String,
}

/// The pictures (jpg, png, webp, tif) of a folder in the order of their names, with the licences of
/// its `MANIFEST.tsv` (tab-separated, a head line with `file`, `source`, `licence`).
///
/// # Errors
/// When the folder or its list cannot be read; the path is in the message.
pub fn read_manifest(folder: &Path) -> std::io::Result<Vec<LicencedFile>> {
    let named = |error: std::io::Error, path: &Path| {
        std::io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    };
    let entries = std::fs::read_dir(folder).map_err(|error| named(error, folder))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| named(error, folder))?.path();
        let kind = path.extension().map(|kind| kind.to_string_lossy().to_lowercase());
        let pictures = ["jpg", "jpeg", "png", "webp", "tif", "tiff"];
        if kind.is_some_and(|kind| pictures.contains(&kind.as_str())) {
            paths.push(path);
        }
    }
    paths.sort();
    let list = folder.join(MANIFEST);
    let text = match std::fs::read_to_string(&list) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(named(error, &list)),
    };
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| head.iter().position(|title| *title == name);
    let (file, source, licence) = (column("file"), column("source"), column("licence"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    let cell = |row: &Vec<&str>, at: Option<usize>| -> String {
        at.and_then(|at| row.get(at)).map(|text| (*text).to_owned()).unwrap_or_default()
    };
    let files = paths.into_iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let row = rows.iter().find(|row| cell(row, file) == name);
        let licence = row.map(|row| cell(row, licence)).unwrap_or_default();
        let source = row.map(|row| cell(row, source)).unwrap_or_default();
        LicencedFile { path, licence, source }
    });
    Ok(files.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_come_from_the_list_and_other_files_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.jpg", "a.PNG", "notes.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let list = "file\tsource\toriginal\tlicence\nb.jpg\tme\tx\tCC0\n";
        std::fs::write(folder.path().join(MANIFEST), list).unwrap();
        let files = read_manifest(folder.path()).unwrap();
        let licences: Vec<&str> = files.iter().map(|file| file.licence.as_str()).collect();
        assert_eq!(licences, ["", "CC0"]);
        let error = read_manifest(&folder.path().join("none")).unwrap_err();
        assert!(error.to_string().contains("none"), "{error}");
    }
}
