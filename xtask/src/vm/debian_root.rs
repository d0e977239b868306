//! A root file system with systemd for guests: a small Debian on a disk image, made once beside the
//! build cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::initramfs::find;
use super::kernel::run;

/// The image's file; another number when it is to be made anew, because of another content.
const IMAGE: &str = "debian-1.img";

/// Beside Debian's essential packages: what a camera box has, and v4l2-ctl and curl as independent
/// witnesses.
const PACKAGES: &str = "systemd,systemd-sysv,udev,dbus,kmod,adduser,v4l-utils,curl";

/// Not needed in a guest, and half of its size.
const LEFT_OUT: [&str; 3] = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"];

/// 190 MB are in it; the rest is for what a lane installs and for its journal.
const IMAGE_SIZE: &str = "700M";

/// The image that lies in `folder`, or else one made there (about a minute with a fast network).
/// Guests must not write to it.
///
/// # Errors
/// When this is no Debian, mmdebstrap or mke2fs is missing, we are not root, or there is no network.
pub fn fetch(folder: &Path) -> Result<PathBuf> {
    let image = folder.join(IMAGE);
    if image.exists() {
        return Ok(image);
    }
    let (mmdebstrap, mke2fs) = (find("mmdebstrap")?, find("mke2fs")?);
    let release = fs::read_to_string("/etc/os-release").context("/etc/os-release")?;
    let suite = suite(&release)?;
    eprintln!("making a Debian root ({suite}) with systemd");
    // Made aside and moved into place, so that an interrupted one leaves nothing behind.
    let aside = tempfile::tempdir_in(folder).with_context(|| folder.display().to_string())?;
    let (root, unfinished) = (aside.path().join("root"), aside.path().join(IMAGE));
    let mut make = Command::new(mmdebstrap);
    // In its other modes it leaves files that only name spaces of its own can read.
    make.args(["--quiet", "--mode=root", "--variant=minbase"]);
    make.arg(format!("--include={PACKAGES}"));
    make.args(LEFT_OUT.map(|pattern| format!("--dpkgopt=path-exclude={pattern}")));
    run(make.arg(suite).arg(&root))?;
    // It is read far more often than it crashes.
    let mut format = Command::new(mke2fs);
    format.args(["-q", "-t", "ext4", "-O", "^has_journal", "-d"]).arg(&root).arg(&unfinished);
    run(format.arg(IMAGE_SIZE))?;
    fs::rename(&unfinished, &image)
        .with_context(|| format!("{} → {}", unfinished.display(), image.display()))?;
    Ok(image)
}

/// Name of this Debian's release: programs built here need its C library.
fn suite(os_release: &str) -> Result<&str> {
    let field = |key| os_release.lines().find_map(|line| line.strip_prefix(key));
    ensure!(field("ID=") == Some("debian"), "this is no Debian");
    field("VERSION_CODENAME=").context("/etc/os-release names no release")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_debians_have_a_suite() {
        let debian = "NAME=\"Debian\"\nVERSION_CODENAME=bookworm\nID=debian\n";
        assert_eq!(suite(debian).unwrap(), "bookworm");
        assert!(suite(&debian.replace("ID=debian", "ID=ubuntu")).is_err());
        assert!(suite("ID=debian\n").is_err());
    }
}
