//! Debian packages for guests: loaded and unpacked, never installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::kernel::run;

/// Debian's package lists for one kind of computer.
#[derive(Debug)]
pub struct Apt {
    options: Vec<String>,
    /// Where lists lie that this machine does not keep.
    _lists: Option<TempDir>,
}

/// What apt says of a package.
#[derive(Debug, PartialEq, Eq)]
pub struct Package {
    name: String,
    version: String,
    sha256: String,
}

impl Apt {
    /// The lists that this machine has.
    pub const fn native() -> Self {
        Self { options: Vec::new(), _lists: None }
    }

    /// The lists of another architecture from this machine's sources, fetched now (14 MB). What is
    /// installed here, and apt's own settings, are left alone.
    ///
    /// # Errors
    /// When this is no Debian, or the sources cannot be reached.
    pub fn foreign(architecture: &str) -> Result<Self> {
        let lists = tempfile::tempdir()?;
        let folder = lists.path();
        for name in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(name))?;
        }
        fs::write(folder.join("status"), "")?;
        let place = |key: &str, path: &str| format!("Dir::{key}={}", folder.join(path).display());
        let settings = [
            format!("APT::Architecture={architecture}"),
            format!("APT::Architectures={architecture}"),
            place("State::lists", "lists"),
            place("State::status", "status"),
            place("Cache", "cache"),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
        ];
        let options = settings.into_iter().flat_map(|setting| ["-o".to_owned(), setting]);
        let apt = Self { options: options.collect(), _lists: Some(lists) };
        run(apt.command("apt-get").args(["update", "--quiet=2"]))?;
        Ok(apt)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(&self.options);
        command
    }

    /// The package of this name.
    ///
    /// # Errors
    /// When apt offers none.
    pub fn package(&self, name: &str) -> Result<Package> {
        Package::parse(&self.record(name)?)
    }

    /// Names of the packages that the package of this name needs.
    ///
    /// # Errors
    /// When apt offers none of this name.
    pub fn dependencies(&self, name: &str) -> Result<Vec<String>> {
        let record = self.record(name)?;
        let depends = field(&record, "Depends").unwrap_or_default();
        let names = depends.split(',').filter_map(|entry| entry.split_whitespace().next());
        Ok(names.map(str::to_owned).collect())
    }

    /// Loads the packages and unpacks them all into the new folder `root`, which is there only when
    /// everything is.
    ///
    /// # Errors
    /// When apt has no network, or a package is not what apt's list says.
    pub fn unpack(&self, packages: &[Package], root: &Path) -> Result<()> {
        let folder = root.parent().context("a folder of its own")?;
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        // Made aside and moved into place, so that an interrupted download leaves nothing behind.
        let aside = tempfile::tempdir_in(folder).with_context(|| folder.display().to_string())?;
        let unpacked = aside.path().join("root");
        for package in packages {
            eprintln!("loading {} {}", package.name, package.version);
            let load = aside.path().join(&package.name);
            fs::create_dir(&load)?;
            let file = self.load(package, &load)?;
            run(Command::new("dpkg-deb").arg("--extract").arg(&file).arg(&unpacked))?;
        }
        fs::rename(&unpacked, root)
            .with_context(|| format!("{} → {}", unpacked.display(), root.display()))
    }

    /// Loads the package into the empty `folder` and gives its file.
    fn load(&self, package: &Package, folder: &Path) -> Result<PathBuf> {
        let mut download = self.command("apt-get");
        download.args(["download", "--quiet=2"]);
        download.arg(format!("{}={}", package.name, package.version));
        run(download.current_dir(folder))?;
        let file = fs::read_dir(folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
            .with_context(|| format!("apt-get left no package in {}", folder.display()))?;
        let bytes = fs::read(&file).with_context(|| file.display().to_string())?;
        let found: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        ensure!(
            found == package.sha256,
            "{} has SHA-256 {found}, but apt's list says {}",
            file.display(),
            package.sha256
        );
        Ok(file)
    }

    fn record(&self, name: &str) -> Result<String> {
        let output = self
            .command("apt-cache")
            .args(["show", "--no-all-versions", name])
            .output()
            .context("apt-cache (guests are made of Debian's packages)")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() || text.is_empty() {
            bail!("apt offers no package {name}");
        }
        Ok(text)
    }
}

impl Package {
    fn parse(record: &str) -> Result<Self> {
        let field = |key| {
            let text = field(record, key).map(str::to_owned);
            text.with_context(|| format!("apt-cache does not tell the {key}"))
        };
        Ok(Self { name: field("Package")?, version: field("Version")?, sha256: field("SHA256")? })
    }
}

/// A field of an apt record.
fn field<'a>(record: &'a str, key: &str) -> Option<&'a str> {
    record.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
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
