//! Greedy coordinate search: one parameter at a time, as a patient person would turn the knobs.

use super::minimiser::{BlackBoxSearch, Minimiser};

/// First step along each axis of the cube [−1, 1]^n: a quarter of a parameter's range.
const FIRST_STEP: f64 = 0.5;

/// Steps below this change no 8-bit picture.
const SMALLEST_STEP: f64 = 1e-3;

/// Cyclic line search over the axes of the cube [−1, 1]^n: from the best point measured, steps in
/// the direction that helped last on this axis (else in the other one) for as long as they help.
/// A line that moved at most one step is left with half the step.
pub struct GreedySearch {
    best: Vec<f64>,
    best_value: f64,
    /// Signed step for each axis; the sign is the direction that is tried first.
    steps: Vec<f64>,
    axis: usize,
    moves: usize,
    turned: bool,
    pending: Option<Vec<f64>>,
}

impl GreedySearch {
    /// Starts at a point of the cube.
    #[must_use]
    pub fn new(start: &[f64]) -> Self {
        let steps = start.iter().map(|&at| if at > 0.0 { -FIRST_STEP } else { FIRST_STEP });
        Self {
            best: start.to_vec(),
            best_value: f64::INFINITY,
            steps: steps.collect(),
            axis: 0,
            moves: 0,
            turned: false,
            pending: Some(start.to_vec()),
        }
    }

    /// The next trial that differs from the best point; `None` when all steps are used up.
    fn propose(&mut self) -> Option<Vec<f64>> {
        while self.steps.iter().any(|step| step.abs() >= SMALLEST_STEP) {
            let mut trial = self.best.clone();
            let step = self.steps.get(self.axis).copied()?;
            let value = trial.get_mut(self.axis)?;
            let moved = (*value + step).clamp(-1.0, 1.0);
            let differs = (moved - *value).abs() >= SMALLEST_STEP;
            *value = moved;
            if differs && step.abs() >= SMALLEST_STEP {
                return Some(trial);
            }
            self.leave_direction();
        }
        None
    }

    /// After a step that did not help: the other direction, or the next axis.
    fn leave_direction(&mut self) {
        let factor = if self.moves >= 2 { 1.0 } else { 0.5 };
        if let Some(step) = self.steps.get_mut(self.axis) {
            if self.moves == 0 && !self.turned {
                *step = -*step;
                self.turned = true;
                return;
            }
            *step *= factor;
        }
        self.axis = (self.axis + 1) % self.steps.len().max(1);
        (self.moves, self.turned) = (0, false);
    }
}

impl Minimiser for GreedySearch {
    fn ask(&mut self) -> Option<Vec<f64>> {
        self.pending.clone()
    }

    fn tell(&mut self, value: f64) {
        let Some(trial) = self.pending.take() else { return };
        if self.best_value == f64::INFINITY {
            // The start itself: there is no line yet.
            self.best_value = value.min(f64::MAX);
        } else if value < self.best_value {
            (self.best, self.best_value) = (trial, value);
            self.moves += 1;
        } else {
            self.leave_direction();
        }
        self.pending = self.propose();
    }
}

/// The strategy `greedy`: neutral first, then [`GreedySearch`].
pub(super) fn strategy(seed: u64) -> BlackBoxSearch {
    BlackBoxSearch::new(super::GREEDY, |start, _| Box::new(GreedySearch::new(start)), seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corner_is_reached_and_the_search_ends_there() {
        let mut search = GreedySearch::new(&[0.0, 0.0, 0.3]);
        let mut queries = 0;
        while let Some(point) = search.ask() {
            search.tell(point[0] - point[1] + 2.0 * point[2]);
            queries += 1;
        }
        assert_eq!(search.best, [-1.0, 1.0, -1.0]);
        assert!(queries < 80, "{queries}");
    }

    #[test]
    fn a_start_without_a_value_does_not_stop_the_search() {
        let mut search = GreedySearch::new(&[0.0]);
        search.tell(f64::NAN);
        for _ in 0..30 {
            let Some(point) = search.ask() else { break };
            search.tell((point[0] - 0.3).abs());
        }
        assert!((search.best[0] - 0.3).abs() < 2e-3, "{:?}", search.best);
    }
}
