//! When a look counts as lost, and how often a camera may be tuned.

use std::time::Duration;

use crate::look::LookKind;

/// The limits within which a [`Keeper`](super::Keeper) acts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeepPolicy {
    /// Time between two glances at the picture.
    pub check_interval: Duration,
    /// The look is lost when the mean ΔE00 exceeds what was reached by this much.
    pub enter_delta_e: f64,
    /// It is found again when it exceeds what was reached by less than this.
    pub exit_delta_e: f64,
    /// How long it must be lost without a break before anything is done.
    pub dwell: Duration,
    /// Time after a tune in which there is no other by itself.
    pub cool_down: Duration,
    /// Tunes by itself in any hour, at most.
    pub retunes_per_hour: u32,
    /// A new setting must be nearer to the look by this many dB to be adopted.
    pub margin_db: f64,
    /// [`Self::enter_delta_e`] where style counts: a distance of style.
    pub enter_style: f64,
    /// [`Self::exit_delta_e`] where style counts.
    pub exit_style: f64,
    /// [`Self::margin_db`] where style counts: a distance of style, beyond what two pictures of one
    /// setting differ by.
    pub margin_style: f64,
}

/// When a look of one kind counts as lost, in the unit of that kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// It is lost this far beyond what was reached.
    pub enter: f64,
    /// It is found again below this.
    pub exit: f64,
    /// How long it must be lost without a break.
    pub dwell: Duration,
}

impl KeepPolicy {
    /// When a look of this kind counts as lost: mean ΔE00 of one of the kind finish, distance of
    /// style of the others.
    #[must_use]
    pub const fn thresholds(&self, kind: LookKind) -> Thresholds {
        let [enter, exit] = match kind {
            LookKind::Finish => [self.enter_delta_e, self.exit_delta_e],
            LookKind::Style | LookKind::Taste => [self.enter_style, self.exit_style],
        };
        Thresholds { enter, exit, dwell: self.dwell }
    }

    /// By how much a new setting must be nearer to a look of this kind, in dB or distance of style.
    #[must_use]
    pub const fn margin(&self, kind: LookKind) -> f64 {
        match kind {
            LookKind::Finish => self.margin_db,
            LookKind::Style | LookKind::Taste => self.margin_style,
        }
    }
}

impl Default for KeepPolicy {
    fn default() -> Self {
        Self {
            check_interval: Duration::from_secs(1),
            // About what an observer notices between two pictures shown one after the other.
            enter_delta_e: 1.5,
            exit_delta_e: 0.8,
            // Longer than a person in the doorway or a car that passes.
            dwell: Duration::from_secs(10),
            cool_down: Duration::from_secs(60),
            retunes_per_hour: 6,
            // Above what two averaged pictures of one setting differ by.
            margin_db: 0.1,
            // A change of colour by a ΔE00 of 1.5 moves photographs by 0.0054 (decision 24).
            enter_style: 0.005,
            exit_style: 0.0025,
            // A quarter of an 8-bit step.
            margin_style: 0.001,
        }
    }
}
