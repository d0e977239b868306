//! What can go wrong between a client and the service.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio::time::error::Elapsed;

use super::socket::group_of;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody listens.
    #[error(
        "no daemon answers at {socket}: start it (systemctl start isptuned), or name its socket \
         with --socket", socket = .socket.display()
    )]
    NoDaemon {
        /// The socket.
        socket: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// The socket is not for this user.
    #[error(
        "{socket}: only root and the members of {group} may use this socket; add yourself with \
         usermod -aG and log in anew, or use sudo", socket = .socket.display()
    )]
    NotPermitted {
        /// The socket.
        socket: PathBuf,
        /// `group NAME`, as far as it can be told.
        group: String,
    },
    /// The socket cannot be used for another reason.
    #[error("{socket}: {source}", socket = .socket.display())]
    Socket {
        /// The socket.
        socket: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// The service says no.
    #[error("{text}")]
    Refused {
        /// Status of the answer, 400 and above.
        status: u16,
        /// What it says.
        text: String,
    },
    /// The service does not answer.
    #[error("the daemon does not answer; journalctl -u isptuned shows what it does")]
    Late(#[from] Elapsed),
    /// The connection broke.
    #[error("the connection to the daemon broke: {0}")]
    Broken(#[from] hyper::Error),
    /// The answer broke off.
    #[error("the daemon's answer: {0}")]
    Body(axum::Error),
    /// The answer has another form.
    #[error("the daemon's answer is not understood, is it of another version? {0}")]
    NotUnderstood(serde_json::Error),
    /// The request cannot be made.
    #[error("the request to the daemon: {0}")]
    Request(#[from] hyper::http::Error),
    /// The system gives no means to wait for a socket.
    #[error("cannot wait for a socket: {0}")]
    Runtime(io::Error),
}

#[derive(Deserialize)]
struct ErrorJson {
    error: String,
}

impl ClientError {
    pub(super) fn of_connect(socket: &Path, source: io::Error) -> Self {
        let socket = socket.to_owned();
        match source.kind() {
            // Reset: it has ended while it was asked.
            ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => {
                Self::NoDaemon { socket, source }
            }
            ErrorKind::PermissionDenied => Self::NotPermitted { group: group_of(&socket), socket },
            _ => Self::Socket { socket, source },
        }
    }

    pub(super) fn refused(status: u16, body: &[u8]) -> Self {
        let text = serde_json::from_slice(body).map_or_else(
            |_| format!("the daemon refuses with status {status}"),
            |ErrorJson { error }| error,
        );
        Self::Refused { status, text }
    }
}
