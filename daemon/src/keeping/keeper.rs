//! One camera kept on one look, a step at a time.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use isp_hw::camera::Mosaic;
use tuner::actor::Actor;
use tuner::{EpisodeOptions, Frame, GoalOptions, Limits, Params, PipelineError, StyleFeatures};

use super::drift::DriftDetector;
use super::governor::Governor;
use super::held_camera::HeldCamera;
use super::held_goal::{HeldGoal, Sight};
use super::journal::{Journal, KeeperEvent, Unusable};
use super::kept_look::{KeptLook, LookWish, TastePolicy};
use super::light_meter::LightMeter;
use super::policy::KeepPolicy;
use super::reading::Reading;
use super::scene_light::SceneLight;
use super::state::{Event, State, next};
use crate::look::LookKind;

/// Wait before a picture that could not be compared is looked at again.
pub(super) const BLIND_WAIT: Duration = Duration::from_secs(5);
/// How long a state that waits for others may wait.
const IDLE: Duration = Duration::from_secs(60);

/// How a keeper searches and how it behaves.
#[derive(Debug, Clone)]
pub struct KeeperOptions {
    /// When the look is lost, and how often it may be tuned.
    pub policy: KeepPolicy,
    /// How to search.
    pub search: Search,
    /// Region of interest and registration.
    pub goal: GoalOptions,
}

/// How to search.
#[derive(Debug, Clone)]
pub struct Search {
    /// Name of the strategy.
    pub strategy: String,
    /// Queries of a tune and the target that ends it.
    pub episode: EpisodeOptions,
    /// Seed of the strategies that draw random numbers.
    pub seed: u64,
    /// The policy, for the strategies that need one.
    pub actor: Option<Arc<Actor>>,
}

/// A setting that has won a trial, or was taken from a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct GoodSetting {
    /// The setting.
    pub params: Params,
    /// How far its picture was from the look then: mean ΔE00, or distance of style.
    pub reached: f64,
    /// What its picture was like, where a policy of taste has named it.
    pub taken: Option<TakenPicture>,
}

/// What the picture of a policy's setting was like when it was adopted.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenPicture {
    /// The distribution of its tones and colours.
    pub features: StyleFeatures,
    /// [`TastePolicy::digest`](super::TastePolicy::digest) of the policy.
    pub policy: String,
    /// Part of the way that was gone to what the policy named.
    pub strength: f64,
}

/// Keeps one camera on one look.
#[derive(Debug)]
pub struct Keeper {
    pub(super) options: KeeperOptions,
    pub(super) limits: Limits,
    pub(super) state: State,
    pub(super) look: Option<KeptLook>,
    /// The look made fit for the camera; made when it is first measured.
    pub(super) goal: Option<HeldGoal>,
    /// What was found in the camera.
    pub(super) found_at: Option<Params>,
    /// The picture of it, once there was light.
    pub(super) found: Option<Frame>,
    /// The last good setting of this look, from an earlier time or from this one.
    pub(super) good: Option<GoodSetting>,
    /// Whether `good` has been tried since the camera was opened.
    pub(super) good_is_tried: bool,
    pub(super) detector: Option<DriftDetector>,
    /// The picture that glances are compared with: the newest that was found steady.
    pub(super) reference: Option<Mosaic>,
    /// The picture of the last trial's winner.
    pub(super) tuned: Option<Mosaic>,
    /// How near it was to the look.
    pub(super) tuned_reading: Option<Reading>,
    /// The distribution of its tones and colours, where that is what counts.
    pub(super) tuned_style: Option<StyleFeatures>,
    pub(super) last_glance: Option<(Frame, Mosaic)>,
    pub(super) sees_noise: bool,
    pub(super) governor: Governor,
    pub(super) asked: bool,
    pub(super) held_back: bool,
    pub(super) was_put_back: bool,
    pub(super) blind: Option<Unusable>,
    pub(super) meter: LightMeter,
}

impl Keeper {
    /// A keeper whose camera is not open yet, without a look.
    #[must_use]
    pub fn new(options: KeeperOptions) -> Self {
        Self {
            options,
            limits: Limits::default(),
            state: State::Waiting,
            look: None,
            goal: None,
            found_at: None,
            found: None,
            good: None,
            good_is_tried: false,
            detector: None,
            reference: None,
            tuned: None,
            tuned_reading: None,
            tuned_style: None,
            last_glance: None,
            sees_noise: false,
            governor: Governor::default(),
            asked: false,
            held_back: false,
            was_put_back: false,
            blind: None,
            meter: LightMeter::default(),
        }
    }

    /// The state.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Why the picture cannot be compared with the look, while that is so.
    #[must_use]
    pub const fn blind(&self) -> Option<&Unusable> {
        self.blind.as_ref()
    }

    /// The goal, once it was measured.
    #[must_use]
    pub const fn goal(&self) -> Option<&HeldGoal> {
        self.goal.as_ref()
    }

    /// The last good setting of the look.
    #[must_use]
    pub const fn good(&self) -> Option<&GoodSetting> {
        self.good.as_ref()
    }

    /// The picture of the camera before anything was written to it.
    #[must_use]
    pub fn found(&self) -> Option<&Frame> {
        self.found.as_ref()
    }

    /// The light of the newest picture since this was last asked, if it could be told.
    pub const fn take_light(&mut self) -> Option<SceneLight> {
        self.meter.take()
    }

    /// The look that is asked for.
    #[must_use]
    pub const fn look(&self) -> Option<&KeptLook> {
        self.look.as_ref()
    }

    /// What may be changed in the camera that is open.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// How many tunes began by themselves within the last hour.
    #[must_use]
    pub fn retunes_last_hour(&self, now: Duration) -> u32 {
        self.governor.last_hour(now)
    }

    /// Replaces how it searches and behaves; counts once the next step is made.
    pub fn set_options(&mut self, options: KeeperOptions) {
        // A taste is held on its picture, whatever the region.
        if options.goal != self.options.goal && !matches!(self.goal, Some(HeldGoal::Taste(_))) {
            self.goal = None;
        }
        self.options = options;
    }

    /// Sets what may be changed, for the camera that is open.
    pub const fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Sets another look, or none; `good` is the last good setting for it. The camera is measured
    /// again.
    pub fn set_look(
        &mut self,
        look: Option<KeptLook>,
        good: Option<GoodSetting>,
        journal: &mut dyn Journal,
    ) {
        self.look = look;
        self.goal = None;
        self.good = good;
        self.good_is_tried = false;
        self.asked = false;
        self.detector = None;
        self.open_eyes(journal);
        self.on(Event::Again, journal);
    }

    /// The camera was opened and stands at `found`, as it was found.
    pub fn opened(&mut self, found: Params, journal: &mut dyn Journal) {
        self.goal = None;
        self.found_at = Some(found);
        self.found = None;
        self.open_eyes(journal);
        self.good_is_tried = false;
        self.detector = None;
        self.reference = None;
        self.last_glance = None;
        self.sees_noise = false;
        self.meter.opened(found);
        self.on(Event::Opened, journal);
    }

    /// A tune was asked for: it counts against no limit, and whatever stands is tuned again.
    pub fn retune(&mut self, journal: &mut dyn Journal) {
        self.asked = true;
        self.on(Event::Again, journal);
    }

    /// Moves on by an event, if it means anything in the present state.
    pub fn on(&mut self, event: Event, journal: &mut dyn Journal) {
        let Some(to) = next(self.state, event) else { return };
        let from = std::mem::replace(&mut self.state, to);
        if from != to {
            journal.record(KeeperEvent::Moved { from, event, to });
        }
        if to != State::Drifting {
            self.held_back = false;
            self.was_put_back = false;
        }
    }

    /// Does what is due: one glance, one measurement, or one tune. Returns how long nothing will be
    /// due, unless something is asked for.
    ///
    /// # Errors
    /// What the camera said when it failed. [`PipelineError::Interrupted`] when `cancel` became
    /// true; the setting that stood before is then put back.
    pub fn step(
        &mut self,
        camera: &mut dyn HeldCamera,
        cancel: &Arc<AtomicBool>,
        journal: &mut dyn Journal,
    ) -> Result<Duration, PipelineError> {
        let wait = match self.state {
            State::Measuring => self.measure(camera, journal)?,
            State::Tuning => self.tune(camera, cancel, journal)?,
            State::Holding => self.check(camera, journal)?,
            State::Drifting => self.recheck(camera, journal)?,
            State::Waiting | State::Busy | State::Faulted | State::Paused => IDLE,
        };
        if wait > Duration::ZERO {
            camera.rest();
        }
        Ok(wait)
    }

    /// The kind of the look; that of a finished picture where there is none.
    pub(super) fn kind(&self) -> LookKind {
        self.look.as_ref().map_or(LookKind::Finish, |look| look.wish.kind())
    }

    /// The policy of taste that decides, and how much of it.
    pub(super) fn taste(&self) -> Option<(TastePolicy, f64)> {
        match self.look.as_ref() {
            Some(KeptLook { wish: LookWish::Taste(policy), strength, .. }) => {
                Some((policy.clone(), *strength))
            }
            _ => None,
        }
    }

    /// What was found in the camera, as far as the limits let it be set.
    pub(super) fn found_within(&self, standing: Params) -> Params {
        self.limits.clamp(self.found_at.unwrap_or(standing))
    }

    /// Compares a picture with the goal, and tells when that cannot be done or can be done again.
    pub(super) fn sight(
        &mut self,
        picture: &Frame,
        journal: &mut dyn Journal,
    ) -> Result<Option<Sight>, PipelineError> {
        let Some(look) = &self.look else { return Ok(None) };
        let goal = match &self.goal {
            Some(goal) => Ok(Some(goal.clone())),
            None => {
                let found = self.found.as_ref().unwrap_or(picture);
                HeldGoal::new(look, found, self.options.goal)
            }
        };
        let sight = match goal {
            Ok(Some(goal)) => {
                let sight = goal.sight(picture);
                self.goal = Some(goal);
                sight
            }
            // The policy was not asked yet.
            Ok(None) => return Ok(None),
            Err(unusable) => Err(unusable),
        };
        match sight {
            Ok(sight) => {
                self.open_eyes(journal);
                journal.record(KeeperEvent::Measured { picture, reading: sight.reading() });
                Ok(Some(sight))
            }
            Err(unusable) => {
                self.close_eyes(unusable, journal);
                Ok(None)
            }
        }
    }

    pub(super) fn open_eyes(&mut self, journal: &mut dyn Journal) {
        if self.blind.take().is_some() {
            journal.record(KeeperEvent::SeesAgain);
        }
    }

    pub(super) fn close_eyes(&mut self, unusable: Unusable, journal: &mut dyn Journal) {
        // Figures in the message differ from frame to frame; the reason is told once.
        if !self.blind.as_ref().is_some_and(|blind| blind.is_as(&unusable)) {
            journal.record(KeeperEvent::Blind(&unusable));
        }
        self.blind = Some(unusable);
        if let Some(detector) = &mut self.detector {
            detector.forget();
        }
    }
}
