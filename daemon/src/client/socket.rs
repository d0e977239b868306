//! Which socket the service listens on, and whom it is for.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Where the service listens unless its configuration says otherwise.
pub const DEFAULT_SOCKET: &str = "/run/isptune/isptuned.sock";
/// Names another socket to every client.
pub const SOCKET_VARIABLE: &str = "ISPTUNE_SOCKET";

/// The socket of `--socket`, of the environment, or [`DEFAULT_SOCKET`], in this order.
#[must_use]
pub fn chosen_socket(option: Option<&Path>) -> PathBuf {
    let variable = || std::env::var_os(SOCKET_VARIABLE).filter(|value| !value.is_empty());
    match option {
        Some(socket) => socket.to_owned(),
        None => variable().unwrap_or_else(|| DEFAULT_SOCKET.into()).into(),
    }
}

/// `group NAME` of the socket, or of its folder where the socket cannot be seen.
pub(super) fn group_of(socket: &Path) -> String {
    let seen =
        fs::metadata(socket).or_else(|error| socket.parent().map_or(Err(error), fs::metadata));
    let Ok(gid) = seen.map(|seen| seen.gid()) else { return "its group".to_owned() };
    let groups = fs::read_to_string("/etc/group").unwrap_or_default();
    format!("group {}", name_of(gid, &groups).unwrap_or(&gid.to_string()))
}

/// Name of a group in a file of the form of group(5).
fn name_of(gid: u32, groups: &str) -> Option<&str> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(gid)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_told_by_its_name() {
        let groups = "root:x:0:\nisptune:x:994:ada,grace\nbroken\n";
        assert_eq!(name_of(994, groups), Some("isptune"));
        assert_eq!(name_of(0, groups), Some("root"));
        assert_eq!(name_of(7, groups), None);
    }

    #[test]
    fn an_option_comes_before_what_is_usual() {
        assert_eq!(chosen_socket(Some(Path::new("/x"))), Path::new("/x"));
    }
}
