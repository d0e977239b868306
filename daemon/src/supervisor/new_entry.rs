//! Taking over a configuration that was read anew.

use std::sync::PoisonError;
use std::time::Instant;

use tracing::info;
use tuner::EpisodeOptions;

use super::by_light::LightChoice;
use super::run::Supervisor;
use super::workshop::Workshop;
use crate::keeping::{Event, KeeperOptions, Search};
use crate::service_config::CameraEntry;

impl Supervisor {
    /// Takes a configuration that was read anew.
    pub(super) fn take_new_entry(&mut self) {
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
}

/// How a keeper behaves under this configuration.
pub(super) fn options_of(entry: &CameraEntry, workshop: &Workshop) -> KeeperOptions {
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
