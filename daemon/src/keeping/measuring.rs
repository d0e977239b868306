//! Finding out what to do with a camera or a look that is new.

use std::time::Duration;

use tuner::{Frame, PipelineError};

use super::held_camera::HeldCamera;
use super::held_goal::Sight;
use super::journal::{Journal, Unusable};
use super::keeper::{BLIND_WAIT, Keeper};
use super::pixel_goal::{DARK_STEPS, mean_steps};
use super::state::Event;
use super::trial::Trial;
use crate::look::LookKind;

impl Keeper {
    /// Finds out what to do with a camera or a look that is new.
    pub(super) fn measure(
        &mut self,
        camera: &mut dyn HeldCamera,
        journal: &mut dyn Journal,
    ) -> Result<Duration, PipelineError> {
        let picture = camera.look()?;
        self.meter.see(&picture, &camera.standing());
        if self.found.is_none() && self.found_at == Some(camera.standing()) {
            if mean_steps(&picture) < DARK_STEPS {
                // A mixture with darkness would be no look.
                self.close_eyes(Unusable::Dark, journal);
                return Ok(BLIND_WAIT);
            }
            self.found = Some(picture.clone());
        }
        if self.look.is_none() {
            self.on(Event::OnLook, journal);
            return Ok(Duration::ZERO);
        }
        if let Some((policy, strength)) = self.taste() {
            return self.measure_taste(camera, &policy, strength, &picture, journal);
        }
        let Some(sight) = self.sight(&picture, journal)? else { return Ok(BLIND_WAIT) };
        if self.was_left_alone(camera, &sight) {
            self.on(Event::OnLook, journal);
            return Ok(Duration::ZERO);
        }
        if !self.asked
            && !self.good_is_tried
            && self.good_still_fits(camera, sight, picture, journal)?
        {
            self.on(Event::OnLook, journal);
            return Ok(Duration::ZERO);
        }
        self.on(Event::OffLook, journal);
        Ok(Duration::ZERO)
    }

    /// Whether nothing has changed since the setting that stands was tuned.
    pub(super) fn was_left_alone(&self, camera: &dyn HeldCamera, sight: &Sight) -> bool {
        let exit = self.options.policy.thresholds(self.kind()).exit;
        let stands = self.good.as_ref().is_some_and(|good| good.params == camera.standing());
        let near = |reached: f64| sight.reading().away() < reached + exit;
        let is_near = self.detector.as_ref().is_some_and(|detector| near(detector.reached()));
        !self.asked && stands && is_near
    }

    /// The setting that was good before a restart, if it still is, saves a tune.
    fn good_still_fits(
        &mut self,
        camera: &mut dyn HeldCamera,
        sight: Sight,
        picture: Frame,
        journal: &mut dyn Journal,
    ) -> Result<bool, PipelineError> {
        let Some(good) = self.good.clone() else { return Ok(false) };
        self.good_is_tried = true;
        let kind = self.kind();
        let thresholds = self.options.policy.thresholds(kind);
        let near_enough = (good.reached + thresholds.exit).max(thresholds.enter);
        let standing = camera.standing();
        let good = self.limits.clamp(good.params);
        let trial = if good == standing {
            Trial::of_one(standing, picture, sight.reading())
        } else {
            let sight = match kind {
                LookKind::Style => sight.guarding(&self.found_now(camera, picture)?),
                LookKind::Finish | LookKind::Taste => sight,
            };
            self.try_out(camera, &sight, &standing, &good)?
        };
        let fits = trial.params == good && trial.reading().away() < near_enough;
        if fits {
            self.settle(&trial, &[], journal);
        }
        Ok(fits)
    }

    /// What the camera shows under this light with the parameters that it was found with; `picture`
    /// is of what stands. What stood is put back when that fails, by whoever tries something else
    /// otherwise.
    fn found_now(
        &self,
        camera: &mut dyn HeldCamera,
        picture: Frame,
    ) -> Result<Frame, PipelineError> {
        let standing = camera.standing();
        let found = self.found_within(standing);
        if found == standing {
            return Ok(picture);
        }
        let shown = camera.set(&found).and_then(|()| camera.look());
        if shown.is_err() {
            camera.set(&standing)?;
        }
        shown
    }
}
