//! Opening the ways in: the Unix socket, and the loopback port where it is asked for.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, chown};
use tokio::net::{TcpListener, UnixListener};

use super::run::ServiceError;
use crate::api::{Door, Token};
use crate::service_config::{ApiConfig, Places};

/// The doors of one service. The socket's file goes with them.
#[derive(Debug)]
pub(super) struct Doors {
    pub doors: Vec<Door>,
    socket: PathBuf,
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
        let listener = unix(&socket, config.group.as_deref()).map_err(failed())?;
        let mut doors = vec![Door::unix(listener)?];
        if let (Some(address), Some(file)) = (config.tcp, &config.token_file) {
            let token = token(file)?;
            let listener = TcpListener::bind(address).await;
            let listener = listener.map_err(ServiceError::start(address.to_string()))?;
            doors.push(Door::port(listener, token)?);
            tracing::info!(%address, "the API listens there as well, to callers with the token");
        }
        Ok(Self { doors, socket })
    }

    /// Takes the socket's file away.
    pub(super) fn close(socket: &Path) {
        // Nothing is lost if it stays: the next service replaces it.
        let _ = fs::remove_file(socket);
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.socket.clone()
    }
}

fn unix(socket: &Path, group: Option<&str>) -> io::Result<UnixListener> {
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
fn hand_over(socket: &Path, group: Option<&str>) -> io::Result<()> {
    if let Some(group) = group {
        let gid = group_id(group)?;
        chown(socket, None, Some(gid)).map_err(|error| {
            let error = io::Error::from(error);
            io::Error::new(
                error.kind(),
                format!("group \"{group}\": {error}; the service's user must be in that group"),
            )
        })?;
    }
    fs::set_permissions(socket, Permissions::from_mode(0o660))
}

/// Number of a group in `/etc/group`, or the number itself.
fn group_id(group: &str) -> io::Result<Gid> {
    if let Ok(number) = group.parse() {
        return Ok(Gid::from_raw(number));
    }
    let known = fs::read_to_string("/etc/group")?;
    let number = known.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(group)).then(|| fields.nth(1)?.parse().ok())?
    });
    number.map(Gid::from_raw).ok_or_else(|| {
        io::Error::new(
            ErrorKind::NotFound,
            format!("there is no group \"{group}\"; make it (groupadd --system {group})"),
        )
    })
}

fn token(file: &Path) -> Result<Token, ServiceError> {
    let failed = || ServiceError::start(file.display().to_string());
    let text = fs::read_to_string(file).map_err(failed())?;
    let first = text.lines().next().unwrap_or_default();
    Token::new(first)
        .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
        .map_err(failed())
}
