//! Kernel modules of our own: test fixtures in `tests/vm/NAME/`, built against Debian's headers of
//! the guests' kernel, which are unpacked beside it and never installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::apt::Apt;
use super::initramfs::find;
use super::kernel::{Kernel, run};
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
            let apt = Apt::native();
            let own = format!("linux-headers-{version}");
            let headers = ["linux-headers-", "linux-kbuild-"];
            let names = apt.dependencies(&own)?;
            let shared =
                names.into_iter().filter(|name| headers.iter().any(|head| name.starts_with(head)));
            let packages: Vec<_> =
                shared.chain([own]).map(|name| apt.package(&name)).collect::<Result<_>>()?;
            apt.unpack(&packages, &root)?;
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
