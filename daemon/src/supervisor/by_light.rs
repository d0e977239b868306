//! Which look applies in which light.

use std::time::Duration;

use crate::keeping::SceneLight;
use crate::service_config::LightEntry;

use super::schedule::{Wanted, share};

/// Light as configurations speak of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Light {
    /// Stops above the look of the camera.
    pub ev: f64,
    /// Correlated colour temperature in kelvin, where it can be told.
    pub kelvin: Option<f64>,
}

impl Light {
    /// The light of a scene, told by a look whose picture has a mean luminance of
    /// `reference_stops`.
    pub(super) const fn of(scene: SceneLight, reference_stops: f64) -> Self {
        Self { ev: scene.stops - reference_stops, kelvin: scene.kelvin }
    }
}

/// The entry in force; it gives way only to light that has stayed for a while.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LightChoice {
    /// Index of the entry; `None` while none applies.
    current: Option<usize>,
    /// What would be in force by the light of late, and since when.
    pending: Option<(Option<usize>, Duration)>,
    /// Index of the entry before, and when it was left.
    left: Option<(Option<usize>, Duration)>,
}

impl LightChoice {
    /// Takes note of the light at `now`; whether another entry is in force from now on.
    pub(super) fn observe(&mut self, entries: &[LightEntry], light: Light, now: Duration) -> bool {
        let applies = |(index, entry): &(usize, &LightEntry)| {
            applies(entry, light, self.current == Some(*index))
        };
        let fitting = entries.iter().enumerate().find(applies).map(|(index, _)| index);
        if fitting == self.current {
            self.pending = None;
            return false;
        }
        let since = match self.pending {
            Some((pending, since)) if pending == fitting => since,
            _ => now,
        };
        self.pending = Some((fitting, since));
        let entry = fitting.or(self.current).and_then(|index| entries.get(index));
        if now.saturating_sub(since) < entry.map_or(Duration::ZERO, |entry| entry.dwell) {
            return false;
        }
        self.left = Some((self.current, now));
        self.current = fitting;
        self.pending = None;
        true
    }

    /// The look that is wanted at `now`, where `base` is wanted in any other light.
    pub(super) fn wanted(&self, entries: &[LightEntry], base: Wanted, now: Duration) -> Wanted {
        let entry = |index: Option<usize>| index.and_then(|index| entries.get(index));
        let current = entry(self.current);
        let blend = self.left.and_then(|(before, left)| {
            let before = entry(before);
            // A blend belongs to the entry that it leads into, or out of.
            let blend = current.or(before)?.blend;
            let before = before.map_or_else(|| base.look.clone(), |entry| Some(entry.look.clone()));
            Some((before?, share(now.saturating_sub(left), blend)?))
        });
        match current {
            Some(entry) => Wanted { look: Some(entry.look.clone()), blend },
            None if blend.is_some() && base.look.is_some() => Wanted { look: base.look, blend },
            None => base,
        }
    }
}

/// Whether the light is within all bounds of an entry; one that is in force keeps a margin beyond
/// them. A bound of colour does not hold of light whose colour cannot be told.
fn applies(entry: &LightEntry, light: Light, is_in_force: bool) -> bool {
    let [margin_ev, margin_k] =
        if is_in_force { [entry.margin_ev, entry.margin_k] } else { [0.0, 0.0] };
    let [low_ev, high_ev] = entry.ev;
    let [low_k, high_k] = entry.kelvin;
    let is_bright_enough = (low_ev - margin_ev..=high_ev + margin_ev).contains(&light.ev);
    let asks_for_colour = low_k.is_finite() || high_k.is_finite();
    let has_colour = light.kelvin.map_or(!asks_for_colour, |kelvin| {
        (low_k - margin_k..=high_k + margin_k).contains(&kelvin)
    });
    is_bright_enough && has_colour
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dim() -> LightEntry {
        LightEntry {
            look: "dim".to_owned(),
            ev: [f64::NEG_INFINITY, -2.0],
            kelvin: [f64::NEG_INFINITY, f64::INFINITY],
            margin_ev: 0.5,
            margin_k: 300.0,
            dwell: Duration::from_secs(60),
            blend: Duration::ZERO,
        }
    }

    fn lamp() -> LightEntry {
        LightEntry {
            look: "lamp".to_owned(),
            ev: [f64::NEG_INFINITY, f64::INFINITY],
            kelvin: [f64::NEG_INFINITY, 3500.0],
            ..dim()
        }
    }

    fn day() -> Wanted {
        Wanted { look: Some("day".to_owned()), blend: None }
    }

    /// The looks that are chosen by light of one reading a second, each when it changes.
    fn chosen(
        entries: &[LightEntry],
        light: impl IntoIterator<Item = (f64, Option<f64>)>,
    ) -> Vec<(u64, String)> {
        let mut choice = LightChoice::default();
        let mut changes = Vec::new();
        for (second, (ev, kelvin)) in light.into_iter().enumerate() {
            let now = Duration::from_secs(second as u64);
            if choice.observe(entries, Light { ev, kelvin }, now) {
                let look = choice.wanted(entries, day(), now).look;
                changes.push((second as u64, look.unwrap()));
            }
        }
        changes
    }

    #[test]
    fn light_that_stays_low_changes_the_look_once_and_back() {
        let evening = (0..600).map(|second| (-f64::from(second) / 100.0, None));
        let morning = (0..600).map(|second| (-6.0 + f64::from(second) / 100.0, None));
        let changes = chosen(&[dim()], evening.chain(morning));
        // −2 EV after 200 s; back at −1.5 EV, after 450 s of the morning; each a minute late.
        assert_eq!(changes, [(260, "dim".to_owned()), (1111, "day".to_owned())]);
    }

    #[test]
    fn light_at_a_bound_and_lamps_that_flicker_change_nothing() {
        let noise = (0..3600).map(|second| (-2.0 + 0.4 * f64::from(second % 7 - 3) / 3.0, None));
        assert_eq!(chosen(&[dim()], noise), []);
        let held = std::iter::repeat_n((-3.0, None), 100);
        let noise = (0..3600).map(|second| (-1.8 + 0.29 * f64::from(second % 7 - 3) / 3.0, None));
        assert_eq!(chosen(&[dim()], held.chain(noise)).len(), 1, "within the margin it stays");
        let flicker = (0..3600).map(|second| (if second % 50 < 45 { -4.0 } else { 0.0 }, None));
        assert_eq!(chosen(&[dim()], flicker), []);
    }

    #[test]
    fn colour_chooses_where_it_can_be_told_and_the_first_entry_wins() {
        let entries = [dim(), lamp()];
        let minutes = |ev, kelvin| std::iter::repeat_n((ev, kelvin), 90);
        let light = minutes(0.0, Some(6000.0))
            .chain(minutes(0.0, Some(3000.0)))
            .chain(minutes(-4.0, Some(3000.0)))
            .chain(minutes(-4.0, None))
            .chain(minutes(0.0, None));
        let looks: Vec<String> = chosen(&entries, light).into_iter().map(|(_, l)| l).collect();
        assert_eq!(looks, ["lamp", "dim", "day"]);
    }

    #[test]
    fn looks_turn_into_each_other_in_both_directions() {
        let entries =
            [LightEntry { blend: Duration::from_secs(80), dwell: Duration::ZERO, ..dim() }];
        let mut choice = LightChoice::default();
        let at = Duration::from_secs;
        let wanted = |choice: &LightChoice, second| {
            let Wanted { look, blend } = choice.wanted(&entries, day(), at(second));
            (look.unwrap(), blend)
        };
        assert!(choice.observe(&entries, Light { ev: -4.0, kelvin: None }, at(100)));
        let blended = |from: &str, share| Some((from.to_owned(), share));
        assert_eq!(wanted(&choice, 145), ("dim".to_owned(), blended("day", 0.5)));
        assert_eq!(wanted(&choice, 180), ("dim".to_owned(), None));
        assert!(choice.observe(&entries, Light { ev: 0.0, kelvin: None }, at(300)));
        assert_eq!(wanted(&choice, 320), ("day".to_owned(), blended("dim", 0.25)));
        assert_eq!(wanted(&choice, 380), ("day".to_owned(), None));
    }
}
