//! Writes down what a keeper does: into the status, the pictures, the memory and the log.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tracing::{info, warn};
use tuner::{Frame, Limits, ParameterInfo, Params};

use super::by_light::Light;
use super::handle::{Pictures, Shared};
use super::memory::{Memory, MemoryFile};
use super::status::{CameraStatus, LightStatus, ParameterStatus, QueryStatus, named, now_ms};
use crate::keeping::{Event, Journal, KeeperEvent, State};
use crate::look::LookKind;

/// Steps in which light is told.
const STEPS_PER_EV: f64 = 10.0;
const KELVIN_STEP: f64 = 50.0;
/// A look that is lost and may not be tuned to yet.
const HELD_BACK: &str = "held_back";
/// What is over once a camera is open again.
const OF_CAMERA: [&str; 4] = ["absent", "in_use", "device", "configuration"];
/// All kinds, those first that most stand in the way.
const FAULTS: [&str; 7] =
    ["configuration", "device", "absent", "in_use", "look", "tune", HELD_BACK];

/// The pen of one supervisor.
pub(super) struct Scribe {
    pub status: CameraStatus,
    pub memory: Memory,
    file: MemoryFile,
    shared: Arc<Shared>,
    pub(super) table: Vec<ParameterInfo>,
    /// The last message of each kind of fault that has not been mended.
    faults: BTreeMap<&'static str, String>,
    /// Whether the look is a mixture of two, whose settings are good for neither.
    pub is_blending: bool,
}

impl Scribe {
    pub(super) fn new(name: &str, file: MemoryFile, shared: Arc<Shared>) -> Self {
        let (memory, notice) = file.load();
        if let Some(notice) = notice {
            warn!(camera = name, "{notice}");
        }
        let mut status = CameraStatus::new(name.to_owned());
        status.history.clone_from(&memory.history);
        status.paused = memory.paused;
        status.since_ms = now_ms();
        let (table, faults) = (Vec::new(), BTreeMap::new());
        Self { status, memory, file, shared, table, faults, is_blending: false }
    }

    /// Changes the status and tells those who watch.
    pub(super) fn update(&mut self, change: impl FnOnce(&mut CameraStatus)) {
        let before = self.status.clone();
        change(&mut self.status);
        if self.status != before {
            self.status.revision += 1;
            self.shared.status.send_replace(Arc::new(self.status.clone()));
        }
    }

    /// Something was done; the supervisor does not hang.
    pub(super) fn progress(&self) {
        self.shared.progress.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn set_table(&mut self, table: &[ParameterInfo]) {
        self.table = table.to_vec();
    }

    pub(super) fn table(&self) -> &[ParameterInfo] {
        &self.table
    }

    /// Tells what stands, and within which limits.
    pub(super) fn standing(&mut self, standing: &Params, limits: &Limits) {
        let of = |info: &ParameterInfo| ParameterStatus::of(info, standing, limits);
        let parameters: Vec<ParameterStatus> = self.table.iter().map(of).collect();
        self.update(|status| status.parameters = parameters);
    }

    /// Tells the light. Readings that differ by noise alone are one: every change is sent to all who
    /// watch.
    pub(super) fn light(&mut self, Light { ev, kelvin }: Light) {
        let differs = |shown: LightStatus| {
            let colour = match (shown.kelvin, kelvin) {
                (Some(shown), Some(kelvin)) => (shown - kelvin).abs() >= KELVIN_STEP,
                (shown, kelvin) => shown.is_some() != kelvin.is_some(),
            };
            (shown.ev - ev).abs() * STEPS_PER_EV >= 1.0 || colour
        };
        if self.status.light.is_none_or(differs) {
            let ev = (ev * STEPS_PER_EV).round() / STEPS_PER_EV;
            let kelvin = kelvin.map(|kelvin| (kelvin / KELVIN_STEP).round() * KELVIN_STEP);
            self.update(|status| status.light = Some(LightStatus { ev, kelvin }));
        }
    }

    /// Stores the memory; a disk that is full or read-only is told and nothing else.
    pub(super) fn store(&mut self) {
        if let Err(error) = self.file.store(&self.memory) {
            warn!(
                camera = self.status.name,
                "{error}; what is not stored is forgotten at the next start"
            );
        }
    }

    /// Counts a fault and tells it, unless it is the last of its kind again.
    pub(super) fn fault(&mut self, kind: &'static str, message: &str) {
        if self.faults.get(kind).map(String::as_str) != Some(message) {
            warn!(camera = self.status.name, fault = kind, "{message}");
            self.faults.insert(kind, message.to_owned());
            self.update(|status| *status.counts.faults.entry(kind.to_owned()).or_default() += 1);
        }
        self.show_fault();
    }

    /// Faults of these kinds are over.
    pub(super) fn mended(&mut self, kinds: &[&'static str]) {
        self.faults.retain(|kind, _| !kinds.contains(kind));
        self.show_fault();
    }

    /// The message is that of the fault that most stands in the way.
    fn show_fault(&mut self) {
        let first = FAULTS.iter().find_map(|kind| self.faults.get(kind)).cloned();
        self.update(|status| status.message = first);
    }

    pub(super) fn pictures(&self, change: impl FnOnce(&mut Pictures)) {
        change(&mut self.shared.pictures.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn live(&self, picture: &Frame) {
        let picture = Arc::new(picture.clone());
        self.pictures(|pictures| pictures.live = Some(picture));
    }
}

impl Journal for Scribe {
    fn record(&mut self, event: KeeperEvent<'_>) {
        self.progress();
        let camera = self.status.name.clone();
        match event {
            KeeperEvent::Moved { from, event, to } => {
                info!(camera, from = from.name(), to = to.name(), "{event:?}");
                self.update(|status| {
                    status.state = to;
                    status.since_ms = now_ms();
                    status.counts.tunes += u64::from(event == Event::Tuned);
                });
                if to.is_keeping() && !from.is_keeping() {
                    self.mended(&OF_CAMERA);
                }
                if from == State::Drifting {
                    self.mended(&[HELD_BACK]);
                }
            }
            KeeperEvent::Glanced { picture } => self.live(picture),
            KeeperEvent::Measured { picture, reading } => {
                self.live(picture);
                self.update(|status| {
                    status.now = Some(reading.into());
                    if status.kind != Some(LookKind::Taste) {
                        status.found = status.found.or(Some(reading.into()));
                    }
                    status.counts.measurements += 1;
                });
            }
            KeeperEvent::TuneBegins { before } => {
                info!(camera, before = before.map(tracing::field::display), "tune begins");
                self.update(|status| {
                    status.queries.clear();
                    status.limited_by.clear();
                    status.now = before.map(Into::into);
                });
            }
            KeeperEvent::Query(query) => {
                let query = QueryStatus {
                    index: query.index,
                    params: named(&query.params, &self.table),
                    score: query.reading.map(Into::into),
                    elapsed_ms: query.elapsed_ms,
                };
                self.update(|status| {
                    status.now = query.score;
                    status.queries.push(query);
                    status.counts.queries += 1;
                });
            }
            KeeperEvent::Settled(settlement) => self.settled(&settlement),
            KeeperEvent::TuneFailed { error } => self.fault("tune", error),
            KeeperEvent::HeldBack { wait } => {
                let when = if wait == Duration::MAX {
                    "no tune may begin by itself (keep.retunes_per_hour = 0)".to_owned()
                } else {
                    let seconds = wait.as_secs_f64().ceil();
                    format!(
                        "the next tune may begin in {seconds} s (keep.cool_down_s, \
                         keep.retunes_per_hour)"
                    )
                };
                let message = format!(
                    "the picture has left its look; {when}; `isptune retune` begins one at once"
                );
                self.fault(HELD_BACK, &message);
            }
            KeeperEvent::Blind(why) => {
                let why = why.to_string();
                info!(camera, "{why}");
                self.update(|status| status.blind = Some(why));
            }
            KeeperEvent::SeesAgain => {
                info!(camera, "the picture can be compared with its look again");
                self.update(|status| status.blind = None);
            }
        }
    }
}
