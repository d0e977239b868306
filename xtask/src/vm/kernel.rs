//! A kernel for the guests: Debian's, unpacked beside the build cache and never installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

/// Package that always depends on Debian's newest kernel for PCs.
const META_PACKAGE: &str = "linux-image-amd64";

/// An unpacked kernel package.
#[derive(Debug)]
pub struct Kernel {
    root: PathBuf,
    version: String,
}

/// What apt says of the kernel's package.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    name: String,
    version: String,
    sha256: String,
}

impl Kernel {
    /// The kernel that lies in `folder`, or else the one that apt offers, put there (70 MB to load,
    /// 0.4 GB to keep).
    ///
    /// # Errors
    /// When this is no Debian, apt has no network, or the package is not what apt's list says.
    pub fn fetch(folder: &Path) -> Result<Self> {
        let root = folder.join("kernel");
        if !root.exists() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            // Made aside and moved into place, so that an interrupted download leaves nothing behind.
            let aside =
                tempfile::tempdir_in(folder).with_context(|| folder.display().to_string())?;
            let package = Package::newest()?;
            eprintln!("loading {} {}", package.name, package.version);
            let file = package.load(aside.path())?;
            let unpacked = aside.path().join("unpacked");
            run(Command::new("dpkg-deb").arg("--extract").arg(&file).arg(&unpacked))?;
            fs::rename(&unpacked, &root)
                .with_context(|| format!("{} → {}", unpacked.display(), root.display()))?;
        }
        let modules = root.join("lib/modules");
        let version = fs::read_dir(&modules)
            .with_context(|| modules.display().to_string())?
            .find_map(|entry| entry.ok()?.file_name().into_string().ok())
            .with_context(|| format!("{} holds no kernel", modules.display()))?;
        Ok(Self { root, version })
    }

    /// The kernel itself.
    pub fn image(&self) -> PathBuf {
        self.root.join("boot").join(format!("vmlinuz-{}", self.version))
    }

    /// Folder that stands for `/` in the package.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Name of the kernel's version, as `uname -r` says it.
    pub fn version(&self) -> &str {
        &self.version
    }
}

impl Package {
    fn newest() -> Result<Self> {
        let depends = apt_cache(&["show", "--no-all-versions", META_PACKAGE])?;
        let name = field(&depends, "Depends")
            .and_then(|list| list.split([' ', ',']).next())
            .with_context(|| format!("{META_PACKAGE} depends on no kernel"))?;
        Self::named(name)
    }

    /// The package of this name.
    pub(super) fn named(name: &str) -> Result<Self> {
        Self::parse(&apt_cache(&["show", "--no-all-versions", name])?)
    }

    /// Names of the packages that the package of this name needs.
    pub(super) fn dependencies(name: &str) -> Result<Vec<String>> {
        let record = apt_cache(&["show", "--no-all-versions", name])?;
        let depends = field(&record, "Depends").unwrap_or_default();
        let names = depends.split(',').filter_map(|entry| entry.split_whitespace().next());
        Ok(names.map(str::to_owned).collect())
    }

    fn parse(record: &str) -> Result<Self> {
        let field = |key| {
            let text = field(record, key).map(str::to_owned);
            text.with_context(|| format!("apt-cache does not tell the {key}"))
        };
        Ok(Self { name: field("Package")?, version: field("Version")?, sha256: field("SHA256")? })
    }

    /// Loads the package into the empty `folder` and gives its file.
    pub(super) fn load(&self, folder: &Path) -> Result<PathBuf> {
        let mut download = Command::new("apt-get");
        download.args(["download", "--quiet=2"]).arg(format!("{}={}", self.name, self.version));
        run(download.current_dir(folder))?;
        let file = fs::read_dir(folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
            .with_context(|| format!("apt-get left no package in {}", folder.display()))?;
        let bytes = fs::read(&file).with_context(|| file.display().to_string())?;
        let found: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        ensure!(
            found == self.sha256,
            "{} has SHA-256 {found}, but apt's list says {}",
            file.display(),
            self.sha256
        );
        Ok(file)
    }
}

/// A field of an apt record.
fn field<'a>(record: &'a str, key: &str) -> Option<&'a str> {
    record.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
}

fn apt_cache(arguments: &[&str]) -> Result<String> {
    let output = Command::new("apt-cache")
        .args(arguments)
        .output()
        .context("apt-cache (the kernel comes from Debian's package list)")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || text.is_empty() {
        bail!("apt offers no package {}", arguments.last().unwrap_or(&""));
    }
    Ok(text)
}

/// Runs a program that says nothing unless it fails.
pub(super) fn run(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| program.clone())?;
    if !output.status.success() {
        bail!("{program} ended with {}: {}", output.status, last_line(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn last_line(output: &[u8]) -> String {
    String::from_utf8_lossy(output).lines().last().unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_without_its_hash_is_refused() {
        let record = "Package: linux-image-1\nVersion: 1.2-3\nSHA256: abc\nDescription: a\n";
        let package = Package::parse(record).unwrap();
        assert_eq!((package.version.as_str(), package.sha256.as_str()), ("1.2-3", "abc"));
        let error = Package::parse(&record.replace("SHA256", "SHA1")).unwrap_err();
        assert!(error.to_string().contains("SHA256"), "{error}");
    }
}
