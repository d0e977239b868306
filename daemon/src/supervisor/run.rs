//! The thread of one camera.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use isp_hw::gpio::Gpio;
use tokio::sync::watch;
use tuner::PipelineError;

use super::by_light::LightChoice;
use super::handle::{Handle, Pictures, Shared, WAITING_REQUESTS};
use super::held_pipeline::Ties;
use super::memory::MemoryFile;
use super::new_entry::options_of;
use super::schedule::Wanted;
use super::scribe::Scribe;
use super::status::CameraStatus;
use super::workshop::Workshop;
use crate::keeping::{Event, HeldCamera, Keeper, State};
use crate::service_config::CameraEntry;

/// Longest time without a sign of life.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// Wait before a camera that is absent is looked for again.
pub(super) const ABSENT_WAIT: Duration = Duration::from_millis(500);
/// First and longest wait after a failure.
pub(super) const FAULT_WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];

/// A camera's thread.
pub(super) struct Supervisor {
    pub(super) entry: CameraEntry,
    pub(super) workshop: Workshop,
    pub(super) keeper: Keeper,
    pub(super) scribe: Scribe,
    pub(super) camera: Option<Box<dyn HeldCamera>>,
    pub(super) shared: Arc<Shared>,
    pub(super) ties: Ties,
    pub(super) fault_wait: Duration,
    pub(super) next_attempt: Instant,
    pub(super) next_look: Option<Instant>,
    /// The look that is in use.
    pub(super) used: Wanted,
    /// Which look the light asks for.
    pub(super) light: LightChoice,
    /// Mean luminance of the camera's look, log₂, by which light is told; `Some(None)` where the look
    /// has no picture.
    pub(super) reference_stops: Option<Option<f64>>,
    /// What is wrong with it.
    pub(super) look_fault: Option<String>,
    /// The line of the camera's button.
    pub(super) button: Gpio,
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

    fn show_pictures(&self) {
        let goal = self.keeper.goal().map(|goal| Arc::clone(goal.picture()));
        self.scribe.pictures(|pictures| {
            pictures.goal = goal;
            if pictures.found.is_none() || self.keeper.found().is_none() {
                pictures.found = self.keeper.found().map(|found| Arc::new(found.clone()));
            }
        });
    }
}
