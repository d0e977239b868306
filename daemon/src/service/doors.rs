//! Opening the ways in: the Unix socket, which may be systemd's, and the loopback port where it is
//! asked for.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
use rustix::fs::{Gid, chown};
use tokio::net::{TcpListener, UnixListener};

use super::run::ServiceError;
use crate::api::{Door, SocketGroup, Token};
use crate::service_config::{ApiConfig, Places};

/// The doors of one service. The socket's file goes with them.
#[derive(Debug)]
pub(super) struct Doors {
    pub doors: Vec<Door>,
    /// The file that was made, and goes with the service. A socket of systemd's stays.
    pub own_file: Option<PathBuf>,
}

impl Doors {
    /// Opens them as the configuration says. What an earlier service left behind is replaced: the
    /// instance lock is held, so nobody listens there.
    ///
    /// # Errors
    /// [`ServiceError`] when one cannot be opened.
    pub(super) async fn open(config: &ApiConfig, places: &Places) -> Result<Self, ServiceError> {
        let socket = config.socket.clone().unwrap_or_else(|| places.socket());
        let failed = || ServiceError::start(socket.display().to_string());
        let group = config.group.as_deref().map(SocketGroup::named).transpose();
        let group = group.map_err(failed())?;
        let (door, own_file) = match inherited()? {
            Some(listener) => (of_systemd(listener)?, None),
            None => {
                let listener = listen(&socket, group.as_ref()).map_err(failed())?;
                let door = Door::unix(listener)?;
                let (path, group) = (socket.clone(), group.clone());
                let again = Box::new(move || listen(&path, group.as_ref()));
                (door.looking_after(&socket, again)?, Some(socket))
            }
        };
        let mut doors = vec![match group {
            Some(group) => door.for_group(group),
            None => door,
        }];
        if let (Some(address), Some(file)) = (config.tcp, &config.token_file) {
            let token = token(file)?;
            let listener = TcpListener::bind(address).await;
            let listener = listener.map_err(ServiceError::start(address.to_string()))?;
            doors.push(Door::port(listener, token)?);
            tracing::info!(%address, "the API listens there as well, to callers with the token");
        }
        Ok(Self { doors, own_file })
    }

    /// Takes the socket's file away.
    pub(super) fn close(socket: &Path) {
        let is_socket = |found: fs::Metadata| found.file_type().is_socket();
        if fs::symlink_metadata(socket).is_ok_and(is_socket) {
            // Nothing is lost if it stays: the next service replaces it.
            let _ = fs::remove_file(socket);
        }
    }
}

/// The socket that systemd listens on and hands over (`LISTEN_FDS`, sd_listen_fds(3)), if there is
/// one.
///
/// # Errors
/// [`ServiceError::Start`] when what it hands over is no Unix socket, or cannot be used.
fn inherited() -> Result<Option<UnixListener>, ServiceError> {
    let failed = || ServiceError::start("the socket that systemd hands over");
    let mut inherited = ListenFd::from_env();
    if inherited.len() > 1 {
        tracing::warn!("systemd hands over {} sockets; the first is used", inherited.len());
    }
    let Some(listener) = inherited.take_unix_listener(0).map_err(failed())? else {
        return Ok(None);
    };
    listener.set_nonblocking(true).map_err(failed())?;
    let address = listener.local_addr().map_err(failed())?;
    let place = address.as_pathname().map_or_else(String::new, |path| path.display().to_string());
    tracing::info!(place, "the API listens on the socket of systemd");
    UnixListener::from_std(listener).map(Some).map_err(failed())
}

/// A door whose file is systemd's to make.
fn of_systemd(listener: UnixListener) -> Result<Door, ServiceError> {
    let path =
        listener.local_addr().ok().and_then(|address| Some(address.as_pathname()?.to_owned()));
    let door = Door::unix(listener)?;
    let Some(path) = path else { return Ok(door) };
    let again = || Err(io::Error::other("it is systemd's"));
    Ok(door.looking_after(&path, Box::new(again))?)
}

/// Makes the socket.
fn listen(socket: &Path, group: Option<&SocketGroup>) -> io::Result<UnixListener> {
    if let Some(folder) = socket.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::symlink_metadata(socket) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(socket)?,
        Ok(_) => {
            let told = "it is no socket; move it away, or give the API another one";
            return Err(io::Error::new(ErrorKind::AlreadyExists, told));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // Nobody may come in between the socket's birth and its permissions.
    let mask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(socket);
    rustix::process::umask(mask);
    let listener = listener?;
    hand_over(socket, group).inspect_err(|_| Doors::close(socket))?;
    Ok(listener)
}

/// Lets the group in, and nobody else.
fn hand_over(socket: &Path, group: Option<&SocketGroup>) -> io::Result<()> {
    if let Some(group) = group {
        chown(socket, None, Some(Gid::from_raw(group.gid()))).map_err(|error| {
            let error = io::Error::from(error);
            io::Error::new(
                error.kind(),
                format!(
                    "group \"{}\": {error}; the service's user must be in that group",
                    group.label()
                ),
            )
        })?;
    }
    fs::set_permissions(socket, Permissions::from_mode(0o660))
}

fn token(file: &Path) -> Result<Token, ServiceError> {
    let failed = || ServiceError::start(file.display().to_string());
    let text = fs::read_to_string(file).map_err(failed())?;
    let first = text.lines().next().unwrap_or_default();
    Token::new(first)
        .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
        .map_err(failed())
}
