//! The supervisors of a configuration.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tracing::{info, warn};

use crate::api::Api;
use crate::service_config::{CameraEntry, ServiceConfig};
use crate::supervisor::{Handle, Workshop, spawn};

/// How long supervisors may take to put their cameras back when the service ends, which it does
/// within two seconds. Waits for pictures end at once, and so does a search; only a comparison
/// of two pictures is gone through with. The unit's `TimeoutStopSec` is above that.
const LONGEST_STOP: Duration = Duration::from_millis(1800);
/// The same of cameras that are no longer configured: nobody waits, and a camera that is put back
/// late is better than one that is not.
const LONGEST_LEAVE: Duration = Duration::from_secs(8);
const STOP_POLL: Duration = Duration::from_millis(5);

/// All supervisors.
pub(super) struct Crew {
    workshop: Workshop,
    api: Arc<Api>,
    /// In the order of the configuration.
    handles: Vec<Handle>,
    threads: Vec<(String, JoinHandle<()>)>,
    /// Progress of each supervisor, with the time of its last change, for the watchdog.
    seen: Vec<(String, u64, Instant)>,
}

impl Crew {
    /// Without a supervisor yet; `api` is told of those that come and go.
    pub(super) const fn new(workshop: Workshop, api: Arc<Api>) -> Self {
        Self { workshop, api, handles: Vec::new(), threads: Vec::new(), seen: Vec::new() }
    }

    /// Makes the supervisors those of `config`: new cameras get one, changed ones are told, and
    /// those that are no longer there end.
    ///
    /// # Errors
    /// When no thread can be started; the others go on.
    pub(super) fn follow(&mut self, config: &ServiceConfig) -> io::Result<()> {
        let wanted = |name: &str| config.cameras.iter().any(|camera| camera.name == name);
        let (kept, gone): (Vec<Handle>, Vec<Handle>) =
            self.handles.drain(..).partition(|handle| wanted(handle.name()));
        self.end(&gone, LONGEST_LEAVE);
        let mut handles = Vec::new();
        let mut failure = Ok(());
        for entry in &config.cameras {
            match kept.iter().find(|handle| handle.name() == entry.name) {
                Some(handle) => {
                    handle.configure(entry.clone());
                    handles.push(handle.clone());
                }
                None => match self.start(entry.clone()) {
                    Ok(handle) => handles.push(handle),
                    Err(error) => failure = Err(error),
                },
            }
        }
        self.api.set_cameras(handles.clone());
        self.api.set_groups(config.groups.clone());
        self.handles = handles;
        failure
    }

    fn start(&mut self, entry: CameraEntry) -> io::Result<Handle> {
        let name = entry.name.clone();
        let (handle, thread) = spawn(entry, self.workshop.clone())?;
        self.threads.push((name, thread));
        Ok(handle)
    }

    /// Whether every supervisor has got something done within `patience`.
    pub(super) fn is_alive(&mut self, patience: Duration) -> bool {
        let now = Instant::now();
        let last_change = |handle: &Handle| {
            let (name, progress) = (handle.name(), handle.progress());
            let seen = self.seen.iter().find(|(seen, ..)| seen == name);
            let since = seen.filter(|(_, before, _)| *before == progress).map(|(.., at)| *at);
            (name.to_owned(), progress, since.unwrap_or(now))
        };
        self.seen = self.handles.iter().map(last_change).collect();
        let stuck = self.seen.iter().find(|(.., since)| now.duration_since(*since) >= patience);
        if let Some((name, ..)) = stuck {
            warn!(camera = name, "its supervisor hangs; systemd is not told that all is well");
        }
        stuck.is_none()
    }

    /// Ends all supervisors.
    pub(super) fn stop(&mut self) {
        let handles = std::mem::take(&mut self.handles);
        self.end(&handles, LONGEST_STOP);
    }

    fn end(&mut self, handles: &[Handle], within: Duration) {
        for handle in handles {
            handle.stop();
        }
        let deadline = Instant::now() + within;
        for handle in handles {
            let Some(at) = self.threads.iter().position(|(name, _)| name == handle.name()) else {
                continue;
            };
            let (name, thread) = self.threads.swap_remove(at);
            while !thread.is_finished() && Instant::now() < deadline {
                std::thread::sleep(STOP_POLL);
            }
            if !thread.is_finished() {
                warn!(camera = name, "does not end; what was found in it stays stored");
            } else if thread.join().is_err() {
                warn!(camera = name, "its supervisor has panicked; what was found stays stored");
            } else {
                info!(camera = name, "ended");
            }
        }
    }
}
