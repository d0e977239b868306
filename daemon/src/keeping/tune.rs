//! One tune: the search, the trials of what it found, and what stands after it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use isp_hw::camera::Mosaic;
use tuner::{Frame, Params, PipelineError, QueryRecord, Stopped, View, strategy};

use super::drift::DriftDetector;
use super::held_camera::HeldCamera;
use super::held_goal::Sight;
use super::journal::{Journal, KeeperEvent, KeptQuery, Settlement};
use super::keeper::{GoodSetting, Keeper};
use super::reading::Reading;
use super::state::Event;
use super::trial::Trial;
use crate::look::LookKind;
use crate::task_choice::TaskGoal;
use crate::tuning::{self, Tuned};

/// The strategy of a tune to a style, where the configured one compares pixels.
const STYLE_STRATEGY: &str = "style";

impl Keeper {
    pub(super) fn tune(
        &mut self,
        camera: &mut dyn HeldCamera,
        cancel: &Arc<AtomicBool>,
        journal: &mut dyn Journal,
    ) -> Result<Duration, PipelineError> {
        let stood = camera.standing();
        let ended = match self.taste() {
            Some((policy, strength)) => self.ask_policy(camera, &policy, strength, cancel, journal),
            None => self.search_and_try(camera, cancel, journal),
        };
        self.governor.end(camera.now());
        self.asked = false;
        if let Err(error) = ended {
            // What stood before is known to be no worse. A camera that cannot be written any more
            // is a fault, whatever ended the tune.
            camera.set(&stood)?;
            return Err(error);
        }
        self.on(Event::Tuned, journal);
        Ok(Duration::ZERO)
    }

    fn search_and_try(
        &mut self,
        camera: &mut dyn HeldCamera,
        cancel: &Arc<AtomicBool>,
        journal: &mut dyn Journal,
    ) -> Result<(), PipelineError> {
        let incumbent = camera.standing();
        if self.kind() == LookKind::Style {
            // The guard compares with what the camera, as it was found, shows under this light.
            camera.set(&self.found_within(incumbent))?;
        }
        camera.start_here();
        let start = camera.as_found()?;
        let Some(sight) = self.sight(&start, journal)? else {
            if camera.standing() != incumbent {
                camera.set(&incumbent)?;
            }
            self.detector = None;
            return Ok(());
        };
        let sight = sight.guarding(&start);
        journal.record(KeeperEvent::TuneBegins { before: Some(sight.reading()) });
        let Some(goal) = task_goal(&sight) else { return Ok(()) };
        let (trial, limited_by) = match self.search(camera, goal, &start, cancel, journal)? {
            Ok(found) if found.outcome.stopped == Stopped::Interrupted => {
                return Err(PipelineError::Interrupted);
            }
            Ok(found) => {
                if let Some(error) = &found.outcome.error {
                    journal.record(KeeperEvent::TuneFailed { error });
                }
                let challenger = found.outcome.best_query().map_or(incumbent, |best| best.params);
                (self.try_out(camera, &sight, &incumbent, &challenger)?, found.limited_by)
            }
            // The picture as found is at hand, so that this is the strategy's fault, not the
            // camera's.
            Err(error) => {
                journal.record(KeeperEvent::TuneFailed { error: &error });
                camera.set(&incumbent)?;
                (Self::untried(camera, &sight, start, incumbent)?, Vec::new())
            }
        };
        let trial = self.try_found(camera, &sight, incumbent, trial)?;
        self.settle(&trial, &limited_by, journal);
        Ok(())
    }

    /// Makes the queries. The inner error is what a strategy says that cannot search.
    fn search(
        &self,
        camera: &mut dyn HeldCamera,
        goal: TaskGoal,
        start: &Frame,
        cancel: &Arc<AtomicBool>,
        journal: &mut dyn Journal,
    ) -> Result<Result<Tuned, String>, PipelineError> {
        let view = View::of_size(start.width(), start.height());
        let simulator = camera.simulator(start, &view)?;
        let wanted = &self.options.search;
        let search = tuning::Search {
            strategy: self.strategy(),
            seed: wanted.seed,
            actor: wanted.actor.as_ref().filter(|_| self.kind() == LookKind::Finish),
            episode: wanted.episode,
            limits: self.limits,
        };
        let tuned = search.run(camera, goal, simulator, cancel, &mut |record| {
            journal.record(KeeperEvent::Query(KeptQuery::from(record)));
        });
        Ok(tuned.map_err(|error| format!("{error:#}")))
    }

    /// Name of the strategy for the kind of the look.
    pub(super) fn strategy(&self) -> &str {
        let configured = self.options.search.strategy.as_str();
        let makes_any_number_small = strategy::STYLE_BASELINES.contains(&configured);
        if self.kind() == LookKind::Finish || makes_any_number_small {
            configured
        } else {
            STYLE_STRATEGY
        }
    }

    /// Where the winner is not near the look, or does what the guard objects to, it must also win
    /// against what was found.
    fn try_found(
        &mut self,
        camera: &mut dyn HeldCamera,
        sight: &Sight,
        incumbent: Params,
        trial: Trial,
    ) -> Result<Trial, PipelineError> {
        let kind = self.kind();
        let reading = trial.reading();
        let is_near = reading.away() <= self.options.policy.thresholds(kind).enter;
        let is_guarded = !matches!(reading, Reading::Style(style) if style.violation.is_some());
        let Some(found) = self.found_at.map(|found| self.limits.clamp(found)) else {
            return Ok(trial);
        };
        // A style is seldom reached: where it has just won against what was found, that is enough.
        let has_won = kind == LookKind::Style && found == incumbent && trial.adopted;
        if (is_near && is_guarded) || has_won || found == trial.params {
            return Ok(trial);
        }
        // Under this light what the camera came with may be nearer.
        let stood = trial.incumbent;
        let last = self.try_out(camera, sight, &trial.params, &found)?;
        // Told as one: what stood before the tune, and what stands after it.
        Ok(Trial {
            challenger: last.reading(),
            incumbent: stood,
            adopted: last.params != incumbent,
            ..last
        })
    }

    /// A trial, by which the meter learns what the winner does to the light.
    pub(super) fn try_out(
        &mut self,
        camera: &mut dyn HeldCamera,
        sight: &Sight,
        incumbent: &Params,
        challenger: &Params,
    ) -> Result<Trial, PipelineError> {
        let margin = self.options.policy.margin(self.kind());
        let trial = Trial::run(camera, sight, incumbent, challenger, margin)?;
        if trial.adopted {
            self.meter.adopted(incumbent, challenger, trial.gains);
        }
        Ok(trial)
    }

    /// The winner of a trial is the good setting from now on.
    pub(super) fn settle(
        &mut self,
        trial: &Trial,
        limited_by: &[String],
        journal: &mut dyn Journal,
    ) {
        let after = trial.reading();
        self.good = Some(GoodSetting { params: trial.params, reached: after.away(), taken: None });
        self.detector = Some(DriftDetector::new(after.away()));
        // A picture that is not the winner's is nothing to compare with: the next glance measures.
        self.reference = trial.is_shown.then(|| Mosaic::of(&trial.picture));
        self.tuned.clone_from(&self.reference);
        self.tuned_reading = Some(after);
        let sight =
            self.goal.as_ref().filter(|_| trial.is_shown).map(|goal| goal.sight(&trial.picture));
        self.tuned_style = sight.and_then(|sight| sight.ok()?.features().cloned());
        self.last_glance = None;
        journal.record(KeeperEvent::Settled(Settlement {
            params: trial.params,
            before: Some(trial.incumbent),
            after,
            picture: &trial.picture,
            adopted: trial.adopted,
            limited_by,
            taken: None,
        }));
    }

    /// What stood before, without a trial; it stands in the camera, and `start` is the picture that the
    /// tune began at.
    fn untried(
        camera: &mut dyn HeldCamera,
        sight: &Sight,
        start: Frame,
        params: Params,
    ) -> Result<Trial, PipelineError> {
        debug_assert_eq!(camera.standing(), params);
        let (picture, reading) = if camera.found_params() == params {
            (start, sight.reading())
        } else {
            let picture = camera.look()?;
            let reading = sight.reading_of(&picture).unwrap_or_else(|| sight.reading());
            (picture, reading)
        };
        Ok(Trial::of_one(params, picture, reading))
    }
}

/// The goal that a search is to come near to.
fn task_goal(sight: &Sight) -> Option<TaskGoal> {
    match sight {
        Sight::Pixels(sight) => Some(TaskGoal::Finish(sight.goal.clone())),
        Sight::Style(sight) => Some(TaskGoal::Style(Box::new((*sight.goal).clone()))),
        Sight::Taste(_) => None,
    }
}

impl From<&QueryRecord> for KeptQuery {
    fn from(record: &QueryRecord) -> Self {
        let reading = record.style.as_ref().map_or(Reading::Pixels(record.score), Reading::from);
        let QueryRecord { index, params, elapsed_ms, .. } = *record;
        Self { index, params, reading: Some(reading), elapsed_ms }
    }
}
