//! The thread of one camera.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use isp_hw::Kind;
use isp_hw::gpio::{Gpio, GpioConfig};
use tokio::sync::watch;
use tracing::{info, warn};
use tuner::actor::Actor;
use tuner::{EpisodeOptions, Frame, PipelineError};

use super::by_light::LightChoice;
use super::handle::{Handle, Pictures, Shared, WAITING_REQUESTS};
use super::held_pipeline::Ties;
use super::memory::MemoryFile;
use super::opening::{Opened, open};
use super::schedule::Wanted;
use super::scribe::Scribe;
use super::status::CameraStatus;
use crate::keeping::{Event, HeldCamera, Keeper, KeeperOptions, Search, State};
use crate::service_config::{CameraEntry, OnStop};

/// Longest time without a sign of life.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// Wait before a camera that is absent is looked for again.
const ABSENT_WAIT: Duration = Duration::from_millis(500);
/// First and longest wait after a failure.
const FAULT_WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];

/// Gives the picture of a look by its name, or says in plain words why not.
pub type LookSource = Arc<dyn Fn(&str) -> Result<Arc<Frame>, LookTrouble> + Send + Sync>;

/// Why there is no picture of a look, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookTrouble {
    /// There is no such look.
    #[error("{0}")]
    Missing(String),
    /// It is there, and cannot be used.
    #[error("{0}")]
    Unusable(String),
}

/// What all supervisors share.
#[derive(Clone)]
pub struct Workshop {
    /// Where looks come from.
    pub looks: LookSource,
    /// The policy, for the strategies that need one; replaced when another is loaded.
    pub actor: Arc<Mutex<Option<Arc<Actor>>>>,
    /// The folder of the state.
    pub state: PathBuf,
}

/// A camera's thread.
pub(super) struct Supervisor {
    pub(super) entry: CameraEntry,
    pub(super) workshop: Workshop,
    pub(super) keeper: Keeper,
    pub(super) scribe: Scribe,
    pub(super) camera: Option<Box<dyn HeldCamera>>,
    pub(super) shared: Arc<Shared>,
    pub(super) ties: Ties,
    fault_wait: Duration,
    next_attempt: Instant,
    pub(super) next_look: Option<Instant>,
    /// The look that is in use.
    pub(super) used: Wanted,
    /// Which look the light asks for.
    pub(super) light: LightChoice,
    /// Mean luminance of the camera's look, log₂, by which light is told.
    pub(super) reference_stops: Option<f64>,
    /// What is wrong with it.
    pub(super) look_fault: Option<String>,
    /// The line of the camera's button.
    button: Gpio,
}

/// Starts the supervisor of a camera on a thread of its own.
///
/// # Errors
/// When no thread can be started.
pub fn spawn(entry: CameraEntry, workshop: Workshop) -> std::io::Result<(Handle, JoinHandle<()>)> {
    let (requests, inbox) = sync_channel(WAITING_REQUESTS);
    let status = CameraStatus::new(entry.name.clone());
    let shared = Arc::new(Shared {
        status: watch::Sender::new(Arc::new(status)),
        pictures: Mutex::new(Pictures::default()),
        cancel: Arc::new(AtomicBool::new(false)),
        progress: Arc::new(AtomicU64::new(0)),
        pressed: AtomicBool::new(false),
        stopping: AtomicBool::new(false),
        entry: Mutex::new(None),
    });
    let handle = Handle { name: entry.name.clone(), requests, shared: Arc::clone(&shared) };
    let name = format!("camera {}", entry.name);
    let thread = std::thread::Builder::new().name(name).spawn(move || {
        Supervisor::new(entry, workshop, shared).run(&inbox);
    })?;
    Ok((handle, thread))
}

impl Supervisor {
    fn new(entry: CameraEntry, workshop: Workshop, shared: Arc<Shared>) -> Self {
        let file = MemoryFile::of(&workshop.state, &entry.name);
        let scribe = Scribe::new(&entry.name, file, Arc::clone(&shared));
        let keeper = Keeper::new(options_of(&entry, &workshop));
        let ties = Ties {
            cancel: Arc::clone(&shared.cancel),
            progress: Arc::clone(&shared.progress),
            epoch: Instant::now(),
        };
        let mut supervisor = Self {
            entry,
            workshop,
            keeper,
            scribe,
            camera: None,
            shared,
            ties,
            fault_wait: FAULT_WAITS[0],
            next_attempt: Instant::now(),
            next_look: None,
            used: Wanted { look: None, blend: None },
            light: LightChoice::default(),
            reference_stops: None,
            look_fault: None,
            button: Gpio::default(),
        };
        supervisor.use_look();
        supervisor.open_button();
        if supervisor.scribe.memory.paused {
            supervisor.keeper.on(Event::Pause, &mut supervisor.scribe);
        }
        supervisor
    }

    fn run(mut self, inbox: &Receiver<super::Request>) {
        let mut due = Instant::now();
        while !self.shared.stopping.load(Ordering::Acquire) {
            // A request is sent first and the flag is set second: what was sent before the flag is
            // cleared is found in the inbox, and what comes later sets the flag again.
            loop {
                self.shared.cancel.store(false, Ordering::Release);
                if self.serve_all(inbox) {
                    due = Instant::now();
                }
                if !self.shared.cancel.load(Ordering::Acquire) {
                    break;
                }
            }
            if self.shared.stopping.load(Ordering::Acquire) {
                break;
            }
            self.take_new_entry();
            self.hear_button();
            if Instant::now() >= due {
                due = Instant::now() + self.turn();
            }
            self.scribe.progress();
            let wait = due.saturating_duration_since(Instant::now()).min(HEARTBEAT);
            match inbox.recv_timeout(wait) {
                Ok(request) => {
                    self.serve(request);
                    due = Instant::now();
                }
                Err(RecvTimeoutError::Timeout) => {}
                // The last handle is gone, and nobody can ask for a stop any more.
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.leave();
    }

    /// Opens the line of the button that the pipeline file names.
    fn open_button(&mut self) {
        let gpio = match self.entry.pipeline.kind() {
            Kind::Camera(config) => config.gpio,
            Kind::I2c(config) => config.camera.gpio,
            _ => GpioConfig::default(),
        };
        // Light and lamp are the camera's.
        let lines = GpioConfig { led: None, lamp: None, ..gpio };
        let shared = Arc::clone(&self.shared);
        // The line is let go of before it is taken anew.
        self.button = Gpio::default();
        let (button, notice) = Gpio::open(&lines, move || {
            shared.pressed.store(true, Ordering::Relaxed);
        });
        self.button = button;
        if let Some(notice) = notice {
            info!(camera = self.entry.name, "{notice}");
        }
    }

    /// A press asks for a tune, of a camera that is being kept.
    fn hear_button(&mut self) {
        if self.shared.pressed.swap(false, Ordering::Relaxed) && self.keeper.state().is_keeping() {
            info!(camera = self.entry.name, "the button asks for a tune");
            self.keeper.retune(&mut self.scribe);
        }
    }

    fn serve_all(&mut self, inbox: &Receiver<super::Request>) -> bool {
        let mut served = false;
        while let Ok(request) = inbox.try_recv() {
            self.serve(request);
            served = true;
        }
        served
    }

    /// Does what is due; returns when the next is.
    fn turn(&mut self) -> Duration {
        let is_due = self.next_look.is_some_and(|at| at <= Instant::now());
        if is_due || (self.chooses_looks() && self.wanted_look().0 != self.used) {
            self.use_look();
        }
        match self.keeper.state() {
            State::Waiting | State::Busy | State::Faulted => self.open_camera(),
            State::Paused => HEARTBEAT,
            State::Measuring | State::Tuning | State::Holding | State::Drifting => self.step(),
        }
    }

    fn step(&mut self) -> Duration {
        let Some(camera) = self.camera.as_deref_mut() else {
            self.keeper.on(Event::Absent, &mut self.scribe);
            return ABSENT_WAIT;
        };
        let stepped = self.keeper.step(camera, &self.shared.cancel, &mut self.scribe);
        let now = camera.now();
        let standing = camera.standing();
        let limits = self.keeper.limits();
        self.scribe.standing(&standing, &limits);
        let retunes = self.keeper.retunes_last_hour(now);
        self.scribe.update(|status| status.retunes_last_hour = retunes);
        self.show_pictures();
        self.see_light(now);
        match stepped {
            Ok(wait) => {
                // A camera that fails in every tune has not recovered by being opened.
                if self.keeper.state() == State::Holding {
                    self.fault_wait = FAULT_WAITS[0];
                }
                wait
            }
            Err(PipelineError::Interrupted) => {
                self.rest();
                Duration::ZERO
            }
            Err(error) => {
                self.lose_camera(&error);
                Duration::ZERO
            }
        }
    }

    /// Nothing is measured for a while.
    pub(super) fn rest(&mut self) {
        if let Some(camera) = self.camera.as_deref_mut() {
            camera.rest();
        }
    }

    /// The camera has failed: it is let go of, which puts it back if it still can be, and opened
    /// anew. What was found stays stored if it could not be put back.
    fn lose_camera(&mut self, error: &PipelineError) {
        self.camera = None;
        self.keeper.on(Event::Failed, &mut self.scribe);
        self.scribe.fault("device", &error.to_string());
        self.next_attempt = Instant::now() + self.fault_wait;
        self.fault_wait = (self.fault_wait * 2).min(FAULT_WAITS[1]);
    }

    fn open_camera(&mut self) -> Duration {
        if self.camera.is_some() {
            // It was only paused.
            self.keeper.on(Event::Opened, &mut self.scribe);
            return Duration::ZERO;
        }
        let wait = self.next_attempt.saturating_duration_since(Instant::now());
        if wait > Duration::ZERO {
            return wait;
        }
        match open(&self.entry, &self.workshop.state, &self.ties) {
            Ok(opened) => {
                self.opened(opened);
                Duration::ZERO
            }
            Err(failure) => {
                self.keeper.on(failure.event, &mut self.scribe);
                self.scribe.fault(failure.kind, &failure.message);
                let wait = if failure.event == Event::Absent {
                    ABSENT_WAIT
                } else {
                    let wait = self.fault_wait;
                    self.fault_wait = (wait * 2).min(FAULT_WAITS[1]);
                    wait
                };
                self.next_attempt = Instant::now() + wait;
                wait
            }
        }
    }

    fn opened(&mut self, opened: Opened) {
        let Opened { camera, name, notices } = opened;
        for notice in &notices {
            info!(camera = self.entry.name, "{notice}");
        }
        info!(camera = self.entry.name, device = name, "opened");
        self.scribe.set_table(camera.parameters());
        self.scribe.pictures(|pictures| *pictures = Pictures::default());
        let found = camera.standing();
        self.scribe.update(|status| {
            status.camera = Some(name);
            status.found = None;
            status.now = None;
        });
        self.camera = Some(camera);
        self.use_limits();
        self.keeper.opened(found, &mut self.scribe);
    }

    /// Takes the limits of configuration, pipeline file and locks for the camera that is open.
    pub(super) fn use_limits(&mut self) {
        let Some(camera) = self.camera.as_deref_mut() else { return };
        let standing = camera.standing();
        let limits = self.entry.limits_on(camera, &self.scribe.memory.locked(), &standing);
        camera.set_limits(limits);
        self.keeper.set_limits(limits);
        self.scribe.standing(&standing, &limits);
    }

    fn show_pictures(&self) {
        let goal = self.keeper.goal().map(|goal| Arc::clone(goal.picture()));
        self.scribe.pictures(|pictures| {
            pictures.goal = goal;
            if pictures.found.is_none() || self.keeper.found().is_none() {
                pictures.found = self.keeper.found().map(|found| Arc::new(found.clone()));
            }
        });
    }

    /// Takes a configuration that was read anew.
    fn take_new_entry(&mut self) {
        let entry = self.shared.entry.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(entry) = entry else { return };
        let old = std::mem::replace(&mut self.entry, entry);
        if old.look != self.entry.look && self.scribe.memory.chosen.take().is_some() {
            // Who edits the file wants what it says now.
            self.scribe.store();
        }
        let reopen = old.camera != self.entry.camera
            || old.input != self.entry.input
            || old.pipeline != self.entry.pipeline;
        self.keeper.set_options(options_of(&self.entry, &self.workshop));
        if old.pipeline != self.entry.pipeline {
            self.open_button();
        }
        if reopen {
            // What cannot be put back is told, and stays stored.
            let _ = self.let_go();
            self.keeper.on(Event::Absent, &mut self.scribe);
            self.next_attempt = Instant::now();
        } else {
            self.use_limits();
        }
        self.reference_stops = None;
        if old.by_light != self.entry.by_light {
            self.light = LightChoice::default();
        }
        // Also where the name is the same: the picture behind it may be another.
        self.use_look();
        info!(camera = self.entry.name, "configuration taken over");
    }

    /// Puts the camera back and closes it.
    ///
    /// # Errors
    /// What could not be put back; it stays stored.
    pub(super) fn let_go(&mut self) -> Result<(), PipelineError> {
        let restored = self.camera.take().map_or(Ok(()), |mut camera| camera.restore());
        if let Err(error) = &restored {
            self.scribe.fault("device", &format!("{error}; it stays stored for the next start"));
        }
        self.scribe.update(|status| {
            status.parameters.clear();
            status.now = None;
            status.reached = None;
        });
        restored
    }

    /// The end: the camera is left as the configuration says.
    fn leave(mut self) {
        let Some(mut camera) = self.camera.take() else { return };
        let left = match self.entry.on_stop {
            OnStop::Restore => camera.restore(),
            OnStop::Keep => camera.keep(),
        };
        match left {
            Ok(()) => info!(camera = self.entry.name, "left: {:?}", self.entry.on_stop),
            Err(error) => warn!(camera = self.entry.name, "{error}"),
        }
    }
}

fn options_of(entry: &CameraEntry, workshop: &Workshop) -> KeeperOptions {
    let actor = workshop.actor.lock().unwrap_or_else(PoisonError::into_inner).clone();
    KeeperOptions {
        policy: entry.policy,
        search: Search {
            strategy: entry.strategy.clone(),
            episode: EpisodeOptions { budget: entry.queries, target_db: entry.target_db },
            seed: 0,
            actor,
        },
        goal: entry.goal,
    }
}
