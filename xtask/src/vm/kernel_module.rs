//! Kernel modules of our own: test fixtures in `tests/vm/NAME/`, built against Debian's headers of
//! the guests' kernel, which are unpacked beside it and never installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::initramfs::find;
use super::kernel::{Kernel, Package, run};
use crate::data::checkout;

/// Unpacked header packages of a kernel.
#[derive(Debug)]
pub struct Headers {
    root: PathBuf,
    version: String,
}

impl Headers {
    /// The headers that lie in `folder`, or else those that apt offers for this kernel, put there
    /// (14 MB to load, 80 MB to keep).
    ///
    /// # Errors
    /// When make or a compiler is missing, apt has no network, or does not offer the headers of this
    /// kernel any more.
    pub fn fetch(folder: &Path, kernel: &Kernel) -> Result<Self> {
        for program in ["make", "gcc"] {
            find(program)?;
        }
        let version = kernel.version().to_owned();
        let root = folder.join(format!("headers-{version}"));
        if !root.exists() {
            // Made aside and moved into place, so that an interrupted download leaves nothing behind.
            let aside =
                tempfile::tempdir_in(folder).with_context(|| folder.display().to_string())?;
            let unpacked = aside.path().join("root");
            let own = format!("linux-headers-{version}");
            let shared = Package::dependencies(&own)?;
            let headers = ["linux-headers-", "linux-kbuild-"];
            let shared =
                shared.into_iter().filter(|name| headers.iter().any(|head| name.starts_with(head)));
            for name in shared.chain([own]) {
                let load = aside.path().join(&name);
                fs::create_dir(&load)?;
                let package = Package::named(&name)?.load(&load)?;
                run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&unpacked))?;
            }
            fs::rename(&unpacked, &root)
                .with_context(|| format!("{} → {}", unpacked.display(), root.display()))?;
        }
        Ok(Self { root, version })
    }

    /// Builds the module whose source is `tests/vm/NAME/` in `folder` and gives its file.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn build(&self, name: &str, folder: &Path) -> Result<PathBuf> {
        let variable = |key: &str, path: &Path| format!("{key}={}", path.display());
        run(Command::new("make")
            .arg("--silent")
            .arg(variable("HEADERS", &self.root))
            .arg(variable("OUT", folder))
            .arg(format!("KERNEL={}", self.version))
            .current_dir(checkout().join("tests/vm").join(name)))
        .with_context(|| format!("kernel module {name}"))?;
        Ok(folder.join(name).with_extension("ko"))
    }
}
