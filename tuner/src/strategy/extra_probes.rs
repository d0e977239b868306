//! When and how the extra parameters of a pipeline, which no simulator knows, are measured.

use nalgebra::{DMatrix, DVector};

use super::Domain;
use super::free_box::FreeBox;

/// Canonical step that measures an extra parameter: far above noise, and not so far that its effect
/// would bend.
const PROBE: f64 = 0.25;
/// Queries that are kept for steps after all extra parameters are measured.
const STEPS_AFTER_PROBES: usize = 3;

/// Which of the free parameters are extra ones, and which of these were measured.
pub(super) struct ExtraProbes {
    /// Axes of the whole box.
    count: usize,
    /// The box without them: its axes are the first of the whole one's.
    known: FreeBox,
    /// How many of its last axes are still to be measured.
    unmeasured: usize,
    /// Whether the query under way measures the first of them.
    is_under_way: bool,
}

impl ExtraProbes {
    /// Those of `free`, none of them measured.
    pub(super) fn of(free: &FreeBox) -> Self {
        let known = free.without_extras();
        let count = free.dimensions();
        Self { count, unmeasured: count - known.dimensions(), known, is_under_way: false }
    }

    /// The box of the parameters that a simulator knows.
    pub(super) const fn known(&self) -> &FreeBox {
        &self.known
    }

    /// The part of a point or a step that a simulator knows.
    pub(super) fn known_part(&self, point: &DVector<f64>) -> DVector<f64> {
        point.rows(0, self.known.dimensions()).into_owned()
    }

    /// How many of the first axes a step may use: those that a simulator knows, and what was measured.
    pub(super) const fn stepping(&self) -> usize {
        self.count - self.unmeasured
    }

    /// Whether one should be measured next: what is missed is beyond the other parameters, or the
    /// `left` queries are running out. The last query is for a step.
    pub(super) const fn is_time(&self, is_beyond_others: bool, left: usize) -> bool {
        let is_late = left <= self.unmeasured + STEPS_AFTER_PROBES;
        self.unmeasured > 0 && left > 1 && (is_beyond_others || is_late)
    }

    /// The point to measure next: a step from `best` on one axis alone, to the side with more room.
    pub(super) fn next(&mut self, free: &FreeBox, best: &DVector<f64>) -> Option<DVector<f64>> {
        let axis = self.stepping();
        let interval = *free.domain()?.axes().get(axis)?;
        let mut point = best.clone();
        let value = point.get_mut(axis)?;
        *value += Domain::step_inwards(interval, *value, PROBE);
        self.is_under_way = true;
        Some(point)
    }

    /// Takes note that the query under way was made; says whether it was one that measures.
    pub(super) fn take_note(&mut self) -> bool {
        let was_probe = std::mem::take(&mut self.is_under_way);
        self.unmeasured -= usize::from(was_probe);
        was_probe
    }
}

/// What a simulator knows of the derivatives by `count` parameters: those after its own do nothing.
pub(super) fn with_unknown_columns(jacobian: &DMatrix<f64>, count: usize) -> DMatrix<f64> {
    jacobian.clone().resize_horizontally(count, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::broyden::Secant;
    use crate::{Axis, Limits, Params};

    #[test]
    fn every_extra_axis_is_measured_once_and_the_last_query_is_for_a_step() {
        let mut limits = Limits::default().with_extras(2);
        limits.narrow(Axis::Extra(1), [-1.0, 0.1]).unwrap();
        let free = FreeBox::new(&limits, Params::NEUTRAL);
        let mut probes = ExtraProbes::of(&free);
        assert_eq!(probes.known().dimensions(), 9);
        assert!(!probes.is_time(false, 6) && probes.is_time(false, 5));
        assert!(probes.is_time(true, 9) && !probes.is_time(true, 1));
        let best = DVector::zeros(11);
        for (axis, expected) in [(9, 0.25), (10, -0.25)] {
            let point = probes.next(&free, &best).unwrap();
            assert_eq!((probes.stepping(), point[axis]), (axis, expected));
            assert_eq!(point.norm(), 0.25);
            assert!(probes.take_note());
            assert!(!probes.take_note());
        }
        assert!(!probes.is_time(true, 9) && probes.next(&free, &best).is_none());
    }

    #[test]
    fn a_probe_fills_its_own_column_and_no_other() {
        let known = DMatrix::from_row_slice(3, 2, &[3.0, 1.0, 0.0, 1.0, 4.0, 0.5]);
        let mut jacobian = with_unknown_columns(&known, 3);
        let step = DVector::from_vec(vec![0.0, 0.0, -0.25]);
        let change = DVector::from_vec(vec![1.0, -2.0, 0.5]);
        assert!(Secant { step, change: change.clone() }.update(&mut jacobian));
        assert_eq!(jacobian.columns(0, 2), known);
        assert!((jacobian.column(2) - change / -0.25).norm() < 1e-12);
    }
}
