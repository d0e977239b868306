//! Server-sent events as a client reads them.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use hyper::body::{Body as _, Incoming};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::ClientError;
use crate::supervisor::CameraStatus;

/// Longest silence: the service sends a comment every 5 s.
const SILENCE: Duration = Duration::from_secs(45);

/// The statuses that the service sends, one for each change.
#[derive(Debug)]
pub struct Events<'r> {
    runtime: &'r Runtime,
    body: Incoming,
    /// What has come and is no whole event yet.
    text: Vec<u8>,
}

impl<'r> Events<'r> {
    pub(super) const fn new(runtime: &'r Runtime, body: Incoming) -> Self {
        Self { runtime, body, text: Vec::new() }
    }

    /// Waits for the next status; `None` when the service has ended the stream.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn next_status(&mut self) -> Result<Option<CameraStatus>, ClientError> {
        loop {
            while let Some(event) = self.next_event() {
                if let Some(data) = data_of(&event) {
                    return serde_json::from_str(&data)
                        .map(Some)
                        .map_err(ClientError::NotUnderstood);
                }
            }
            let body = &mut self.body;
            let frame = self.runtime.block_on(async {
                timeout(SILENCE, poll_fn(|context| Pin::new(&mut *body).poll_frame(context))).await
            })?;
            match frame {
                None => return Ok(None),
                Some(frame) => {
                    if let Some(data) = frame?.data_ref() {
                        self.text.extend_from_slice(data);
                    }
                }
            }
        }
    }

    fn next_event(&mut self) -> Option<String> {
        let end = self.text.windows(2).position(|pair| pair == b"\n\n")? + 2;
        let event: Vec<u8> = self.text.drain(..end).collect();
        Some(String::from_utf8_lossy(&event).into_owned())
    }
}

/// The data lines of an event; `None` for a comment.
fn data_of(event: &str) -> Option<String> {
    let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_events() {
        assert_eq!(data_of(":\n\n"), None);
        assert_eq!(data_of("event: camera\nid: 3\ndata: {\ndata:}\n\n").unwrap(), "{\n}");
    }
}
