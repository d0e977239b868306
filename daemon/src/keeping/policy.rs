//! When a look counts as lost, and how often a camera may be tuned.

use std::time::Duration;

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
        }
    }
}
