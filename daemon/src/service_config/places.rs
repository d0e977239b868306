//! Where everything of the service lies.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folders of the service, all of them under one root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The main configuration of the administrator.
    pub config: PathBuf,
    /// The main configuration of the vendor.
    pub vendor_config: PathBuf,
    /// Drop-ins that last until the next start of the machine.
    pub run_time_config: PathBuf,
    /// What must survive a restart: looks, settings, what was found in cameras.
    pub state: PathBuf,
    /// What need not: socket and lock.
    pub run_time: PathBuf,
}

impl Places {
    /// The usual places under `root` (`/` but for tests). `config` is another main configuration.
    /// `STATE_DIRECTORY` and `RUNTIME_DIRECTORY`, as systemd sets them, are taken where the root is
    /// `/`.
    #[must_use]
    pub fn under(root: &Path, config: Option<&Path>) -> Self {
        let variable = |name: &str| std::env::var_os(name);
        Self::chosen(root, config, &variable)
    }

    fn chosen(
        root: &Path,
        config: Option<&Path>,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Self {
        let of_systemd = |name: &str| {
            let first = std::env::split_paths(&variable(name)?).next();
            first.filter(|path| path.is_absolute() && root == Path::new("/"))
        };
        let run_time = of_systemd("RUNTIME_DIRECTORY").unwrap_or_else(|| root.join("run/isptune"));
        Self {
            config: config.map_or_else(|| root.join("etc/isptune/isptuned.toml"), Path::to_owned),
            vendor_config: root.join("usr/lib/isptune/isptuned.toml"),
            run_time_config: run_time.join("isptuned.toml"),
            state: of_systemd("STATE_DIRECTORY").unwrap_or_else(|| root.join("var/lib/isptune")),
            run_time,
        }
    }

    /// The socket, where the configuration names no other.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.run_time.join("isptuned.sock")
    }

    /// The lock that one service holds. It lies beside the socket: a state that has become read-only
    /// must not keep the service from starting.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.run_time.join("lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_under_the_root() {
        let places = Places::chosen(Path::new("/tmp/r"), None, &|_| Some("/elsewhere".into()));
        for place in [&places.config, &places.vendor_config, &places.state, &places.run_time] {
            assert!(place.starts_with("/tmp/r"), "{}", place.display());
        }
    }

    #[test]
    fn systemd_says_where_on_a_real_machine() {
        let set = |name: &str| (name == "STATE_DIRECTORY").then(|| "/var/lib/private/x:/y".into());
        let places = Places::chosen(Path::new("/"), Some(Path::new("my.toml")), &set);
        assert_eq!(places.state, Path::new("/var/lib/private/x"));
        assert_eq!(places.socket(), Path::new("/run/isptune/isptuned.sock"));
        assert_eq!(places.config, Path::new("my.toml"));
    }
}
