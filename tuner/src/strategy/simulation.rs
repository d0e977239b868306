//! A simulator seen through the functionals: features of parameters, their derivatives, and the
//! way back from features to parameters. None of it costs a query.

use nalgebra::{DMatrix, DVector};

use super::free_box::FreeBox;
use super::least_squares::damped_step;
use super::{Simulator, Task};
use crate::{Functionals, Planes};

/// Finite-difference step in canonical units: far above the rounding of `f32` pictures, far below
/// the scale on which tone curves bend.
const DIFFERENCE: f64 = 0.02;
/// Iterations that solve for the goal from one start.
const SOLVE_ITERATIONS: usize = 15;
/// A start whose features come this near (rms) is not tried again from elsewhere.
const SOLVED_RMS: f64 = 5e-4;
/// Damping of the solver: first value, after success, after failure.
const DAMPING: [f64; 3] = [1e-2, 0.2, 6.0];

/// Damping of the steps that explain a picture.
const CHORD_DAMPING: f64 = 1e-3;

/// A simulator with the functionals of one task.
pub(super) struct Simulation {
    simulator: Box<dyn Simulator>,
    functionals: Functionals,
}

/// What the simulator does near a point.
pub(super) struct Linearisation {
    pub(super) point: DVector<f64>,
    pub(super) features: DVector<f64>,
    /// Derivatives of the features by the free parameters.
    pub(super) jacobian: DMatrix<f64>,
}

/// Parameters with the features that they give.
struct Solution {
    point: DVector<f64>,
    features: DVector<f64>,
    error: f64,
}

impl Simulation {
    pub(super) fn new(simulator: Box<dyn Simulator>, task: &Task) -> Self {
        Self { simulator, functionals: Functionals::new(&task.initial, &task.mask) }
    }

    /// Features of a picture.
    pub(super) fn observe(&self, picture: &Planes) -> DVector<f64> {
        DVector::from_vec(self.functionals.observe(picture))
    }

    /// By how much noise with this mean squared error lowers the squared residual of a fit of `free`
    /// parameters, on average: what they can fit of it is worth nothing.
    pub(super) fn gain_of_noise(&self, mse: f64, free: &FreeBox) -> f64 {
        let share = free.dimensions() as f64 / Functionals::COUNT as f64;
        share * mse * self.functionals.noise_energy()
    }

    /// Features that the simulator gives for these values of the free parameters.
    fn features(&mut self, free: &FreeBox, point: &DVector<f64>) -> DVector<f64> {
        let picture = self.simulator.simulate(&free.params(point.as_slice()));
        self.observe(&picture)
    }

    /// Derivatives of the features by the free parameters, by one-sided differences inwards.
    fn jacobian(
        &mut self,
        free: &FreeBox,
        point: &DVector<f64>,
        features: &DVector<f64>,
    ) -> DMatrix<f64> {
        let columns: Vec<DVector<f64>> = (0..point.len())
            .map(|axis| {
                let mut moved = point.clone();
                let mut difference = DIFFERENCE;
                if let Some(value) = moved.get_mut(axis) {
                    difference = if *value > 0.0 { -DIFFERENCE } else { DIFFERENCE };
                    *value += difference;
                }
                (self.features(free, &moved) - features) / difference
            })
            .collect();
        if columns.is_empty() {
            return DMatrix::zeros(features.len(), 0);
        }
        DMatrix::from_columns(&columns)
    }

    /// Parameters at which the simulator comes nearest to `goal`.
    pub(super) fn solve(&mut self, free: &FreeBox, goal: &DVector<f64>) -> DVector<f64> {
        let mut best: Option<Solution> = None;
        for start in free.starts() {
            let start = DVector::from_vec(start);
            let found = self.descend(free, goal, &start, SOLVE_ITERATIONS);
            let rms = (found.error / goal.len() as f64).sqrt();
            if best.as_ref().is_none_or(|best| found.error < best.error) {
                best = Some(found);
            }
            if rms < SOLVED_RMS {
                break;
            }
        }
        best.map_or_else(|| DVector::zeros(free.dimensions()), |best| best.point)
    }

    /// Moves `at` to where the simulator gives nearly these `features`. The derivatives are those
    /// of `at` throughout (the chord method), so that a step costs one rendering instead of ten.
    pub(super) fn explain(
        &mut self,
        free: &FreeBox,
        features: &DVector<f64>,
        at: &Linearisation,
        steps: usize,
    ) -> DVector<f64> {
        let mut point = at.point.clone();
        let mut simulated = at.features.clone();
        let mut error = (&simulated - features).norm_squared();
        for _ in 0..steps {
            let bounds = free.room(point.as_slice());
            let residual = &simulated - features;
            let Some(step) = damped_step(&at.jacobian, &residual, CHORD_DAMPING, &bounds) else {
                break;
            };
            let moved = &point + step.step;
            let features_there = self.features(free, &moved);
            let error_there = (&features_there - features).norm_squared();
            if error_there >= error {
                break;
            }
            (point, simulated, error) = (moved, features_there, error_there);
        }
        point
    }

    /// The simulator near `point`.
    pub(super) fn linearise(&mut self, free: &FreeBox, point: DVector<f64>) -> Linearisation {
        let features = self.features(free, &point);
        let jacobian = self.jacobian(free, &point, &features);
        Linearisation { point, features, jacobian }
    }

    /// Levenberg–Marquardt on the simulator.
    fn descend(
        &mut self,
        free: &FreeBox,
        goal: &DVector<f64>,
        start: &DVector<f64>,
        iterations: usize,
    ) -> Solution {
        let [mut damping, on_success, on_failure] = DAMPING;
        let features = self.features(free, start);
        let error = (&features - goal).norm_squared();
        let mut at = Solution { point: start.clone(), features, error };
        let mut jacobian = self.jacobian(free, &at.point, &at.features);
        for _ in 0..iterations {
            let bounds = free.room(at.point.as_slice());
            let residual = &at.features - goal;
            let Some(step) = damped_step(&jacobian, &residual, damping, &bounds) else { break };
            let point = &at.point + step.step;
            let features = self.features(free, &point);
            let error = (&features - goal).norm_squared();
            if error < at.error {
                let gained = at.error - error;
                at = Solution { point, features, error };
                damping = (damping * on_success).max(1e-6);
                if gained < 1e-3 * at.error || at.error < 1e-9 {
                    break;
                }
                jacobian = self.jacobian(free, &at.point, &at.features);
            } else {
                damping *= on_failure;
                if damping > 1e3 {
                    break;
                }
            }
        }
        at
    }
}
