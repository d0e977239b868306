//! Writes down a setting that stands from now on.

use tracing::info;

use super::memory::TakenMemory;
use super::scribe::Scribe;
use super::status::{Adoption, named, now_ms};
use crate::keeping::Settlement;

impl Scribe {
    /// Tells a setting that was settled on, and remembers it where it is another.
    pub(super) fn settled(&mut self, settlement: &Settlement<'_>) {
        let Settlement { params, before, after, picture, adopted, limited_by, taken } = *settlement;
        info!(
            camera = self.status.name,
            adopted,
            before = before.map(tracing::field::display),
            %after,
            "settled"
        );
        self.live(picture);
        self.mended(&["tune"]);
        let look = self.status.look.clone().filter(|_| !self.is_blending);
        let table = std::mem::take(&mut self.table);
        self.update(|status| {
            for (shown, info) in status.parameters.iter_mut().zip(&table) {
                shown.value = params.get(info.parameter);
                shown.native = info.to_native(shown.value);
            }
            status.now = Some(after.into());
            status.reached = Some(after.into());
            status.limited_by = limited_by.to_vec();
        });
        self.table = table;
        let params = named(&params, &self.table);
        let is_news = taken.zip(look.clone()).is_some_and(|(taken, look)| {
            self.memory.take(look, TakenMemory::of(taken, params.clone()))
        });
        if adopted {
            let (before, after) = (before.map(Into::into), Some(after.into()));
            self.adopt(Adoption { at_ms: now_ms(), look, params, before, after });
        } else if is_news {
            self.store();
        }
    }

    /// Notes a setting and stores the memory.
    pub(super) fn adopt(&mut self, adoption: Adoption) {
        self.memory.note(adoption);
        let history = self.memory.history.clone();
        self.update(|status| {
            status.counts.adoptions += 1;
            status.history = history;
        });
        self.store();
    }
}
