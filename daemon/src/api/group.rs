//! The group whose members may use the Unix socket, asked for once more beside the mode of the
//! socket's file, which anybody with its folder may have changed.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Caller;

const ROOT: u32 = 0;

/// A group of `/etc/group`, with those of its members that `/etc/group` and `/etc/passwd` know.
#[derive(Debug, Clone)]
pub struct Group {
    gid: u32,
    /// As it was asked for.
    label: String,
    /// The service's own user.
    own: u32,
    /// `/etc`.
    folder: PathBuf,
}

impl Group {
    /// The group of this name, or of this number.
    ///
    /// # Errors
    /// When `/etc/group` cannot be read, or has no such group.
    pub fn named(name: &str) -> io::Result<Self> {
        Self::of_files(name, Path::new("/etc"), rustix::process::geteuid().as_raw())
    }

    fn of_files(name: &str, folder: &Path, own: u32) -> io::Result<Self> {
        let found = |gid| Self { gid, label: name.to_owned(), own, folder: folder.to_owned() };
        if let Ok(number) = name.parse() {
            return Ok(found(number));
        }
        let known = fs::read_to_string(folder.join("group"))?;
        let number = known.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
        });
        number.map(found).ok_or_else(|| {
            io::Error::new(
                ErrorKind::NotFound,
                format!("there is no group \"{name}\"; make it (groupadd --system {name})"),
            )
        })
    }

    /// Its number.
    #[must_use]
    pub const fn gid(&self) -> u32 {
        self.gid
    }

    /// As it was asked for: a name, or a number.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether it lets a caller in: root, the service's own user, and its members. The kernel names
    /// user and first group of a process (`SO_PEERCRED`); other groups are those that the files give
    /// to that user now. Files that cannot be read let nobody in by them.
    #[must_use]
    pub fn admits(&self, caller: &Caller) -> bool {
        let Caller::Process { uid, gid, .. } = *caller else { return true };
        uid == ROOT || uid == self.own || gid == self.gid || self.lists(uid).unwrap_or(false)
    }

    /// Whether the files have the user `uid` in the group, first or otherwise.
    fn lists(&self, uid: u32) -> io::Result<bool> {
        let users = fs::read_to_string(self.folder.join("passwd"))?;
        let user = users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, number, first, ..] = fields.as_slice() else { return None };
            (number.parse() == Ok(uid)).then_some((*name, first.parse::<u32>().ok()?))
        });
        let Some((name, first)) = user else { return Ok(false) };
        if first == self.gid {
            return Ok(true);
        }
        let groups = fs::read_to_string(self.folder.join("group"))?;
        let is_member = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let [_, _, number, members] = fields.as_slice() else { return false };
            number.parse() == Ok(self.gid) && members.split(',').any(|member| member == name)
        };
        Ok(groups.lines().any(is_member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn process(uid: u32, gid: u32) -> Caller {
        Caller::Process { uid, gid, pid: None }
    }

    #[test]
    fn root_the_service_and_the_members_come_in_and_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let passwd = "root:x:0:0::/root:/bin/sh\nisptune:x:900:900::/:/bin/false\n\
                      ann:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n\
                      cleo:x:1002:44::/:/bin/sh\nbroken\n";
        let groups = "root:x:0:\nvideo:x:44:ann,dora\nannex:x:45:bob\nbroken\n";
        fs::write(folder.path().join("passwd"), passwd).unwrap();
        fs::write(folder.path().join("group"), groups).unwrap();
        let video = Group::of_files("video", folder.path(), 900).unwrap();
        assert_eq!((video.gid(), video.label()), (44, "video"));
        for (uid, gid, admitted) in [
            (0, 0, true),
            (900, 900, true),
            (1000, 1000, true),
            (1001, 1001, false),
            // A first group of files, and one of the process.
            (1002, 1002, true),
            (1001, 44, true),
            (65_534, 65_534, false),
        ] {
            assert_eq!(video.admits(&process(uid, gid)), admitted, "{uid} {gid}");
        }
        let by_number = Group::of_files("44", folder.path(), 900).unwrap();
        assert!(by_number.admits(&process(1000, 1000)));
        let missing = Group::of_files("vidoe", folder.path(), 900).unwrap_err().to_string();
        assert!(missing.contains("there is no group \"vidoe\""), "{missing}");
        fs::remove_file(folder.path().join("group")).unwrap();
        assert!(!video.admits(&process(1000, 1000)), "files that cannot be read let somebody in");
        assert!(video.admits(&process(0, 0)));
    }
}
