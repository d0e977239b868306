//! Telling a look that is lost from a picture that is disturbed for a moment.

use std::time::Duration;

use super::policy::Thresholds;

/// What a measurement means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftVerdict {
    /// As near to the look as when it was tuned.
    Steady,
    /// Away from it, and not long enough yet.
    Suspicious,
    /// Away from it for longer than the dwell time.
    Drifted,
}

/// A threshold with hysteresis and a dwell time.
#[derive(Debug, Clone)]
pub struct DriftDetector {
    reached: f64,
    away_since: Option<Duration>,
}

impl DriftDetector {
    /// Watches a picture that is now so far (mean ΔE00, or distance of style) from its look.
    #[must_use]
    pub const fn new(reached: f64) -> Self {
        Self { reached, away_since: None }
    }

    /// How far it was from its look when its setting was adopted.
    #[must_use]
    pub const fn reached(&self) -> f64 {
        self.reached
    }

    /// What it means to be farther away by `excess` than when the setting was adopted. Between the
    /// thresholds nothing changes.
    pub fn observe(&mut self, now: Duration, excess: f64, thresholds: &Thresholds) -> DriftVerdict {
        if excess < thresholds.exit {
            self.away_since = None;
        } else if excess >= thresholds.enter && self.away_since.is_none() {
            self.away_since = Some(now);
        }
        match self.away_since {
            None => DriftVerdict::Steady,
            Some(since) if now.saturating_sub(since) >= thresholds.dwell => DriftVerdict::Drifted,
            Some(_) => DriftVerdict::Suspicious,
        }
    }

    /// Nothing could be measured (dark, frozen, other content): what was suspected is forgotten,
    /// since the time that passes meanwhile proves nothing.
    pub const fn forget(&mut self) {
        self.away_since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keeping::KeepPolicy;
    use crate::look::LookKind;

    /// Verdicts of one measurement a second.
    fn verdicts(measured: impl IntoIterator<Item = f64>) -> Vec<DriftVerdict> {
        let thresholds = KeepPolicy::default().thresholds(LookKind::Finish);
        let mut detector = DriftDetector::new(0.5);
        let seconds = (0..).map(Duration::from_secs);
        measured
            .into_iter()
            .zip(seconds)
            .map(|(e, at)| detector.observe(at, e - detector.reached(), &thresholds))
            .collect()
    }

    #[test]
    fn a_change_that_stays_is_drift_after_the_dwell_time() {
        let seen = verdicts([0.5, 0.6].into_iter().chain([3.0; 12]));
        let first = seen.iter().position(|verdict| *verdict == DriftVerdict::Drifted);
        assert_eq!(first, Some(12));
    }

    #[test]
    fn somebody_who_walks_through_the_picture_is_none() {
        let seen = verdicts([0.5; 3].into_iter().chain([9.0; 8]).chain([0.5; 9]).chain([9.0; 8]));
        assert!(!seen.contains(&DriftVerdict::Drifted));
    }

    #[test]
    fn a_flickering_lamp_is_none() {
        let seen = verdicts((0..600).map(|second| if second % 3 == 0 { 0.6 } else { 5.0 }));
        assert!(!seen.contains(&DriftVerdict::Drifted));
    }

    #[test]
    fn between_the_thresholds_a_suspicion_stays_and_none_begins() {
        let above = verdicts([2.1].into_iter().chain([1.5; 10]));
        assert_eq!(above.last(), Some(&DriftVerdict::Drifted));
        let below = verdicts([1.5; 30]);
        assert!(below.iter().all(|verdict| *verdict == DriftVerdict::Steady));
    }
}
