//! Where isptune keeps what must survive a crash and a restart.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use rustix::process::geteuid;

/// Where the state of isptune lies: the first directory of `$STATE_DIRECTORY` (set by systemd),
/// else `$XDG_STATE_HOME/isptune`, else `/var/lib/isptune` for root, else
/// `~/.local/state/isptune`. All of it lies under `root`, which is `/` except in tests.
///
/// `None` when neither is known: no home, no systemd, not root.
#[must_use]
pub fn state_directory(root: &Path) -> Option<PathBuf> {
    let chosen = choose(|name| std::env::var_os(name), geteuid().is_root())?;
    Some(under(root, &chosen))
}

fn choose(variable: impl Fn(&str) -> Option<OsString>, is_root: bool) -> Option<PathBuf> {
    // A relative path would mean another directory wherever the program is started.
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // systemd lists several directories with colons between them.
    let of_systemd = variable("STATE_DIRECTORY")
        .and_then(|list| std::env::split_paths(&list).next())
        .filter(|path| path.is_absolute());
    of_systemd.or_else(|| absolute("XDG_STATE_HOME").map(|home| home.join("isptune"))).or_else(
        || {
            if is_root {
                Some(PathBuf::from("/var/lib/isptune"))
            } else {
                absolute("HOME").map(|home| home.join(".local/state/isptune"))
            }
        },
    )
}

fn under(root: &Path, path: &Path) -> PathBuf {
    let parts = path.components().filter(|part| !matches!(part, Component::RootDir));
    root.join(parts.collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(variables: &[(&str, &str)], is_root: bool) -> Option<PathBuf> {
        let value = |name: &str| variables.iter().find(|(known, _)| *known == name);
        choose(|name| value(name).map(|(_, value)| value.into()), is_root)
    }

    #[test]
    fn systemd_comes_before_the_user_and_the_user_before_the_defaults() {
        let all = [("STATE_DIRECTORY", "/var/lib/a:/var/lib/b"), ("XDG_STATE_HOME", "/x")];
        assert_eq!(chosen(&all, true).unwrap(), Path::new("/var/lib/a"));
        assert_eq!(chosen(&all[1..], true).unwrap(), Path::new("/x/isptune"));
        let home = [("HOME", "/home/u")];
        assert_eq!(chosen(&home, false).unwrap(), Path::new("/home/u/.local/state/isptune"));
        assert_eq!(chosen(&home, true).unwrap(), Path::new("/var/lib/isptune"));
        assert_eq!(chosen(&[], false), None);
    }

    #[test]
    fn relative_and_empty_places_are_passed_over() {
        let odd = [("STATE_DIRECTORY", ""), ("XDG_STATE_HOME", "state"), ("HOME", "/h")];
        assert_eq!(chosen(&odd, false).unwrap(), Path::new("/h/.local/state/isptune"));
    }

    #[test]
    fn whole_tree_can_lie_under_another_root() {
        assert_eq!(
            under(Path::new("/tmp/r"), Path::new("/var/lib/x")),
            Path::new("/tmp/r/var/lib/x")
        );
    }
}
