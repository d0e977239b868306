//! Talking to the service over its Unix socket: plain blocking calls for the command line.

mod error;
mod events;
mod socket;

use std::path::PathBuf;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use hyper::body::Incoming;
use hyper::client::conn::http1::handshake;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

pub use error::ClientError;
pub use events::Events;
pub use socket::{DEFAULT_SOCKET, SOCKET_VARIABLE, chosen_socket};

/// Longest time until an answer has come. The service gives up before.
const ANSWER_TIME: Duration = Duration::from_secs(40);
/// Largest answer in bytes, apart from pictures.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// Name of the service where HTTP wants a host.
const HOST_NAME: &str = "isptuned";

/// The service behind one socket.
#[derive(Debug)]
pub struct Client {
    runtime: Runtime,
    socket: PathBuf,
}

impl Client {
    /// A client for this socket; nothing is connected yet.
    ///
    /// # Errors
    /// [`ClientError::Runtime`]
    pub fn new(socket: PathBuf) -> Result<Self, ClientError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(ClientError::Runtime)?;
        Ok(Self { runtime, socket })
    }

    /// Asks for something.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::GET, path, Body::empty())
    }

    /// Wants something done.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn post<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::POST, path, Body::empty())
    }

    /// Sets something.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(ClientError::NotUnderstood)?;
        self.call(Method::PUT, path, Body::from(body))
    }

    /// Follows the service's events.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn events(&self) -> Result<Events<'_>, ClientError> {
        let answer =
            self.runtime.block_on(self.answer(Method::GET, "/v1/events", Body::empty()))?;
        Ok(Events::new(&self.runtime, answer.into_body()))
    }

    fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Body,
    ) -> Result<T, ClientError> {
        self.runtime.block_on(async {
            let answer = self.answer(method, path, body).await?;
            let bytes = bytes_of(answer).await?;
            serde_json::from_slice(&bytes).map_err(ClientError::NotUnderstood)
        })
    }

    /// A connection of its own for each call: there are one or two of them in a process.
    async fn answer(
        &self,
        method: Method,
        path: &str,
        body: Body,
    ) -> Result<Response<Incoming>, ClientError> {
        let stream = UnixStream::connect(&self.socket)
            .await
            .map_err(|error| ClientError::of_connect(&self.socket, error))?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, HOST_NAME)
            .header(CONTENT_TYPE, "application/json")
            .body(body)?;
        let answer = timeout(ANSWER_TIME, sender.send_request(request)).await??;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status().as_u16();
        Err(ClientError::refused(status, &bytes_of(answer).await?))
    }
}

async fn bytes_of(answer: Response<Incoming>) -> Result<Vec<u8>, ClientError> {
    let body = to_bytes(Body::new(answer.into_body()), ANSWER_BYTES);
    Ok(timeout(ANSWER_TIME, body).await?.map_err(ClientError::Body)?.to_vec())
}

/// A name as it stands in a path.
#[must_use]
pub fn in_path(name: &str) -> String {
    let byte = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_kind_stand_in_a_path() {
        assert_eq!(in_path("porch-2.left_A~"), "porch-2.left_A~");
        assert_eq!(in_path("a/b ?é%"), "a%2Fb%20%3F%C3%A9%25");
    }
}
