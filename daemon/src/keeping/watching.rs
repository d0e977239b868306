//! Watching a camera that is held: glances, and measurements where they differ.

use std::time::Duration;

use isp_hw::camera::Mosaic;
use tuner::{Frame, PipelineError, StyleFeatures};

use super::drift::DriftVerdict;
use super::held_camera::HeldCamera;
use super::held_goal::Sight;
use super::journal::{Journal, KeeperEvent, Unusable};
use super::keeper::{BLIND_WAIT, Keeper};
use super::pixel_goal::{DARK_STEPS, mean_steps};
use super::reading::Reading;
use super::state::Event;

/// Difference between two glances, in 8-bit steps of cell means, from which on the picture is
/// measured: below what [`KeepPolicy::enter_delta_e`] means anywhere in the range of brightness.
const GLANCE_STEPS: f64 = 1.0;
/// Difference, in the same steps, that noise makes between two glances, at most: cells average it
/// out.
const NOISE_STEPS: f64 = 0.7;
/// Difference, in the same steps, from which on the light or the scene is another one.
const ANOTHER_STEPS: f64 = 3.0;
/// Loss, in dB, by which a look that could not be reached has come farther away: the squared error may
/// grow where the mean difference of colour hardly does.
const FALLEN_DB: f64 = 1.0;
/// Wait between two pictures of a camera that may not be tuned yet.
const HELD_BACK_WAIT: Duration = Duration::from_secs(10);

impl Keeper {
    /// One glance at a camera that is held.
    pub(super) fn check(
        &mut self,
        camera: &mut dyn HeldCamera,
        journal: &mut dyn Journal,
    ) -> Result<Duration, PipelineError> {
        let interval = self.options.policy.check_interval;
        let thresholds = self.options.policy.thresholds(self.kind());
        let glance = camera.glance()?;
        self.meter.see(&glance, &camera.standing());
        journal.record(KeeperEvent::Glanced { picture: &glance });
        let mosaic = Mosaic::of(&glance);
        let is_frozen = self.is_frozen(&glance, &mosaic);
        let is_dark = mean_steps(&glance) < DARK_STEPS;
        let changed = self
            .reference
            .as_ref()
            .is_none_or(|reference| mosaic.difference(reference) > GLANCE_STEPS);
        self.last_glance = Some((glance, mosaic));
        if self.look.is_none() {
            return Ok(interval);
        }
        if is_frozen || is_dark {
            let why = if is_frozen { Unusable::Frozen } else { Unusable::Dark };
            self.close_eyes(why, journal);
            return Ok(interval);
        }
        let Some(detector) = &mut self.detector else {
            // The last tune could not see anything.
            self.on(Event::Again, journal);
            return Ok(BLIND_WAIT);
        };
        if !changed {
            detector.observe(camera.now(), 0.0, &thresholds);
            self.open_eyes(journal);
            return Ok(interval);
        }
        let picture = camera.look()?;
        let Some(sight) = self.sight(&picture, journal)? else { return Ok(BLIND_WAIT) };
        let mosaic = Mosaic::of(&picture);
        match self.observe(camera.now(), &sight, &mosaic) {
            // The scene has changed and is as near to the look as before: later glances compare
            // with this picture.
            DriftVerdict::Steady => self.reference = Some(mosaic),
            DriftVerdict::Suspicious | DriftVerdict::Drifted => self.on(Event::Moved, journal),
        }
        Ok(interval)
    }

    fn observe(&mut self, now: Duration, sight: &Sight, picture: &Mosaic) -> DriftVerdict {
        let thresholds = self.options.policy.thresholds(self.kind());
        let Some(detector) = &mut self.detector else { return DriftVerdict::Drifted };
        let away = sight.reading().away();
        // Light that fades slowly passes every comparison with the picture before.
        let is_another = match sight.features() {
            // Where style counts, nothing else makes another scene: people may come and go.
            Some(features) => {
                let moved = |tuned: &StyleFeatures| features.distance(tuned) > thresholds.enter;
                self.tuned_style.as_ref().is_none_or(moved)
            }
            None => {
                self.tuned.as_ref().is_none_or(|tuned| picture.difference(tuned) > ANOTHER_STEPS)
            }
        };
        let psnr_db = |reading: Reading| reading.psnr_db();
        let has_fallen = self
            .tuned_reading
            .and_then(psnr_db)
            .zip(psnr_db(sight.reading()))
            .is_some_and(|(tuned, now)| now < tuned - FALLEN_DB);
        // Of a look that could not be reached, another light may bring more within reach, or make
        // what was found the nearer setting.
        let is_suspect = (is_another || has_fallen) && away > thresholds.enter;
        let excess = away - detector.reached();
        let counts = if is_suspect { excess.max(thresholds.enter) } else { excess };
        detector.observe(now, counts, &thresholds)
    }

    /// Frames of a camera whose pictures have noise are never equal.
    fn is_frozen(&mut self, glance: &Frame, mosaic: &Mosaic) -> bool {
        let Some((last, last_mosaic)) = &self.last_glance else { return false };
        if last == glance {
            return self.sees_noise;
        }
        // The same scene in other bits. A setting that was written in between is no noise, and
        // moves the cells.
        self.sees_noise |= last_mosaic.difference(mosaic) <= NOISE_STEPS;
        false
    }

    /// Finds out whether a picture that has moved away stays away.
    pub(super) fn recheck(
        &mut self,
        camera: &mut dyn HeldCamera,
        journal: &mut dyn Journal,
    ) -> Result<Duration, PipelineError> {
        let policy = self.options.policy;
        if !self.was_put_back {
            // Another program may have changed the controls: then this is all that is needed.
            self.was_put_back = true;
            camera.set(&camera.standing())?;
        }
        let picture = camera.look()?;
        self.meter.see(&picture, &camera.standing());
        let Some(sight) = self.sight(&picture, journal)? else {
            self.on(Event::CameBack, journal);
            return Ok(BLIND_WAIT);
        };
        let now = camera.now();
        let mosaic = Mosaic::of(&picture);
        match self.observe(now, &sight, &mosaic) {
            DriftVerdict::Steady => {
                self.reference = Some(mosaic);
                self.on(Event::CameBack, journal);
            }
            DriftVerdict::Suspicious => {}
            DriftVerdict::Drifted => {
                let wait = self.governor.wait(now, &policy);
                if wait == Duration::ZERO {
                    self.governor.begin(now);
                    self.on(Event::OffLook, journal);
                    return Ok(Duration::ZERO);
                }
                if !self.held_back {
                    self.held_back = true;
                    journal.record(KeeperEvent::HeldBack { wait });
                }
                return Ok(policy.check_interval.max(HELD_BACK_WAIT).min(wait));
            }
        }
        Ok(policy.check_interval)
    }
}
