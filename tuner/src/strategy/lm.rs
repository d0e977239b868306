//! Levenberg–Marquardt with a measured Jacobian: least squares without any model of the pipeline.

use nalgebra::{DMatrix, DVector};

use super::block_residual::residual;
use super::broyden::Secant;
use super::free_box::FreeBox;
use super::least_squares::damped_step;
use super::{Domain, Measured, SearchStrategy, Task};
use crate::Params;

/// Canonical step of the first finite differences: far enough to stand out of noise and 8-bit steps.
const FIRST_PROBE: f64 = 0.1;

/// A Jacobian near the goal is measured with finer differences, down to this.
const FINEST_PROBE: f64 = 0.02;

/// Damping after a Jacobian has been measured, and its limits.
const FIRST_DAMPING: f64 = 1e-2;
const DAMPING: [f64; 2] = [1e-6, 1e2];

/// Factors on the damping after a step that lowered the error, and after one that did not.
const EASE: f64 = 0.3;
const TIGHTEN: f64 = 8.0;

/// So many steps without gain and the Jacobian is no longer believed.
const MOST_FAILURES: usize = 3;

/// A shorter step (largest canonical change) changes no 8-bit picture.
const SHORTEST_STEP: f64 = 1e-4;

/// A step that promises less than this part of the squared residual is not worth a query.
const LEAST_PROMISE: f64 = 1e-3;

/// Only a relative gain of the mean squared error above this is worth another Jacobian.
const LEAST_GAIN: f64 = 0.01;

/// A measured point.
#[derive(Debug, Clone)]
struct Point {
    values: DVector<f64>,
    residual: DVector<f64>,
    mse: f64,
}

#[derive(Debug)]
enum Phase {
    /// Neutral has been asked for.
    Start,
    /// The Jacobian's columns are being measured by steps from `origin`.
    Probing { origin: Point, axis: usize },
    /// A step from the best point has been asked for.
    Stepping,
}

/// The strategy `lm`: neutral, one query for each free parameter, then damped Gauss–Newton steps
/// from the best point, with Broyden's update from every query. When three steps in a row fail, or
/// the next one is too short or promises too little to matter, the Jacobian is measured anew (one query for each free
/// parameter, all counted); the search ends when that brought no gain.
#[derive(Debug)]
pub(super) struct LevenbergMarquardt {
    free: Option<FreeBox>,
    phase: Phase,
    pending: Option<DVector<f64>>,
    best: Option<Point>,
    jacobian: DMatrix<f64>,
    probe: f64,
    damping: f64,
    failures: usize,
    /// Error of the best point when the Jacobian was last begun.
    mse_at_probing: f64,
}

impl LevenbergMarquardt {
    pub(super) fn new() -> Self {
        Self {
            free: None,
            phase: Phase::Start,
            pending: None,
            best: None,
            jacobian: DMatrix::zeros(0, 0),
            probe: 2.0 * FIRST_PROBE,
            damping: FIRST_DAMPING,
            failures: 0,
            mse_at_probing: f64::INFINITY,
        }
    }

    fn bounds(&self) -> Option<Domain> {
        self.free.as_ref().and_then(FreeBox::domain)
    }

    /// Takes `point` as the best when it is; says whether it was.
    fn keep_best(&mut self, point: &Point) -> bool {
        let improves = self.best.as_ref().is_none_or(|best| point.mse < best.mse);
        if improves {
            self.best = Some(point.clone());
        }
        improves
    }

    fn begin_probing(&mut self) {
        let Some(origin) = self.best.clone() else { return };
        self.mse_at_probing = origin.mse;
        self.probe = (0.5 * self.probe).max(FINEST_PROBE);
        self.damping = FIRST_DAMPING;
        self.failures = 0;
        self.jacobian = DMatrix::zeros(origin.residual.len(), origin.values.len());
        self.pending = self.probe_point(&origin, 0);
        self.phase = Phase::Probing { origin, axis: 0 };
    }

    fn probe_point(&self, origin: &Point, axis: usize) -> Option<DVector<f64>> {
        let interval = *self.bounds()?.axes().get(axis)?;
        let mut values = origin.values.clone();
        let value = values.get_mut(axis)?;
        *value += Domain::step_inwards(interval, *value, self.probe);
        Some(values)
    }

    /// Fills one column of the Jacobian and asks for the next, or for the first step.
    fn probed(&mut self, origin: Point, axis: usize, point: &Point) {
        let moved = point.values.get(axis).zip(origin.values.get(axis)).map_or(0.0, |(a, b)| a - b);
        if moved != 0.0 && axis < self.jacobian.ncols() {
            let column = (&point.residual - &origin.residual) / moved;
            self.jacobian.set_column(axis, &column);
        }
        self.keep_best(point);
        self.pending = self.probe_point(&origin, axis + 1);
        if self.pending.is_some() {
            self.phase = Phase::Probing { origin, axis: axis + 1 };
        } else {
            self.propose_step();
        }
    }

    fn propose_step(&mut self) {
        self.phase = Phase::Stepping;
        self.pending = self.next_step();
        if self.pending.is_none() {
            let mse = self.best.as_ref().map_or(f64::INFINITY, |best| best.mse);
            if mse < (1.0 - LEAST_GAIN) * self.mse_at_probing {
                self.begin_probing();
            }
        }
    }

    /// Where the Jacobian leads from the best point; `None` when it leads nowhere any more.
    fn next_step(&self) -> Option<DVector<f64>> {
        if self.failures >= MOST_FAILURES {
            return None;
        }
        let best = self.best.as_ref()?;
        let bounds: Vec<[f64; 2]> = self
            .bounds()?
            .axes()
            .iter()
            .zip(best.values.iter())
            .map(|(&[low, high], at)| [(low - at).min(0.0), (high - at).max(0.0)])
            .collect();
        let found = damped_step(&self.jacobian, &best.residual, self.damping, &bounds)?;
        let promises = found.predicted_gain > LEAST_PROMISE * best.residual.norm_squared();
        (promises && found.step.amax() >= SHORTEST_STEP).then(|| &best.values + found.step)
    }

    fn stepped(&mut self, point: &Point) {
        if let Some(best) = &self.best {
            let step = &point.values - &best.values;
            let change = &point.residual - &best.residual;
            Secant { step, change }.update(&mut self.jacobian);
        }
        let (factor, failures) =
            if self.keep_best(point) { (EASE, 0) } else { (TIGHTEN, self.failures + 1) };
        let [low, high] = DAMPING;
        self.damping = (self.damping * factor).clamp(low, high);
        self.failures = failures;
        self.propose_step();
    }
}

impl SearchStrategy for LevenbergMarquardt {
    fn name(&self) -> &'static str {
        super::LM
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if self.free.is_none() {
            let free = FreeBox::of(task);
            self.pending = Some(DVector::from_vec(free.point(&free.start())));
            self.free = Some(free);
        }
        let free = self.free.as_ref()?;
        self.pending.as_ref().map(|values| free.params(values.as_slice()))
    }

    fn tell(&mut self, task: &Task, measured: &Measured<'_>) {
        let (Some(free), Some(_)) = (&self.free, self.pending.take()) else { return };
        let point = Point {
            values: DVector::from_vec(free.point(&measured.params)),
            residual: DVector::from_vec(residual(task, measured.picture)),
            mse: if measured.mse.is_nan() { f64::INFINITY } else { measured.mse },
        };
        match std::mem::replace(&mut self.phase, Phase::Stepping) {
            Phase::Start => {
                self.keep_best(&point);
                if !point.values.is_empty() {
                    self.begin_probing();
                }
            }
            Phase::Probing { origin, axis } => self.probed(origin, axis, &point),
            Phase::Stepping => self.stepped(&point),
        }
    }
}
