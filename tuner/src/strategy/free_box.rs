//! The free parameters as the axes of a box.

use super::{Domain, Task};
use crate::{Axis, Limits, Parameter, Params};

/// The parameters that may change, each with its limits, and where the others are locked.
#[derive(Debug, Clone)]
pub(crate) struct FreeBox {
    /// Of the nine first, then extra ones.
    axes: Vec<(Axis, [f64; 2])>,
    start: Params,
}

impl FreeBox {
    /// The box of what a task leaves free.
    pub(crate) fn of(task: &Task) -> Self {
        Self::new(&task.limits, task.start)
    }

    /// The box of what `limits` leave free around `start`.
    pub(super) fn new(limits: &Limits, start: Params) -> Self {
        let axes = limits.free_axes().into_iter();
        let axes = axes.map(|each| (each, limits.interval(each))).collect();
        Self { axes, start: limits.clamp(start) }
    }

    /// The same box without extra parameters, which stay where the search begins.
    pub(crate) fn without_extras(&self) -> Self {
        let canonical = |(axis, _): &&(Axis, [f64; 2])| matches!(axis, Axis::Canonical(_));
        Self { axes: self.axes.iter().filter(canonical).copied().collect(), start: self.start }
    }

    /// Number of free parameters.
    pub(crate) fn dimensions(&self) -> usize {
        self.axes.len()
    }

    /// The allowed vector nearest to that of the picture as found: where a search without other
    /// knowledge begins.
    pub(crate) const fn start(&self) -> Params {
        self.start
    }

    /// `params` moved into the limits, what is locked to where it is locked.
    pub(crate) fn clamped(&self, params: &Params) -> Params {
        self.params(&self.point(params))
    }

    /// Limits of the free parameters, in canonical units.
    pub(crate) fn domain(&self) -> Option<Domain> {
        Domain::new(self.axes.iter().map(|&(_, interval)| interval).collect())
    }

    /// The change of the free parameters that a change of the nine makes; extra ones do not change.
    pub(crate) fn change(&self, nine: &[f64; Parameter::COUNT]) -> Vec<f64> {
        let of_axis = |&(axis, _): &(Axis, [f64; 2])| match axis {
            Axis::Canonical(parameter) => nine.get(parameter.index()).copied().unwrap_or(0.0),
            Axis::Extra(_) => 0.0,
        };
        self.axes.iter().map(of_axis).collect()
    }

    /// Values of the free parameters, in order.
    pub(crate) fn point(&self, params: &Params) -> Vec<f64> {
        self.axes.iter().map(|&(axis, _)| params.get(axis)).collect()
    }

    /// How far each free parameter may still move from `point`: intervals that contain 0.
    pub(crate) fn room(&self, point: &[f64]) -> Vec<[f64; 2]> {
        let axes = self.axes.iter().zip(point);
        axes.map(|(&(_, [low, high]), value)| [(low - value).min(0.0), (high - value).max(0.0)])
            .collect()
    }

    /// The vector whose free parameters have these values, moved into the limits.
    pub(crate) fn params(&self, point: &[f64]) -> Params {
        self.axes.iter().zip(point).fold(self.start, |params, (&(axis, [low, high]), value)| {
            let value = if value.is_nan() { 0.0 } else { *value };
            params.with(axis, value.clamp(low, high))
        })
    }

    /// Values of the free parameters with the limits at −1 and 1.
    pub(crate) fn cube_point(&self, params: &Params) -> Vec<f64> {
        let axes = self.axes.iter();
        axes.map(|&(axis, [low, high])| (2.0 * params.get(axis) - low - high) / (high - low))
            .collect()
    }

    /// The vector at a point of the cube whose faces are the limits.
    pub(crate) fn of_cube_point(&self, point: &[f64]) -> Params {
        let axes = self.axes.iter().zip(point);
        let values: Vec<f64> = axes
            .map(|(&(_, [low, high]), value)| 0.5 * (low + high + value * (high - low)))
            .collect();
        self.params(&values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cube_spans_the_limits_and_locks_stay_locked() {
        let mut limits = Limits::default();
        limits.narrow(Parameter::Exposure, [-0.3, 0.5]).unwrap();
        limits.lock(Parameter::RedGain, 0.2).unwrap();
        let free = FreeBox::new(&limits, Params::NEUTRAL);
        assert_eq!(free.dimensions(), 8);
        let low = free.of_cube_point(&[-1.0; 8]);
        assert!((low.get(Parameter::Exposure) + 0.3).abs() < 1e-12);
        assert_eq!(low.get(Parameter::RedGain), 0.2);
        assert_eq!(low.get(Parameter::Texture), -1.0);
        let cube = free.cube_point(&free.start());
        assert!((cube[0] + 0.25).abs() < 1e-12 && cube[1] == 0.0, "{cube:?}");
        let start = free.of_cube_point(&cube);
        assert!(free.point(&start).iter().all(|value| value.abs() < 1e-12), "{start:?}");
    }
}
