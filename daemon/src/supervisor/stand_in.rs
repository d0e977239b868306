//! A supervisor without a camera, so that what talks to one can be developed and tested alone.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tuner::Frame;

use super::command::Request;
use super::handle::{Handle, PictureKind, Pictures, Shared, WAITING_REQUESTS};
use super::status::CameraStatus;

/// The inside of a handle.
#[derive(Debug, Clone)]
pub struct StandIn {
    shared: Arc<Shared>,
}

/// A handle, its inside, and the requests that come in and that somebody has to answer.
#[must_use]
pub fn stand_in(name: &str) -> (Handle, StandIn, Receiver<Request>) {
    let (sender, requests) = sync_channel(WAITING_REQUESTS);
    let shared = Arc::new(Shared {
        status: watch::Sender::new(Arc::new(CameraStatus::new(name.to_owned()))),
        pictures: Mutex::new(Pictures::default()),
        cancel: Arc::default(),
        progress: Arc::new(AtomicU64::new(0)),
        pressed: AtomicBool::new(false),
        stopping: AtomicBool::new(false),
        entry: Mutex::new(None),
    });
    let handle = Handle { name: name.to_owned(), requests: sender, shared: Arc::clone(&shared) };
    (handle, StandIn { shared }, requests)
}

impl StandIn {
    /// Changes the status and counts its revision up.
    pub fn publish(&self, change: impl FnOnce(&mut CameraStatus)) {
        self.shared.status.send_modify(|status| {
            let status = Arc::make_mut(status);
            change(status);
            status.revision += 1;
        });
    }

    /// Has a picture shown.
    pub fn show(&self, kind: PictureKind, frame: Frame) {
        let mut pictures = self.shared.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        let place = match kind {
            PictureKind::Live => &mut pictures.live,
            PictureKind::Goal => &mut pictures.goal,
            PictureKind::Found => &mut pictures.found,
        };
        *place = Some(Arc::new(frame));
    }
}
