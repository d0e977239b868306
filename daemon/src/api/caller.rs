//! Who is asking.

use std::fmt;
use std::net::SocketAddr;

/// The other end of a connection, for the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A process of this machine, as the kernel names it (`SO_PEERCRED`).
    Process {
        /// Its user.
        uid: u32,
        /// Its group.
        gid: u32,
        /// Its number, where the system tells it.
        pid: Option<i32>,
    },
    /// Somebody on the loopback port.
    Port(SocketAddr),
}

impl fmt::Display for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process { uid, gid, pid: Some(pid) } => {
                write!(formatter, "uid {uid}, gid {gid}, process {pid}")
            }
            Self::Process { uid, gid, pid: None } => write!(formatter, "uid {uid}, gid {gid}"),
            Self::Port(address) => write!(formatter, "{address}"),
        }
    }
}
