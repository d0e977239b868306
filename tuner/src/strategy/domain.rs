//! The set over which a minimiser searches: all of R^n, or a box in it.

/// An axis-parallel box of n intervals; an unbounded axis runs from −∞ to ∞.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    axes: Vec<[f64; 2]>,
}

impl Domain {
    /// All of R^n.
    #[must_use]
    pub fn unbounded(dimensions: usize) -> Self {
        Self { axes: vec![[f64::NEG_INFINITY, f64::INFINITY]; dimensions] }
    }

    /// The cube [−1, 1]^n.
    #[must_use]
    pub fn cube(dimensions: usize) -> Self {
        Self { axes: vec![[-1.0, 1.0]; dimensions] }
    }

    /// The box of these intervals `[low, high]`; `None` when a `low` is above its `high` or NaN.
    #[must_use]
    pub fn new(axes: Vec<[f64; 2]>) -> Option<Self> {
        axes.iter().all(|[low, high]| low <= high).then_some(Self { axes })
    }

    /// Number of axes.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.axes.len()
    }

    /// The intervals `[low, high]`, one for each axis.
    #[must_use]
    pub fn axes(&self) -> &[[f64; 2]] {
        &self.axes
    }

    /// Extent of the longest axis: ∞ for R^n, 0 for no axes.
    #[must_use]
    pub fn extent(&self) -> f64 {
        self.axes.iter().map(|[low, high]| high - low).fold(0.0, f64::max)
    }

    /// Moves every coordinate to the nearest value in the domain.
    pub fn clamp(&self, point: &mut [f64]) {
        for (value, [low, high]) in point.iter_mut().zip(&self.axes) {
            *value = value.clamp(*low, *high);
        }
    }

    /// Folds every coordinate into the domain by mirroring it at the bounds as often as needed: a
    /// continuous map of R^n onto the box that leaves points of the box where they are.
    pub fn reflect(&self, point: &mut [f64]) {
        for (value, [low, high]) in point.iter_mut().zip(&self.axes) {
            let extent = high - low;
            if extent.is_finite() && !(*low..=*high).contains(value) {
                // A period of the triangle wave has two extents: one way and back.
                let phase = (*value - low).rem_euclid(2.0 * extent);
                let folded = low + phase.min(2.0 * extent - phase);
                *value = if folded.is_finite() { folded.clamp(*low, *high) } else { *low };
            } else {
                *value = value.clamp(*low, *high);
            }
        }
    }

    /// How far one may go from `value` along an axis: a step of `step` towards the side with more
    /// room, shortened to that room; upwards when both sides have the same.
    pub(crate) fn step_inwards([low, high]: [f64; 2], value: f64, step: f64) -> f64 {
        let (below, above) = (value - low, high - value);
        if above >= step || above >= below { step.min(above) } else { -step.min(below) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflection_folds_at_both_bounds_and_keeps_what_is_inside() {
        let domain = Domain::new(vec![[0.0, 2.0]; 6]).unwrap();
        let mut point = [0.5, 2.5, -0.5, 4.5, f64::NAN, 2.0];
        domain.reflect(&mut point);
        assert_eq!(point, [0.5, 1.5, 0.5, 0.5, 0.0, 2.0]);
    }

    #[test]
    fn an_axis_without_extent_and_an_unbounded_one_survive_reflection() {
        let domain = Domain::new(vec![[0.3, 0.3], [f64::NEG_INFINITY, f64::INFINITY]]).unwrap();
        let mut point = [9.0, 1e9];
        domain.reflect(&mut point);
        assert_eq!(point, [0.3, 1e9]);
        assert!(Domain::new(vec![[1.0, 0.0]]).is_none());
    }

    #[test]
    fn steps_go_where_there_is_room() {
        assert_eq!(Domain::step_inwards([-1.0, 1.0], 0.0, 0.5), 0.5);
        assert_eq!(Domain::step_inwards([-1.0, 1.0], 0.9, 0.5), -0.5);
        assert_eq!(Domain::step_inwards([0.0, 0.2], 0.15, 0.5), -0.15);
    }
}
