//! A simulator seen through the functionals: features of parameters, their derivatives, and the
//! way back from features to parameters. None of it costs a query.
//!
//! Rendering is what costs time here, so whatever a later measurement corrects is done on an
//! excerpt of the view, and derivatives are kept until the point has moved away from them. A task that
//! is cancelled ends every search here after the rendering that it is at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::broyden::Secant;
use super::free_box::FreeBox;
use super::least_squares::damped_step;
use super::{Simulator, Task};
use crate::{Excerpt, Functionals, Params, Planes};

/// Finite-difference step in canonical units: far above the rounding of `f32` pictures, far below
/// the scale on which tone curves bend.
const DIFFERENCE: f64 = 0.02;
/// Iterations that solve for the goal from one start.
const SOLVE_ITERATIONS: usize = 25;
/// A start whose features come this near (rms) is not tried again from elsewhere.
const SOLVED_RMS: f64 = 5e-4;
/// Damping of the solver: first value, after success, after failure.
const DAMPING: [f64; 3] = [1e-2, 0.2, 6.0];
/// While an iteration leaves less than this share of the squared error, derivatives bent by secants
/// serve for the next one.
const FAST_SHARE: f64 = 0.3;
/// Damping of steps with derivatives from elsewhere.
const CHORD_DAMPING: f64 = 1e-3;
/// Steps on the whole view from where the excerpt was solved.
const POLISH_STEPS: usize = 4;
/// Derivatives serve until the point has moved this far, in canonical units.
const NEAR: f64 = 0.03;
/// An excerpt of which fewer pixels count says too little.
const LEAST_PIXELS: usize = 2048;

/// A simulator with the functionals of one task.
pub(super) struct Simulation {
    simulator: Box<dyn Simulator>,
    whole: Functionals,
    /// The same on an excerpt, where there is one worth it.
    part: Option<(Excerpt, Functionals)>,
    /// The task's.
    cancel: Arc<AtomicBool>,
}

/// A picture as the functionals see it.
pub(super) struct Features {
    /// On the whole view.
    pub(super) whole: DVector<f64>,
    /// On the excerpt.
    part: DVector<f64>,
}

/// What the simulator does near a point.
pub(super) struct Linearisation {
    /// Where the simulator gives nearly the picture that is explained.
    pub(super) point: DVector<f64>,
    /// Where the derivatives were taken; `None` when a solver bent them on its way.
    origin: Option<DVector<f64>>,
    /// Derivatives of the features by the free parameters.
    pub(super) jacobian: DMatrix<f64>,
}

/// Parameters with the features that they give on the excerpt.
struct Solution {
    point: DVector<f64>,
    features: DVector<f64>,
    error: f64,
    /// Derivatives there, or not far from there.
    jacobian: DMatrix<f64>,
}

impl Linearisation {
    /// Nothing but a point to explain a picture from.
    pub(super) fn unknown(point: DVector<f64>) -> Self {
        Self { point, origin: None, jacobian: DMatrix::zeros(0, 0) }
    }
}

impl Simulation {
    pub(super) fn new(simulator: Box<dyn Simulator>, task: &Task) -> Self {
        let whole = Functionals::new(&task.initial, &task.mask);
        let part = simulator
            .excerpt()
            .and_then(|excerpt| Some((excerpt.clone(), whole.on_excerpt(excerpt, LEAST_PIXELS)?)));
        Self { simulator, whole, part, cancel: Arc::clone(&task.cancel) }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// Features of a picture.
    pub(super) fn observe(&self, picture: &Planes) -> Features {
        let whole = DVector::from_vec(self.whole.observe(picture));
        let of_part = self.part.as_ref().and_then(|(excerpt, functionals)| {
            Some(DVector::from_vec(functionals.observe(&excerpt.planes(picture)?)))
        });
        Features { part: of_part.unwrap_or_else(|| whole.clone()), whole }
    }

    /// By how much noise with this mean squared error lowers the squared residual of a fit of so many
    /// parameters, on average: what they can fit of it is worth nothing.
    pub(super) fn gain_of_noise(&self, mse: f64, parameters: usize) -> f64 {
        let share = parameters as f64 / Functionals::COUNT as f64;
        share * mse * self.whole.noise_energy()
    }

    /// The squared residual that noise with this mean squared error makes, on average.
    pub(super) fn noise(&self, mse: f64) -> f64 {
        mse * self.whole.noise_energy()
    }

    /// Features of the whole view that the simulator gives for these values of the free parameters.
    pub(super) fn whole_features(&mut self, free: &FreeBox, point: &DVector<f64>) -> DVector<f64> {
        let picture = self.simulator.simulate(&free.params(point.as_slice()));
        DVector::from_vec(self.whole.observe(&picture))
    }

    /// The same of the excerpt, for several points.
    fn features_of_all(&mut self, free: &FreeBox, points: &[DVector<f64>]) -> Vec<DVector<f64>> {
        let params: Vec<Params> = points.iter().map(|p| free.params(p.as_slice())).collect();
        let functionals = self.part.as_ref().map_or(&self.whole, |(_, functionals)| functionals);
        if self.part.is_none() && self.simulator.excerpt().is_some() {
            let pictures = params.iter().map(|params| self.simulator.simulate(params));
            return pictures.map(|p| DVector::from_vec(functionals.observe(&p))).collect();
        }
        let pictures = self.simulator.simulate_excerpts(&params);
        let features = pictures.par_iter().map(|p| DVector::from_vec(functionals.observe(p)));
        features.collect()
    }

    /// The same of the excerpt.
    fn features(&mut self, free: &FreeBox, point: &DVector<f64>) -> DVector<f64> {
        let features = self.features_of_all(free, std::slice::from_ref(point)).pop();
        // There is one for each point.
        features.unwrap_or_else(|| DVector::zeros(Functionals::COUNT))
    }

    /// Derivatives of the features by the free parameters, by one-sided differences inwards.
    fn jacobian(
        &mut self,
        free: &FreeBox,
        point: &DVector<f64>,
        features: &DVector<f64>,
    ) -> DMatrix<f64> {
        let (differences, moved) = moved_inwards(point);
        let there = self.features_of_all(free, &moved);
        let columns = there.iter().zip(differences);
        let columns: Vec<DVector<f64>> =
            columns.map(|(there, difference)| (there - features) / difference).collect();
        if columns.is_empty() {
            return DMatrix::zeros(features.len(), 0);
        }
        DMatrix::from_columns(&columns)
    }

    /// The part of the view that [`Self::excerpts`] show; `None` when they show all.
    pub(super) fn excerpt(&self) -> Option<&Excerpt> {
        self.simulator.excerpt()
    }

    /// A simulated picture for each of `params`, of the excerpt only; `None` when the task is
    /// cancelled.
    pub(super) fn excerpts(&mut self, params: &[Params]) -> Option<Vec<Planes>> {
        (!self.is_cancelled()).then(|| self.simulator.simulate_excerpts(params))
    }

    /// The simulated picture of these parameters; `None` when the task is cancelled.
    pub(super) fn picture(&mut self, params: &Params) -> Option<Planes> {
        (!self.is_cancelled()).then(|| self.simulator.simulate(params))
    }

    /// Parameters at which the simulator comes nearest to `goal`, with what it does there. Where
    /// the way from neutral ends in a local minimum, `hint` is another start.
    pub(super) fn solve(
        &mut self,
        free: &FreeBox,
        goal: &Features,
        hint: Option<&Params>,
    ) -> (DVector<f64>, Linearisation) {
        let mut best: Option<Solution> = None;
        for start in [Some(&free.start()), hint].into_iter().flatten() {
            let start = DVector::from_vec(free.point(start));
            let found = self.descend(free, &goal.part, &start, SOLVE_ITERATIONS);
            let rms = (found.error / goal.part.len() as f64).sqrt();
            if best.as_ref().is_none_or(|best| found.error < best.error) {
                best = Some(found);
            }
            if rms < SOLVED_RMS || self.is_cancelled() {
                break;
            }
        }
        let (point, jacobian) = match best {
            Some(best) => (best.point, best.jacobian),
            None => {
                let count = free.dimensions();
                (DVector::zeros(count), DMatrix::zeros(goal.part.len(), count))
            }
        };
        let polished = if self.part.is_some() && !self.is_cancelled() {
            self.polish(free, &goal.whole, &point, &jacobian)
        } else {
            point
        };
        // The derivatives of a solution are bent by its own steps: they serve to arrive, and are
        // replaced before a measured picture is explained.
        (polished.clone(), Linearisation { point: polished, origin: None, jacobian })
    }

    /// Moves `point` on the whole view, by chords, as long as that comes nearer to `goal`.
    fn polish(
        &mut self,
        free: &FreeBox,
        goal: &DVector<f64>,
        point: &DVector<f64>,
        jacobian: &DMatrix<f64>,
    ) -> DVector<f64> {
        let there = self.whole_features(free, point);
        let from = Chord { point: point.clone(), features: there };
        self.chords(free, goal, from, jacobian, POLISH_STEPS, Self::whole_features).point
    }

    /// The simulator where it gives nearly the explained picture, from where it last did.
    pub(super) fn explain(
        &mut self,
        free: &FreeBox,
        explained: &Features,
        last: Linearisation,
        steps: usize,
    ) -> Linearisation {
        let features = self.features(free, &last.point);
        let (origin, jacobian) = match last.origin {
            Some(origin) => (origin, last.jacobian),
            None => (last.point.clone(), self.jacobian(free, &last.point, &features)),
        };
        let from = Chord { point: last.point, features };
        let Chord { point, features } =
            self.chords(free, &explained.part, from, &jacobian, steps, Self::features);
        if (&point - &origin).norm() < NEAR {
            return Linearisation { point, origin: Some(origin), jacobian };
        }
        let jacobian = self.jacobian(free, &point, &features);
        Linearisation { origin: Some(point.clone()), point, jacobian }
    }

    /// Moves `from` towards `goal` with the same derivatives throughout (the chord method), so that
    /// a step costs one rendering instead of ten.
    fn chords(
        &mut self,
        free: &FreeBox,
        goal: &DVector<f64>,
        mut from: Chord,
        jacobian: &DMatrix<f64>,
        steps: usize,
        features: fn(&mut Self, &FreeBox, &DVector<f64>) -> DVector<f64>,
    ) -> Chord {
        let mut error = (&from.features - goal).norm_squared();
        for _ in 0..steps {
            if self.is_cancelled() {
                break;
            }
            let bounds = free.room(from.point.as_slice());
            let residual = &from.features - goal;
            let Some(step) = damped_step(jacobian, &residual, CHORD_DAMPING, &bounds) else {
                break;
            };
            let point = &from.point + step.step;
            let features = features(self, free, &point);
            let error_there = (&features - goal).norm_squared();
            if error_there >= error {
                break;
            }
            from = Chord { point, features };
            error = error_there;
        }
        from
    }

    /// Levenberg–Marquardt on the simulator's excerpt.
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
        let jacobian = self.jacobian(free, start, &features);
        let mut at = Solution { point: start.clone(), features, error, jacobian };
        let mut fresh = true;
        for _ in 0..iterations {
            if self.is_cancelled() {
                break;
            }
            let bounds = free.room(at.point.as_slice());
            let residual = &at.features - goal;
            let Some(step) = damped_step(&at.jacobian, &residual, damping, &bounds) else { break };
            let point = &at.point + step.step;
            let features = self.features(free, &point);
            let error = (&features - goal).norm_squared();
            let secant = Secant { step: &point - &at.point, change: &features - &at.features };
            if error < at.error {
                let share = error / at.error;
                at = Solution { point, features, error, jacobian: at.jacobian };
                damping = (damping * on_success).max(1e-6);
                if at.error < 1e-9 || (fresh && share > 0.999) {
                    break;
                }
                if share < FAST_SHARE {
                    secant.update(&mut at.jacobian);
                    fresh = false;
                } else {
                    at.jacobian = self.jacobian(free, &at.point, &at.features);
                    fresh = true;
                }
            } else if !fresh {
                at.jacobian = self.jacobian(free, &at.point, &at.features);
                fresh = true;
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

/// Steps along each axis, towards the middle of the range, and where they lead.
pub(super) fn moved_inwards(point: &DVector<f64>) -> (Vec<f64>, Vec<DVector<f64>>) {
    let inwards = |value: &f64| if *value > 0.0 { -DIFFERENCE } else { DIFFERENCE };
    let differences: Vec<f64> = point.iter().map(inwards).collect();
    let moved = differences.iter().enumerate().map(|(axis, difference)| {
        let mut moved = point.clone();
        moved.iter_mut().skip(axis).take(1).for_each(|value| *value += difference);
        moved
    });
    let moved = moved.collect();
    (differences, moved)
}

/// A point on the way of the chord method.
struct Chord {
    point: DVector<f64>,
    features: DVector<f64>,
}
