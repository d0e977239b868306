//! Photographs that are not in the repository, for the tests that say when they are missing.

use std::path::PathBuf;

/// The data folder: `ISPTUNE_DATA`, or `shared` beside the checkout.
pub fn data() -> PathBuf {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    std::env::var("ISPTUNE_DATA").unwrap_or_else(|_| format!("{workspace}/../shared")).into()
}

/// The first twenty validation photographs that are JPEG files, by name; none where there are none.
pub fn validation() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data().join("photos/val"));
    let files = entries.into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut jpegs: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "jpg")).collect();
    jpegs.sort();
    jpegs.truncate(20);
    jpegs
}
