//! The outside of a supervisor: how others ask it for something, and see what it does.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tuner::Frame;

use super::command::{Answer, Command, Refusal, Request};
use super::status::CameraStatus;
use crate::service_config::CameraEntry;

/// Requests that may wait for a supervisor.
pub(super) const WAITING_REQUESTS: usize = 16;
/// How long an answer is waited for: longer than a query of a slow camera.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// One of a camera's pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureKind {
    /// The newest that was measured or glanced at.
    Live,
    /// The look as it is held: with its strength, at the size of the look.
    Goal,
    /// The camera as it was found.
    Found,
}

/// The newest pictures of a camera.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    pub live: Option<Arc<Frame>>,
    pub goal: Option<Arc<Frame>>,
    pub found: Option<Arc<Frame>>,
}

/// What supervisor and handles share.
#[derive(Debug)]
pub(super) struct Shared {
    pub status: watch::Sender<Arc<CameraStatus>>,
    pub pictures: Mutex<Pictures>,
    /// Ends the tune that is running, and any wait for a frame.
    pub cancel: Arc<AtomicBool>,
    /// Counts what the supervisor has got done, for the watchdog.
    pub progress: Arc<AtomicU64>,
    /// The button of the camera was pressed.
    pub pressed: AtomicBool,
    /// Asks for the end.
    pub stopping: AtomicBool,
    /// A configuration that was read anew and not taken over yet.
    pub entry: Mutex<Option<CameraEntry>>,
}

/// The way to a supervisor. Clones are the same way.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) name: String,
    pub(super) requests: SyncSender<Request>,
    pub(super) shared: Arc<Shared>,
}

impl Handle {
    /// The camera's name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The newest status.
    #[must_use]
    pub fn status(&self) -> Arc<CameraStatus> {
        Arc::clone(&self.shared.status.borrow())
    }

    /// Tells when the status has changed.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<CameraStatus>> {
        self.shared.status.subscribe()
    }

    /// The newest picture of a kind.
    #[must_use]
    pub fn picture(&self, kind: PictureKind) -> Option<Arc<Frame>> {
        let pictures = self.shared.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        match kind {
            PictureKind::Live => pictures.live.clone(),
            PictureKind::Goal => pictures.goal.clone(),
            PictureKind::Found => pictures.found.clone(),
        }
    }

    /// How much the supervisor has got done; a number that stands still is one that hangs.
    #[must_use]
    pub fn progress(&self) -> u64 {
        self.shared.progress.load(Ordering::Relaxed)
    }

    /// Asks for the end of the supervisor, which puts its camera back or leaves it as it stands.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.cancel.store(true, Ordering::Release);
    }

    /// Hands over a configuration that was read anew.
    pub fn configure(&self, entry: CameraEntry) {
        *self.shared.entry.lock().unwrap_or_else(PoisonError::into_inner) = Some(entry);
        self.shared.cancel.store(true, Ordering::Relaxed);
    }

    /// Asks for something and waits for the answer.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn ask(&self, command: Command) -> Result<Answer, Refusal> {
        let (reply, answer) = oneshot::channel();
        let interrupts = command.interrupts();
        match self.requests.try_send(Request { command, reply }) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                return Err(Refusal::Unanswered);
            }
        }
        if interrupts {
            self.shared.cancel.store(true, Ordering::Relaxed);
        }
        match tokio::time::timeout(LONGEST_WAIT, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Refusal::Unanswered),
        }
    }
}
