//! Asking a policy of taste: what it names is adopted unless the guard objects.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use isp_hw::camera::Mosaic;
use tuner::{
    Frame, Params, PipelineError, Stopped, TasteError, TasteOptions, TasteOutcome, run_taste,
};

use super::drift::DriftDetector;
use super::held_camera::HeldCamera;
use super::held_goal::HeldGoal;
use super::held_taste::{HeldTaste, TasteGuard, taste_features};
use super::journal::{Journal, KeeperEvent, KeptQuery, Settlement, Unusable};
use super::keeper::{BLIND_WAIT, GoodSetting, Keeper, TakenPicture};
use super::kept_look::TastePolicy;
use super::pixel_goal::{DARK_STEPS, mean_steps};
use super::reading::Reading;
use super::scene_light::ChannelMeans;
use super::state::Event;

/// Queries of a policy at most: one, and one in which it corrects what it sees of the first.
const TASTE_QUERIES: usize = 2;

/// A setting that stands, with two pictures of it, and what it is held on.
struct Taken {
    params: Params,
    first: Frame,
    second: Frame,
    hold: HeldTaste,
}

impl Keeper {
    /// Finds out whether a policy that is new, or was held before, has to be asked.
    pub(super) fn measure_taste(
        &mut self,
        camera: &mut dyn HeldCamera,
        policy: &TastePolicy,
        strength: f64,
        picture: &Frame,
        journal: &mut dyn Journal,
    ) -> Result<Duration, PipelineError> {
        if mean_steps(picture) < DARK_STEPS {
            self.close_eyes(Unusable::Dark, journal);
            return Ok(BLIND_WAIT);
        }
        self.open_eyes(journal);
        let sight = self.sight(picture, journal)?;
        let is_held = sight.is_some_and(|sight| self.was_left_alone(camera, &sight))
            || self.taken_still_fits(camera, policy, strength, journal)?;
        self.on(if is_held { Event::OnLook } else { Event::OffLook }, journal);
        Ok(Duration::ZERO)
    }

    /// The setting that the policy named before a restart is held again if it gives the picture
    /// that it gave then.
    fn taken_still_fits(
        &mut self,
        camera: &mut dyn HeldCamera,
        policy: &TastePolicy,
        strength: f64,
        journal: &mut dyn Journal,
    ) -> Result<bool, PipelineError> {
        let Some(good) = self.good.clone() else { return Ok(false) };
        let Some(taken) = good.taken else { return Ok(false) };
        let is_of_policy = taken.policy == policy.digest()
            && (taken.strength - strength).abs() < f64::EPSILON
            && self.limits.clamp(good.params) == good.params;
        if self.asked || self.good_is_tried || !is_of_policy {
            return Ok(false);
        }
        self.good_is_tried = true;
        let standing = camera.standing();
        match two_looks(camera, &good.params) {
            Ok([first, second]) => {
                let enter = self.options.policy.thresholds(self.kind()).enter;
                let away = |picture| taste_features(picture).distance(&taken.features);
                if away(&first) < enter && away(&second) < enter {
                    let hold = HeldTaste::again(taken.features, &second);
                    let setting = Taken { params: good.params, first, second, hold };
                    self.hold_taken(setting, standing, policy, strength, &[], journal);
                    return Ok(true);
                }
                camera.set(&standing)?;
                Ok(false)
            }
            Err(error) => {
                camera.set(&standing)?;
                Err(error)
            }
        }
    }

    /// Asks the policy what it makes of the scene, beginning at what was found in the camera.
    pub(super) fn ask_policy(
        &mut self,
        camera: &mut dyn HeldCamera,
        policy: &TastePolicy,
        strength: f64,
        cancel: &Arc<AtomicBool>,
        journal: &mut dyn Journal,
    ) -> Result<(), PipelineError> {
        let incumbent = camera.standing();
        let start = self.found_within(incumbent);
        camera.set(&start)?;
        camera.start_here();
        let found = camera.as_found()?;
        if mean_steps(&found) < DARK_STEPS {
            self.close_eyes(Unusable::Dark, journal);
            camera.set(&incumbent)?;
            self.detector = None;
            return Ok(());
        }
        journal.record(KeeperEvent::TuneBegins { before: None });
        let queries = self.options.search.episode.budget.min(TASTE_QUERIES);
        let options = TasteOptions { queries, strength, limits: self.limits };
        let asked = run_taste(camera, policy.actor(), &options, cancel, &mut |query| {
            let (index, params, elapsed_ms) = (query.index, query.params, query.elapsed_ms);
            let query = KeptQuery { index, params, reading: None, elapsed_ms };
            journal.record(KeeperEvent::Query(query));
        });
        let mut refused = Vec::new();
        let named = named(asked, &mut refused, journal)?;
        let taken = self.first_allowed(camera, &found, [named, Some(incumbent)], &mut refused)?;
        let taken = match taken {
            Some(taken) => taken,
            // It is what the guard measures with.
            None => taken_at(camera, &start)?,
        };
        let gains = ChannelMeans::stops_between([&found, &found], [&taken.first, &taken.second]);
        if taken.params != start {
            self.meter.adopted(&start, &taken.params, gains);
        }
        self.hold_taken(taken, incumbent, policy, strength, &refused, journal);
        Ok(())
    }

    /// The first of these settings whose pictures the guard lets pass, as it then stands.
    fn first_allowed(
        &self,
        camera: &mut dyn HeldCamera,
        found: &Frame,
        [named, incumbent]: [Option<Params>; 2],
        refused: &mut Vec<String>,
    ) -> Result<Option<Taken>, PipelineError> {
        let guard = TasteGuard::new(found);
        let settings = [(named, "what the policy named"), (incumbent, "what stood before")];
        for (params, what) in settings {
            let Some(params) = params else { continue };
            let taken = taken_at(camera, &params)?;
            let objection = guard.objection(&taken.first).or(guard.objection(&taken.second));
            match objection {
                Some(objection) => refused.push(format!("{what} was not taken: {objection}")),
                None => return Ok(Some(taken)),
            }
        }
        Ok(None)
    }

    /// What stands is the good setting from now on, and its picture what the camera is held on.
    fn hold_taken(
        &mut self,
        taken: Taken,
        before: Params,
        policy: &TastePolicy,
        strength: f64,
        limited_by: &[String],
        journal: &mut dyn Journal,
    ) {
        let Taken { params, first, second, hold } = taken;
        let features = taste_features(&second);
        let noise = taste_features(&first).distance(&features);
        let policy = policy.digest().to_owned();
        let remembered = TakenPicture { features: hold.features().clone(), policy, strength };
        self.detector = Some(DriftDetector::new(noise));
        self.reference = Some(Mosaic::of(&second));
        self.tuned.clone_from(&self.reference);
        self.tuned_reading = None;
        self.tuned_style = Some(hold.features().clone());
        self.goal = Some(HeldGoal::Taste(hold));
        self.last_glance = None;
        journal.record(KeeperEvent::Settled(Settlement {
            params,
            before: None,
            after: Reading::distance(noise),
            picture: &second,
            adopted: params != before,
            limited_by,
            taken: Some(&remembered),
        }));
        self.good = Some(GoodSetting { params, reached: noise, taken: Some(remembered) });
    }
}

/// What the policy named in the end; `None` when it, or the camera meanwhile, failed, which is told.
fn named(
    asked: Result<TasteOutcome, TasteError>,
    refused: &mut Vec<String>,
    journal: &mut dyn Journal,
) -> Result<Option<Params>, PipelineError> {
    match asked {
        Ok(outcome) if outcome.stopped == Stopped::Interrupted => Err(PipelineError::Interrupted),
        Ok(outcome) => {
            let Some(error) = outcome.error else {
                return Ok(outcome.result().map(|query| query.params));
            };
            journal.record(KeeperEvent::TuneFailed { error: &error });
            refused.push(error);
            Ok(None)
        }
        Err(TasteError::Pipeline(error)) => Err(error),
        Err(error) => {
            let error = error.to_string();
            journal.record(KeeperEvent::TuneFailed { error: &error });
            refused.push(error);
            Ok(None)
        }
    }
}

fn taken_at(camera: &mut dyn HeldCamera, params: &Params) -> Result<Taken, PipelineError> {
    let [first, second] = two_looks(camera, params)?;
    let hold = HeldTaste::on(&second);
    Ok(Taken { params: *params, first, second, hold })
}

fn two_looks(camera: &mut dyn HeldCamera, params: &Params) -> Result<[Frame; 2], PipelineError> {
    camera.set(params)?;
    Ok([camera.look()?, camera.look()?])
}
