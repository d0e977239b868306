//! Which look a camera is held on: a person's choice, the light's, the hour's, the configuration's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::info;

use super::by_light::Light;
use super::run::Supervisor;
use super::schedule::{self, Wanted};
use super::workshop::LookTrouble;
use crate::keeping::{ChannelMeans, KeptLook, LookWish, mixture};

/// Wait before a look that was not there is looked for again.
const LOOK_WAIT: Duration = Duration::from_secs(5);

impl Supervisor {
    /// The look and the strength that are wanted: a person's choice, as long as the configuration
    /// says what it said then.
    pub(super) fn wanted_look(&self) -> (Wanted, f64) {
        match &self.scribe.memory.chosen {
            Some(chosen) if chosen.instead_of == self.entry.look => {
                (Wanted { look: chosen.look.clone(), blend: None }, chosen.strength)
            }
            _ => {
                let base = self.entry.look.as_deref();
                let hour = match self.entry.schedule.as_slice() {
                    [] => Wanted { look: base.map(str::to_owned), blend: None },
                    schedule => schedule::wanted(schedule, base, schedule::time_of_day()),
                };
                let now = self.ties.epoch.elapsed();
                (self.light.wanted(&self.entry.by_light, hour, now), self.entry.strength)
            }
        }
    }

    pub(super) const fn chooses_looks(&self) -> bool {
        !self.entry.schedule.is_empty() || !self.entry.by_light.is_empty()
    }

    /// Takes the light of the newest picture, tells it, and has it choose.
    pub(super) fn see_light(&mut self, now: Duration) {
        let Some(scene) = self.keeper.take_light() else { return };
        if self.reference_stops.is_none() {
            let look = self.entry.look.as_deref().and_then(|name| (self.workshop.looks)(name).ok());
            // A taste has no picture, and is not loaded again for every picture of the camera.
            let stops = |look: LookWish| Some(ChannelMeans::of(look.picture()?).stops());
            self.reference_stops = look.map(stops);
        }
        let Some(Some(reference)) = self.reference_stops else { return };
        let light = Light::of(scene, reference);
        self.scribe.light(light);
        if self.light.observe(&self.entry.by_light, light, now) {
            info!(
                camera = self.entry.name,
                ev = light.ev,
                kelvin = light.kelvin,
                look = self.wanted_look().0.look,
                "the light asks for another look"
            );
        }
    }

    /// Loads the look that is wanted and hands it to the keeper.
    pub(super) fn use_look(&mut self) {
        let (wanted, strength) = self.wanted_look();
        let name = wanted.look.clone();
        self.used = wanted;
        self.next_look = None;
        self.scribe.update(|status| {
            status.look.clone_from(&name);
            status.strength = strength;
        });
        let wish = name.as_ref().map(|name| self.wish_of(name));
        let look = match (name, wish) {
            (Some(name), Some(Ok(wish))) => Some(KeptLook { name, wish, strength }),
            (Some(name), Some(Err(trouble))) => {
                let is_held = matches!(trouble, LookTrouble::Unusable(_))
                    && self.keeper.look().is_some_and(|look| look.name == name);
                let trouble = trouble.to_string();
                self.next_look = Some(Instant::now() + LOOK_WAIT);
                if self.look_fault.as_ref() == Some(&trouble) {
                    // It is told already, and the camera is left as it is already.
                    return;
                }
                self.scribe.fault("look", &trouble);
                self.look_fault = Some(trouble);
                if is_held {
                    // What is held under this name is better than nothing.
                    return;
                }
                None
            }
            _ => None,
        };
        if look.is_some() || self.used.look.is_none() {
            self.look_fault = None;
            self.scribe.mended(&["look"]);
        }
        if look.is_some() && look.as_ref() == self.keeper.look() {
            // The very same picture: nothing has changed.
            return;
        }
        let kind = look.as_ref().map(|look| look.wish.kind());
        self.scribe.update(|status| {
            if status.kind != kind {
                // Figures of another kind mean something else.
                status.now = None;
                status.found = None;
                status.queries.clear();
            }
            status.kind = kind;
            status.reached = None;
        });
        self.scribe.is_blending = self.used.blend.is_some();
        let good = look.as_ref().and_then(|look| self.scribe.memory.good(&look.name));
        self.keeper.set_look(look, good, &mut self.scribe);
    }

    /// What a look asks for, blended with the look before while one turns into the other. Only
    /// finished pictures blend: of styles and tastes there is no picture half-way.
    fn wish_of(&self, name: &str) -> Result<LookWish, LookTrouble> {
        let wish = (self.workshop.looks)(name)?;
        let Some((before, share)) = &self.used.blend else { return Ok(wish) };
        // Without the one before, the new one is held alone.
        let before = (self.workshop.looks)(before);
        let (LookWish::Finish(picture), Ok(LookWish::Finish(before))) = (&wish, &before) else {
            return Ok(wish);
        };
        let mixed = mixture(before, picture, *share).map(Arc::new).map(LookWish::Finish);
        mixed.map_err(|error| LookTrouble::Unusable(error.to_string()))
    }
}
