//! The life of the service, from the first file to the last.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::interval;
use tracing::{error, info};

use super::Options;
use super::crew::Crew;
use super::doors::Doors;
use super::instance_lock::{InstanceLock, InstanceLockError};
use super::policy_slot::{self, PolicySlot};
use super::{look_source, notify};
use crate::api::{self, Api, DoorError, ReloadRequest};
use crate::look::LookStore;
use crate::service_config::{Places, ServiceConfig, ServiceConfigError, layers, load};
use crate::supervisor::Workshop;

/// How often the metrics file is written, where there is one.
const METRICS_INTERVAL: Duration = Duration::from_secs(15);

/// A service that cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ServiceConfigError),
    /// Another service runs.
    #[error(transparent)]
    Lock(#[from] InstanceLockError),
    /// The API would let the wrong people in.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// Something that every process needs.
    #[error("{what}: {source}")]
    Start {
        /// What was being done.
        what: String,
        /// What went wrong.
        source: io::Error,
    },
}

impl ServiceError {
    pub(super) fn start(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Start { what, source }
    }
}

/// Runs until SIGTERM, SIGINT or SIGQUIT.
///
/// # Errors
/// [`ServiceError`] when it cannot start.
pub(super) fn run(options: &Options) -> Result<(), ServiceError> {
    let places = Places::under(&options.root, options.config.as_deref());
    let is_needed = options.config.is_some();
    let config = load(&layers(&places, is_needed)?)?;
    let _lock = InstanceLock::take(&places.lock())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(ServiceError::start("the run-time of the API"))?;
    let result = runtime.block_on(serve(places, is_needed, config));
    // Connections that are open do not keep the service from ending.
    runtime.shutdown_background();
    result
}

async fn serve(
    places: Places,
    config_is_needed: bool,
    config: ServiceConfig,
) -> Result<(), ServiceError> {
    let began = Instant::now();
    let mut hang_up = signal(SignalKind::hangup()).map_err(ServiceError::start("SIGHUP"))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(ServiceError::start("SIGTERM"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServiceError::start("SIGINT"))?;
    let mut quit = signal(SignalKind::quit()).map_err(ServiceError::start("SIGQUIT"))?;
    let policy = PolicySlot::default();
    let (reload_requests, mut reload_asked) = mpsc::channel(1);
    let api = Arc::new(Api::new(reload_requests, None).with_looks(LookStore::open(&places.state)));
    let doors = Doors::open(&config.api, &places).await?;
    let socket = doors.own_file;
    let mut served: JoinSet<()> =
        doors.doors.into_iter().map(|door| api::serve(Arc::clone(&api), door)).collect();
    let workshop = Workshop {
        looks: look_source::of(&places.state),
        actor: Arc::clone(&policy),
        state: places.state.clone(),
    };
    let mut crew = Crew::new(workshop, Arc::clone(&api));
    {
        // Who is started after the service does not wait for the policy; supervisors do, and
        // requests, which this thread answers.
        let mut in_use = policy_slot::lock(&policy);
        crew.follow(&config).map_err(ServiceError::start("the thread of a camera"))?;
        notify::tell(&[NotifyState::Ready, NotifyState::Status(&told(&config, &places))]);
        info!(ready_ms = began.elapsed().as_millis() as u64, "{}", told(&config, &places));
        if let Some(digest) = policy_slot::load(&mut in_use, config.model.as_deref()) {
            api.set_model(digest);
        }
    }
    let mut metrics_file = config.metrics_file.clone();
    let patience = notify::watchdog_patience().unwrap_or_default();
    let mut watchdog = notify::watchdog_patience().map(|patience| interval(patience / 3));
    let mut metrics = interval(METRICS_INTERVAL);
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = quit.recv() => break,
            _ = hang_up.recv() => {
                if let Ok(config) = reload(&places, config_is_needed, &policy, &mut crew, &api, &config) {
                    metrics_file = config.metrics_file;
                }
            }
            Some(ReloadRequest { reply }) = reload_asked.recv() => {
                let reloaded = reload(&places, config_is_needed, &policy, &mut crew, &api, &config);
                let told = reloaded.map(|config| metrics_file = config.metrics_file);
                // Whoever asked may have gone.
                let _ = reply.send(told.map_err(|error| error.to_string()));
            }
            () = tick(watchdog.as_mut()) => {
                if crew.is_alive(patience) {
                    notify::tell(&[NotifyState::Watchdog]);
                }
            }
            _ = metrics.tick() => {
                if let Some(file) = &metrics_file {
                    write_metrics(&api, file);
                }
            }
        }
    }
    notify::tell(&[NotifyState::Stopping]);
    info!("stopping");
    api.stop();
    // Answers that are under way are ended while cameras are put back.
    let stopped = tokio::task::spawn_blocking(move || crew.stop());
    while served.join_next().await.is_some() {}
    if let Err(error) = stopped.await {
        error!("putting the cameras back: {error}");
    }
    if let Some(socket) = socket {
        Doors::close(&socket);
    }
    Ok(())
}

fn write_metrics(api: &Api, file: &Path) {
    let text = api.metrics_textfile();
    let written = tuner::write_atomically(file, |file| file.write_all(text.as_bytes()));
    match written {
        // A collector is another user, and a strict umask would keep it out.
        Ok(()) => drop(fs::set_permissions(file, Permissions::from_mode(0o644))),
        Err(error) => tracing::warn!("{error}"),
    }
}

/// Waits for the next tick; for ever where there is no watchdog.
async fn tick(interval: Option<&mut tokio::time::Interval>) {
    match interval {
        Some(interval) => {
            interval.tick().await;
        }
        None => std::future::pending().await,
    }
}

/// Reads the configuration anew. One that cannot be used changes nothing, and is told. Where the API
/// listens stays as it was at the start.
fn reload(
    places: &Places,
    is_needed: bool,
    policy: &PolicySlot,
    crew: &mut Crew,
    api: &Api,
    started_with: &ServiceConfig,
) -> Result<ServiceConfig, ServiceConfigError> {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify::tell(&[NotifyState::Reloading, now]),
        Err(_) => notify::tell(&[NotifyState::Reloading]),
    }
    let read = layers(places, is_needed).and_then(|layers| load(&layers));
    let told = match &read {
        Ok(config) => {
            let digest = policy_slot::load(&mut policy_slot::lock(policy), config.model.as_deref());
            if let Some(digest) = digest {
                api.set_model(digest);
            }
            if config.api != started_with.api {
                tracing::warn!("[api] has changed; that takes effect at the next start");
            }
            if let Err(error) = crew.follow(config) {
                error!("the thread of a camera: {error}");
            }
            told(config, places)
        }
        Err(error) => {
            error!("{error}; the configuration that was in use stays in use");
            format!("configuration not reloaded: {error}")
        }
    };
    info!("{told}");
    notify::tell(&[NotifyState::Ready, NotifyState::Status(&told)]);
    read
}

/// The configuration in a few words.
fn told(config: &ServiceConfig, places: &Places) -> String {
    let cameras = match config.cameras.len() {
        0 => "no camera is configured".to_owned(),
        1 => "1 camera".to_owned(),
        count => format!("{count} cameras"),
    };
    if config.files.is_empty() {
        return format!("{cameras}; there is no {}", places.config.display());
    }
    let files: Vec<String> = config.files.iter().map(|file| file.display().to_string()).collect();
    format!("{cameras}, from {}", files.join(", "))
}
