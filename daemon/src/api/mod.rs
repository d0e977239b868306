//! The service's HTTP API, on a Unix socket and, where it is asked for, on a loopback port. Routes,
//! forms and permissions stand in `docs/api.md` and `docs/openapi.json`.

mod body;
mod caller;
mod cameras;
mod commands;
mod connection;
mod door;
mod error;
mod events;
mod group;
mod groups;
mod guard;
mod looks;
mod metrics;
mod page;
mod picture;
mod reload;
mod routes;
mod service_status;
mod socket_file;
mod stall;
#[cfg(test)]
mod tests;
mod token;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use tokio::sync::{Semaphore, mpsc, watch};

use crate::look::LookStore;
use crate::service_config::GroupEntry;
use crate::supervisor::Handle;

pub use caller::Caller;
pub use door::{Door, DoorError, serve};
pub use error::ApiError;
pub use group::Group as SocketGroup;
pub use groups::{Group, Groups};
pub use reload::ReloadRequest;
pub use service_status::ServiceStatus;
pub use socket_file::Listen;
pub use token::{Token, TokenError};

/// Pictures that are encoded at the same time; each holds a frame and its encoding in memory.
const ENCODERS: usize = 2;
/// Looks that are stored at the same time: the largest take hundreds of megabytes.
const IMPORTS: usize = 1;
/// Event streams at the same time: fewer than connections, so that they never take them all.
const EVENT_STREAMS: usize = 32;

/// What the API serves. One for the process, shared by its doors.
#[derive(Debug)]
pub struct Api {
    cameras: watch::Sender<Arc<Vec<Handle>>>,
    groups: watch::Sender<Arc<Vec<GroupEntry>>>,
    reload: mpsc::Sender<ReloadRequest>,
    model: RwLock<Option<String>>,
    started: Instant,
    stopping: watch::Sender<bool>,
    looks: Option<LookStore>,
    encoders: Semaphore,
    imports: Semaphore,
    event_streams: Arc<Semaphore>,
}

impl Api {
    /// An API without cameras yet. `reload` is asked when somebody wants the configuration read
    /// again, and `model` is the digest of the actor, where one is loaded already.
    #[must_use]
    pub fn new(reload: mpsc::Sender<ReloadRequest>, model: Option<String>) -> Self {
        Self {
            cameras: watch::Sender::new(Arc::default()),
            groups: watch::Sender::new(Arc::default()),
            reload,
            model: RwLock::new(model),
            started: Instant::now(),
            stopping: watch::Sender::new(false),
            looks: None,
            encoders: Semaphore::new(ENCODERS),
            imports: Semaphore::new(IMPORTS),
            event_streams: Arc::new(Semaphore::new(EVENT_STREAMS)),
        }
    }

    /// With a store of looks.
    #[must_use]
    pub fn with_looks(self, looks: LookStore) -> Self {
        Self { looks: Some(looks), ..self }
    }

    /// The cameras from now on. Event streams that are open turn to them.
    pub fn set_cameras(&self, cameras: Vec<Handle>) {
        self.cameras.send_replace(Arc::new(cameras));
    }

    /// The digest of the actor from now on.
    pub fn set_model(&self, digest: String) {
        *self.model.write().unwrap_or_else(PoisonError::into_inner) = Some(digest);
    }

    fn model(&self) -> Option<String> {
        self.model.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The groups from now on.
    pub fn set_groups(&self, groups: Vec<GroupEntry>) {
        self.groups.send_replace(Arc::new(groups));
    }

    /// Ends [`serve`] on every door, and the event streams.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// All metrics in the text form of OpenMetrics 1.0.
    #[must_use]
    pub fn metrics(&self) -> String {
        metrics::text(&ServiceStatus::of(self), self.started.elapsed())
    }

    /// The same in the older text form of Prometheus, as node_exporter reads it from a file.
    #[must_use]
    pub fn metrics_textfile(&self) -> String {
        metrics::as_textfile(&self.metrics())
    }

    fn cameras(&self) -> Arc<Vec<Handle>> {
        Arc::clone(&self.cameras.borrow())
    }
}
