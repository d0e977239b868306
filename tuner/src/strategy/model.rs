//! Strategy `model`: least squares with a simulator's derivatives, bent by every measured query.
//!
//! The simulator renders pictures that cost nothing. First it is asked which parameters would give
//! the goal: on a pipeline that behaves like it, the first query is the answer. After that it only
//! serves as a source of derivatives. The best measured picture is explained by the simulator
//! (which parameters would have given *it*?), the derivatives are taken there, and all other measured
//! queries bend them together towards what the pipeline really did.
//!
//! All this looks at functionals, which see little noise and are quick. A goal that the pipeline
//! cannot reach is another matter: there the parameters that bring the functionals nearest are not
//! those that bring the picture nearest, by half a dB and more. So when the functionals promise
//! little more, further steps are taken on the pixels, as long as those promise something.
//!
//! A simulator does not know the extra parameters of a pipeline, so at first they stay where they are.
//! When the others promise less than half of what the goal is missed by, or when the queries run out
//! otherwise, one query for each measures its column of the Jacobian: a step on its axis alone, whose
//! secant says all that is known of it. After that all step together.

use nalgebra::DVector;

use super::broyden::{Secant, bend};
use super::extra_probes::{ExtraProbes, with_unknown_columns};
use super::free_box::FreeBox;
use super::least_squares::damped_step;
use super::pixel_fit::{PixelFit, PixelStart};
use super::simulation::{Features, Linearisation, Simulation};
use super::{Measured, SearchStrategy, Simulator, Task};
use crate::{Params, Planes};

/// Levenberg–Marquardt damping of the first step; the residual is measured, so it starts low.
const FIRST_DAMPING: f64 = 1e-3;
/// Damping after a query that came nearer, as a factor.
const DAMPING_ON_SUCCESS: f64 = 0.3;
/// Damping after a query that did not come nearer, as a factor.
const DAMPING_ON_FAILURE: f64 = 8.0;
/// Damping stays within these.
const DAMPING_RANGE: [f64; 2] = [1e-6, 1e2];
/// Steps that explain a measured picture, from where the last explanation ended.
const EXPLAIN_STEPS: usize = 4;
/// A query must promise more than this multiple of what fitting mere noise would promise.
const WORTH_OVER_NOISE: f64 = 1.0;
/// … and to lower the squared residual by this part. Where a goal can be reached, steps promise most of
/// it; where it cannot, they creep along functionals that bring the picture no nearer.
const WORTH_OF_FUNCTIONALS: f64 = 0.05;
/// A query for the sake of the pixels must promise to lower the squared error by this part: 0.02 dB.
const WORTH_OF_PIXELS: f64 = 0.005;
/// A step on pixels that came no nearer is tried again at this part of its length, …
const SHORTER: f64 = 0.3;
/// … down to this part of its first length.
const SHORTEST: f64 = 0.02;
/// Extra parameters are measured while the functionals miss the goal by more than this multiple of
/// what noise with the measured error would make them miss it by.
const MISSED_OVER_NOISE: f64 = 2.0;
/// … and the other parameters promise less than this part of what is missed: the rest is another's.
const PART_OF_THE_NINE: f64 = 0.5;

/// Gauss–Newton on measured residuals with a simulator's Jacobian, bent by measured secants.
pub struct ModelStrategy {
    simulator: Option<Box<dyn Simulator>>,
    search: Option<Search>,
    /// What was asked for and not yet measured.
    pending: Option<Params>,
}

/// State of a search, from the first ask on.
pub(super) struct Search {
    free: FreeBox,
    extras: ExtraProbes,
    simulation: Simulation,
    hint: Option<Params>,
    goal: Features,
    trials: Vec<Trial>,
    best: usize,
    damping: f64,
    /// The simulator where it gives nearly the best measured picture.
    explanation: Option<Linearisation>,
    /// The best measured picture.
    picture: Option<Planes>,
    /// Only pixels count from now on.
    on_pixels: bool,
    /// Where the pixels of the best measured picture would come nearest to the goal, once asked for.
    pixels: Option<PixelFit>,
    /// Part of that step that is tried next.
    fraction: f64,
}

/// One measured query.
struct Trial {
    point: DVector<f64>,
    features: Features,
    mse: f64,
}

impl ModelStrategy {
    /// Searches with the help of `simulator`, which must show the pixels of the task's pictures.
    #[must_use]
    pub fn new(simulator: Box<dyn Simulator>) -> Self {
        Self { simulator: Some(simulator), search: None, pending: None }
    }
}

impl SearchStrategy for ModelStrategy {
    fn name(&self) -> &'static str {
        "model"
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if self.search.is_none() {
            let simulation = Simulation::new(self.simulator.take()?, task);
            self.search = Some(Search::new(simulation, task, None));
        }
        if self.pending.is_none() {
            self.pending = self.search.as_mut()?.next(task);
        }
        self.pending
    }

    fn tell(&mut self, _: &Task, measured: &Measured<'_>) {
        self.pending = None;
        if let Some(search) = &mut self.search {
            search.learn(measured);
        }
    }
}

impl Search {
    /// Searches from the simulator's answer; `hint` is where else that may be looked for.
    pub(super) fn new(simulation: Simulation, task: &Task, hint: Option<Params>) -> Self {
        let free = FreeBox::of(task);
        let extras = ExtraProbes::of(&free);
        let goal = simulation.observe(&task.goal);
        Self {
            free,
            extras,
            simulation,
            hint,
            goal,
            trials: Vec::new(),
            best: 0,
            damping: FIRST_DAMPING,
            explanation: None,
            picture: None,
            on_pixels: false,
            pixels: None,
            fraction: 1.0,
        }
    }

    /// The next parameters to try: what the simulator says would give the goal when nothing has
    /// been measured, otherwise a step from the best measured query, whoever proposed it.
    pub(super) fn next(&mut self, task: &Task) -> Option<Params> {
        let Some(best) = self.trials.get(self.best) else {
            let known = self.extras.known();
            let (point, there) = self.simulation.solve(known, &self.goal, self.hint.as_ref());
            self.explanation = Some(there);
            return Some(known.params(point.as_slice()));
        };
        if self.free.dimensions() == 0 {
            return None;
        }
        if self.on_pixels {
            return self.next_on_pixels(task);
        }
        let last = self.explanation.take().unwrap_or_else(|| {
            // The queries so far were another's, and so was what came of them.
            self.damping = FIRST_DAMPING;
            Linearisation::unknown(self.extras.known_part(&best.point))
        });
        let known = self.extras.known();
        let explanation = self.simulation.explain(known, &best.features, last, EXPLAIN_STEPS);
        // Extra parameters of which nothing is known take no part in a step.
        let count = self.extras.stepping();
        let mut jacobian = with_unknown_columns(&explanation.jacobian, count);
        self.explanation = Some(explanation);
        bend(&mut jacobian, &self.secants(count));
        let residual = &best.features.whole - &self.goal.whole;
        let mut bounds = self.free.room(best.point.as_slice());
        bounds.truncate(count);
        let [undamped, _] = DAMPING_RANGE;
        let promise = damped_step(&jacobian, &residual, undamped, &bounds)?.predicted_gain;
        let of_noise = self.simulation.gain_of_noise(best.mse, count);
        let missed = residual.norm_squared();
        let is_spent =
            promise < WORTH_OVER_NOISE * of_noise || promise < WORTH_OF_FUNCTIONALS * missed;
        let left = task.budget.saturating_sub(self.trials.len());
        let is_missed = missed > MISSED_OVER_NOISE * self.simulation.noise(best.mse);
        let is_beyond_others = is_spent || promise < PART_OF_THE_NINE * missed;
        if is_missed && self.extras.is_time(is_beyond_others, left) {
            let probe = self.extras.next(&self.free, &best.point)?;
            return Some(self.free.params(probe.as_slice()));
        }
        if is_spent {
            let step = self.next_on_pixels(task);
            self.on_pixels = true;
            return step;
        }
        let step = damped_step(&jacobian, &residual, self.damping, &bounds)?;
        Some(self.free.params((&best.point + self.of_all_axes(&step.step)).as_slice()))
    }

    /// What the other queries say of the derivatives by the first `count` parameters at the best one.
    fn secants(&self, count: usize) -> Vec<Secant> {
        let Some(best) = self.trials.get(self.best) else { return Vec::new() };
        let others = self.trials.iter().enumerate().filter(|(number, _)| *number != self.best);
        let secants = others.map(|(_, trial)| {
            let step = &trial.point - &best.point;
            let change = &trial.features.whole - &best.features.whole;
            Secant { step, change }.of_first(count)
        });
        secants.collect()
    }

    /// A step from the best measured query that brings the pixels nearer, if there is one. Extra
    /// parameters stay where they are.
    fn next_on_pixels(&mut self, task: &Task) -> Option<Params> {
        let best = self.trials.get(self.best)?;
        let fit = match self.pixels.take() {
            Some(fit) => fit,
            None => {
                let known = self.extras.known();
                if known.dimensions() == 0 {
                    return None;
                }
                let last = self.explanation.take()?;
                let there = self.simulation.explain(known, &best.features, last, EXPLAIN_STEPS);
                let picture = self.picture.as_ref()?;
                let at = &self.extras.known_part(&best.point);
                let start = PixelStart { best: at, picture, explained: &there.point };
                let mut starts = vec![at.clone()];
                if !self.on_pixels {
                    // The nearest functionals may lie in another valley than the nearest pixels.
                    starts.push(DVector::from_vec(known.point(&known.start())));
                }
                let fit = PixelFit::find(&mut self.simulation, known, task, &start, &starts)?;
                self.explanation = Some(there);
                self.fraction = 1.0;
                fit
            }
        };
        let is_worth_it = fit.promise > WORTH_OF_PIXELS && self.fraction > SHORTEST;
        let point = &best.point + self.of_all_axes(&fit.step) * self.fraction;
        self.pixels = Some(fit);
        is_worth_it.then(|| self.free.params(point.as_slice()))
    }

    /// A step of the first axes as one of all: the others stay where they are.
    fn of_all_axes(&self, step: &DVector<f64>) -> DVector<f64> {
        step.clone().resize_vertically(self.free.dimensions(), 0.0)
    }

    /// Damps as at the start: whether another's queries came nearer says nothing about the steps
    /// of this search.
    pub(super) const fn reset_damping(&mut self) {
        self.damping = FIRST_DAMPING;
    }

    /// Takes note of a query.
    pub(super) fn learn(&mut self, measured: &Measured<'_>) {
        let features = self.simulation.observe(measured.picture);
        let point = DVector::from_vec(self.free.point(&measured.params));
        let trial = Trial { point, features, mse: measured.mse };
        let Some(best) = self.trials.get(self.best) else {
            self.trials.push(trial);
            self.picture = Some(measured.picture.clone());
            return;
        };
        let nearer = trial.mse < best.mse;
        if self.extras.take_note() {
            // It was to learn from, and says nothing about the steps; those now go elsewhere.
            self.damping = self.damping.min(FIRST_DAMPING);
        } else {
            let factor = if nearer { DAMPING_ON_SUCCESS } else { DAMPING_ON_FAILURE };
            let [least, most] = DAMPING_RANGE;
            self.damping = (self.damping * factor).clamp(least, most);
        }
        if nearer {
            self.best = self.trials.len();
            self.picture = Some(measured.picture.clone());
            self.pixels = None;
        } else if self.pixels.is_some() {
            self.fraction *= SHORTER;
        }
        self.trials.push(trial);
    }

    /// How much of what the last query changed in the picture as found the simulator does not
    /// predict: 0 when it predicts all, 1 when it might as well predict no change.
    pub(super) fn missed_part(&mut self, task: &Task) -> Option<f64> {
        let last = self.trials.last()?;
        let point = self.extras.known_part(&last.point);
        let predicted = self.simulation.whole_features(self.extras.known(), &point);
        let changed = &last.features.whole - self.simulation.observe(&task.initial).whole;
        let missed = (predicted - &last.features.whole).norm() / changed.norm();
        missed.is_finite().then_some(missed)
    }
}
