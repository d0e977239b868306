//! Where clients come in: a Unix socket for the members of its group, or a loopback port for those
//! who have the token.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::connection::{self, LAST_WORDS};
use super::group::Group;
use super::routes::{Entry, router};
use super::socket_file::{Listen, SocketFile};
use super::{Api, Caller, Token};

/// Connections at the same time at each door; one more is told to come again.
const CONNECTIONS: usize = 64;
/// Pause after a connection could not be taken, say because there are too many open files.
const BREATH: Duration = Duration::from_millis(100);
/// How often the socket's file is looked for.
const FILE_INTERVAL: Duration = Duration::from_secs(2);
/// What a client is told when all connections are taken.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n\
Content-Length: 46\r\nRetry-After: 1\r\nConnection: close\r\n\r\n\
{\"error\":\"too many connections; try again\"}   ";

/// A listener together with who may come in.
#[derive(Debug)]
pub struct Door {
    listener: Listener,
    entry: Entry,
    file: Option<SocketFile>,
}

#[derive(Debug)]
enum Listener {
    Unix(UnixListener),
    Port(TcpListener),
}

/// A listener that would let the wrong people in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DoorError {
    /// The address can be reached from outside.
    #[error(
        "{0}: the API is served on loopback addresses only (127.0.0.1 or [::1]); reach it from \
         elsewhere through ssh -L"
    )]
    NotLoopback(SocketAddr),
    /// The socket's file lets everybody in.
    #[error("{file}: everybody could write to this socket (mode {mode:03o}); set mode 660", file = .file.display())]
    TooOpen {
        /// The socket.
        file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The listener does not say where it listens.
    #[error("the listener of the API: {0}")]
    Listener(#[from] io::Error),
}

impl Door {
    /// A Unix socket. The kernel lets in whom the mode of its file lets in: root, its owner and the
    /// members of its group.
    ///
    /// # Errors
    /// [`DoorError::TooOpen`] when the mode lets in everybody.
    pub fn unix(listener: UnixListener) -> Result<Self, DoorError> {
        if let Some(file) = listener.local_addr()?.as_pathname() {
            let mode = mode_of(file)?;
            if mode & 0o002 != 0 {
                return Err(DoorError::TooOpen { file: file.to_owned(), mode });
            }
        }
        Ok(Self { listener: Listener::Unix(listener), entry: Entry::default(), file: None })
    }

    /// Lets nobody in but root, the service's own user and the members of `group`, whatever the mode
    /// of the socket's file says later.
    #[must_use]
    pub fn for_group(self, group: Group) -> Self {
        Self { entry: Entry { group: Some(group), ..self.entry }, ..self }
    }

    /// Looks after the file at `path`, the socket's, while it is served: once it is gone, `listen`
    /// makes it anew. Connections that are open live on.
    ///
    /// # Errors
    /// [`DoorError::Listener`] when there is no such file now.
    pub fn looking_after(self, path: &Path, listen: Listen) -> Result<Self, DoorError> {
        Ok(Self { file: Some(SocketFile::of(path, listen)?), ..self })
    }

    /// A loopback port. Every request has to carry the token.
    ///
    /// # Errors
    /// [`DoorError::NotLoopback`] when the address can be reached from outside.
    pub fn port(listener: TcpListener, token: Token) -> Result<Self, DoorError> {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            return Err(DoorError::NotLoopback(address));
        }
        let entry = Entry { token: Some(token), group: None };
        Ok(Self { listener: Listener::Port(listener), entry, file: None })
    }

    fn look_after_file(&mut self) {
        if let Some(listener) = self.file.as_mut().and_then(SocketFile::look_after) {
            self.listener = Listener::Unix(listener);
        }
    }

    async fn accept(&self) -> io::Result<(Box<dyn Stream>, Caller)> {
        match &self.listener {
            Listener::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                let peer = stream.peer_cred()?;
                let caller = Caller::Process { uid: peer.uid(), gid: peer.gid(), pid: peer.pid() };
                Ok((Box::new(stream), caller))
            }
            Listener::Port(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Box::new(stream), Caller::Port(address)))
            }
        }
    }
}

fn mode_of(file: &Path) -> io::Result<u32> {
    Ok(std::fs::metadata(file)?.permissions().mode() & 0o777)
}

/// A connection's two directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Serves the API at one door until [`Api::stop`] is called; answers that are under way are given
/// half a second.
pub async fn serve(api: Arc<Api>, mut door: Door) {
    let router = router(&api, door.entry.clone());
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stopping = api.stopping.subscribe();
    let mut connections = JoinSet::new();
    let mut file = interval(FILE_INTERVAL);
    file.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let accepted = tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => break,
            Some(_) = connections.join_next() => continue,
            _ = file.tick(), if door.file.is_some() => {
                door.look_after_file();
                continue;
            }
            accepted = door.accept() => accepted,
        };
        match accepted {
            Err(error) => {
                tracing::warn!(%error, "a connection to the API could not be taken");
                sleep(BREATH).await;
            }
            Ok((mut stream, caller)) => {
                if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                    let stopping = api.stopping.subscribe();
                    let router = router.clone();
                    connections.spawn(async move {
                        connection::converse(stream, caller, router, stopping).await;
                        drop(place);
                    });
                } else {
                    tracing::warn!(%caller, "all connections to the API are taken");
                    let _ = timeout(BREATH, stream.write_all(FULL)).await;
                }
            }
        }
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(LAST_WORDS, ended).await;
}
