//! One tune: the search, the trials of what it found, and what stands after it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use isp_hw::camera::Mosaic;
use tuner::{Frame, Params, PipelineError, Stopped, View};

use super::drift::DriftDetector;
use super::held_camera::HeldCamera;
use super::held_goal::Sight;
use super::journal::{Journal, KeeperEvent};
use super::keeper::{GoodSetting, Keeper};
use super::state::Event;
use super::trial::Trial;
use crate::task_choice::TaskGoal;
use crate::tuning;

impl Keeper {
    pub(super) fn tune(
        &mut self,
        camera: &mut dyn HeldCamera,
        cancel: &Arc<AtomicBool>,
        journal: &mut dyn Journal,
    ) -> Result<Duration, PipelineError> {
        let stood = camera.standing();
        let ended = self.search_and_try(camera, cancel, journal);
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
        camera.start_here();
        let start = camera.as_found()?;
        let incumbent = camera.standing();
        let Some(sight) = self.sight(&start, journal)? else {
            self.detector = None;
            return Ok(());
        };
        journal.record(KeeperEvent::TuneBegins { before: sight.score });
        let view = View::of_size(start.width(), start.height());
        let simulator = camera.simulator(&start, &view)?;
        let wanted = &self.options.search;
        let search = tuning::Search {
            strategy: &wanted.strategy,
            seed: wanted.seed,
            actor: wanted.actor.as_ref(),
            episode: wanted.episode,
            limits: self.limits,
        };
        let goal = TaskGoal::Finish(sight.goal.clone());
        let tuned = search.run(camera, goal, simulator, cancel, &mut |record| {
            journal.record(KeeperEvent::Query(record));
        });
        let tuned = match tuned {
            Ok(tuned) => tuned,
            // The picture as found is at hand, so that this is the strategy's fault, not the
            // camera's.
            Err(error) => {
                journal.record(KeeperEvent::TuneFailed { error: &format!("{error:#}") });
                camera.set(&incumbent)?;
                self.stay(camera, &sight, start, incumbent, journal);
                return Ok(());
            }
        };
        if tuned.outcome.stopped == Stopped::Interrupted {
            return Err(PipelineError::Interrupted);
        }
        if let Some(error) = &tuned.outcome.error {
            journal.record(KeeperEvent::TuneFailed { error });
        }
        let policy = self.options.policy;
        let challenger = tuned.outcome.best_query().map_or(incumbent, |best| best.params);
        let mut trial = self.try_out(camera, &sight, &incumbent, &challenger)?;
        let found = self.found_at.map(|found| self.limits.clamp(found));
        if let Some(found) = found
            && trial.score().delta_e00.mean > policy.enter_delta_e
            && found != trial.params
        {
            // Under this light what the camera came with may be nearer.
            let stood = trial.incumbent;
            let last = self.try_out(camera, &sight, &trial.params, &found)?;
            // Told as one: what stood before the tune, and what stands after it.
            trial = Trial {
                challenger: last.score(),
                incumbent: stood,
                adopted: last.params != incumbent,
                ..last
            };
        }
        self.settle(&trial, &tuned.limited_by, journal);
        Ok(())
    }

    /// A trial, by which the meter learns what the winner does to the light.
    pub(super) fn try_out(
        &mut self,
        camera: &mut dyn HeldCamera,
        sight: &Sight,
        incumbent: &Params,
        challenger: &Params,
    ) -> Result<Trial, PipelineError> {
        let margin_db = self.options.policy.margin_db;
        let trial = Trial::run(camera, sight, incumbent, challenger, margin_db)?;
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
        let score = trial.score();
        self.good = Some(GoodSetting { params: trial.params, delta_e: score.delta_e00.mean });
        self.detector = Some(DriftDetector::new(score.delta_e00.mean));
        // A picture that is not the winner's is nothing to compare with: the next glance measures.
        self.reference = trial.is_shown.then(|| Mosaic::of(&trial.picture));
        self.tuned.clone_from(&self.reference);
        self.last_glance = None;
        journal.record(KeeperEvent::Settled {
            params: trial.params,
            before: trial.incumbent,
            after: score,
            picture: &trial.picture,
            adopted: trial.adopted,
            limited_by,
        });
    }

    /// What stood before stays, without a trial.
    fn stay(
        &mut self,
        camera: &dyn HeldCamera,
        sight: &Sight,
        picture: Frame,
        params: Params,
        journal: &mut dyn Journal,
    ) {
        debug_assert_eq!(camera.standing(), params);
        self.settle(&Trial::of_one(params, picture, sight.score), &[], journal);
    }
}
