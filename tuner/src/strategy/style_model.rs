//! What a pipeline makes of the style of its pictures: a simulator, corrected by what was measured.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::Task;
use super::broyden::Secant;
use super::free_box::FreeBox;
use super::least_squares::damped_step;
use super::simulation::{Simulation, moved_inwards};
use crate::{ContentGuard, Params, Planes, StyleFeatures};

/// Numbers of a sight: the features of style, the share of clipped samples, the content term.
const NUMBERS: usize = StyleFeatures::COUNT + 2;
/// What the content guard allows is kept by this much, so that rounding does not break it.
const GUARD_MARGIN: f64 = 4e-3;
/// How much a step over the guard counts beside a difference of style.
const GUARD_WEIGHT: f64 = 60.0;
/// Levenberg–Marquardt iterations on the model; each renders a picture and ten excerpts.
const ITERATIONS: usize = 12;
/// Damping: first value, after success, after failure.
const DAMPING: [f64; 3] = [1e-2, 0.2, 6.0];
/// An iteration that lowers the squared residual by a smaller part is the last one.
const LEAST_GAIN: f64 = 1e-4;

/// What is seen of pictures at some pixels.
struct Sight {
    mask: Vec<bool>,
    guard: ContentGuard,
}

impl Sight {
    fn see(&self, picture: &Planes) -> DVector<f64> {
        let measure = self.guard.measure(picture);
        let features = StyleFeatures::of_masked(picture, &self.mask)
            .unwrap_or_else(|| StyleFeatures::of(picture));
        let guarded = [measure.clipped, measure.content];
        DVector::from_iterator(NUMBERS, features.values().iter().copied().chain(guarded))
    }
}

/// Where the model is exact, and what it takes over from the simulator.
pub(super) struct Anchor {
    /// Parameters that were measured; of the picture as found before any were.
    pub(super) point: DVector<f64>,
    /// What was seen of their picture, or what the simulator shows where none was measured.
    pub(super) seen: DVector<f64>,
    /// What is added to parameters before the simulator is asked: where it gives nearly the measured
    /// picture, less `point`.
    shift: DVector<f64>,
    /// What the simulator shows there.
    simulated: DVector<f64>,
    /// What else a change of the parameters changes, by the secants of all measured queries.
    correction: DMatrix<f64>,
    /// Weight of the distance from `point`, which keeps a step where the model can be believed.
    pub(super) tether: f64,
}

/// A place that the model was asked about.
struct Place {
    point: DVector<f64>,
    residual: DVector<f64>,
    error: f64,
    /// Which of the guarded numbers are over their limit.
    over: [bool; 2],
}

/// The simulator with the eyes of a task to a style.
pub(super) struct StyleModel {
    pub(super) simulation: Simulation,
    goal: StyleFeatures,
    whole: Sight,
    /// On the simulator's excerpt; the whole where it has none.
    part: Sight,
}

impl StyleModel {
    /// `None` when the task has no goal of style.
    pub(super) fn new(simulation: Simulation, task: &Task) -> Option<Self> {
        let whole =
            Sight { mask: task.mask.clone(), guard: ContentGuard::new(task.initial.clone()) };
        let excerpt = simulation.excerpt();
        let part = excerpt.and_then(|excerpt| {
            let guard = ContentGuard::new(excerpt.planes(&task.initial)?);
            Some(Sight { mask: excerpt.pick(&task.mask), guard })
        });
        let part =
            part.unwrap_or_else(|| Sight { mask: whole.mask.clone(), guard: whole.guard.clone() });
        Some(Self { simulation, goal: task.style.clone()?, whole, part })
    }

    /// What is seen of a measured picture.
    pub(super) fn see(&self, picture: &Planes) -> DVector<f64> {
        self.whole.see(picture)
    }

    /// The residual of what is seen: that of style, and what the guard is broken by, weighted.
    fn residual(&self, seen: &DVector<f64>) -> (DVector<f64>, [bool; 2]) {
        let goals = self.goal.values().iter().zip(StyleFeatures::WEIGHTS);
        let style = seen.iter().zip(goals).map(|(value, (goal, weight))| (value - goal) * weight);
        let limits = [self.whole.guard.most_clipped(), ContentGuard::MOST_CONTENT];
        let guarded = seen.iter().skip(StyleFeatures::COUNT).zip(limits);
        let excess: Vec<f64> =
            guarded.map(|(value, limit)| (value - limit + GUARD_MARGIN).max(0.0)).collect();
        let over = [0, 1].map(|which| excess.get(which).is_some_and(|excess| *excess > 0.0));
        let rows = style.chain(excess.iter().map(|excess| GUARD_WEIGHT * excess));
        (DVector::from_iterator(NUMBERS, rows), over)
    }

    /// The squared residual of what is seen.
    pub(super) fn error(&self, seen: &DVector<f64>) -> f64 {
        self.residual(seen).0.norm_squared()
    }

    /// The simulator as it is, around the parameters of the picture as found; `None` when the task
    /// is cancelled, as in all that follows.
    pub(super) fn anchor_at_start(&mut self, free: &FreeBox, tether: f64) -> Option<Anchor> {
        let point = DVector::from_vec(free.point(&free.start()));
        let simulated = self.simulate(free, &point)?;
        let (rows, count) = (NUMBERS, point.len());
        Some(Anchor {
            seen: simulated.clone(),
            simulated,
            shift: DVector::zeros(count),
            correction: DMatrix::zeros(rows, count),
            point,
            tether,
        })
    }

    /// The simulator put right at a measured picture: `explained` is where it gives nearly that
    /// picture, `trials` are all measured queries with what was seen of them, in order.
    pub(super) fn anchor(
        &mut self,
        free: &FreeBox,
        at: (&DVector<f64>, &DVector<f64>),
        explained: &DVector<f64>,
        trials: &[(&DVector<f64>, &DVector<f64>)],
        tether: f64,
    ) -> Option<Anchor> {
        let (point, seen) = at;
        let mut anchor = Anchor {
            point: point.clone(),
            seen: seen.clone(),
            shift: explained - point,
            simulated: self.simulate(free, explained)?,
            correction: DMatrix::zeros(NUMBERS, point.len()),
            tether,
        };
        for (there, seen_there) in trials {
            let step = *there - point;
            let simulated = self.simulate(free, &(*there + &anchor.shift))?;
            let change = (*seen_there - seen) - (simulated - &anchor.simulated);
            Secant { step, change }.update(&mut anchor.correction);
        }
        Some(anchor)
    }

    fn simulate(&mut self, free: &FreeBox, point: &DVector<f64>) -> Option<DVector<f64>> {
        let picture = self.simulation.picture(&free.params(point.as_slice()))?;
        Some(self.whole.see(&picture))
    }

    fn place(&mut self, free: &FreeBox, anchor: &Anchor, point: DVector<f64>) -> Option<Place> {
        let simulated = self.simulate(free, &(&point + &anchor.shift))?;
        let moved = &point - &anchor.point;
        let seen = &anchor.seen + simulated - &anchor.simulated + &anchor.correction * &moved;
        let (residual, over) = self.residual(&seen);
        let tethered = moved * anchor.tether.sqrt();
        let residual = DVector::from_iterator(
            residual.len() + tethered.len(),
            residual.iter().chain(tethered.iter()).copied(),
        );
        Some(Place { point, error: residual.norm_squared(), residual, over })
    }

    /// Whether the content guard is kept there, as far as the model knows.
    pub(super) fn keeps_content(
        &mut self,
        free: &FreeBox,
        anchor: &Anchor,
        point: &DVector<f64>,
    ) -> Option<bool> {
        Some(self.place(free, anchor, point.clone())?.over == [false; 2])
    }

    /// Derivatives of the residual at a place, those of the simulator on its excerpt.
    fn jacobian(&mut self, free: &FreeBox, anchor: &Anchor, place: &Place) -> Option<DMatrix<f64>> {
        let here = &place.point + &anchor.shift;
        let (differences, moved) = moved_inwards(&here);
        let points = std::iter::once(&here).chain(&moved);
        let params: Vec<Params> = points.map(|point| free.params(point.as_slice())).collect();
        let pictures = self.simulation.excerpts(&params)?;
        let seen: Vec<DVector<f64>> =
            pictures.par_iter().map(|picture| self.part.see(picture)).collect();
        let count = place.point.len();
        let mut jacobian = DMatrix::zeros(NUMBERS + count, count);
        let Some((seen_here, there)) = seen.split_first() else { return Some(jacobian) };
        let weights: Vec<f64> = StyleFeatures::WEIGHTS
            .into_iter()
            .chain(place.over.map(|over| if over { GUARD_WEIGHT } else { 0.0 }))
            .collect();
        let columns = there.iter().zip(differences).zip(anchor.correction.column_iter());
        for (axis, ((there, difference), correction)) in columns.enumerate() {
            let slopes = (there - seen_here) / difference + correction;
            let weighted = slopes.iter().zip(&weights).map(|(slope, weight)| slope * weight);
            let tether =
                (0..count).map(|each| if each == axis { anchor.tether.sqrt() } else { 0.0 });
            let column = DVector::from_iterator(NUMBERS + count, weighted.chain(tether));
            jacobian.set_column(axis, &column);
        }
        Some(jacobian)
    }

    /// Where the model comes nearest to the goal from `start`, with the squared residual there, that
    /// of the tether included.
    pub(super) fn nearest(
        &mut self,
        free: &FreeBox,
        anchor: &Anchor,
        start: DVector<f64>,
    ) -> Option<(DVector<f64>, f64)> {
        let [mut damping, on_success, on_failure] = DAMPING;
        let mut at = self.place(free, anchor, start)?;
        let mut jacobian = self.jacobian(free, anchor, &at)?;
        for _ in 0..ITERATIONS {
            let bounds = free.room(at.point.as_slice());
            let Some(step) = damped_step(&jacobian, &at.residual, damping, &bounds) else { break };
            let there = self.place(free, anchor, &at.point + step.step)?;
            if there.error < at.error {
                let gain = 1.0 - there.error / at.error;
                at = there;
                damping = (damping * on_success).max(1e-6);
                if gain < LEAST_GAIN {
                    break;
                }
                jacobian = self.jacobian(free, anchor, &at)?;
            } else {
                damping *= on_failure;
                if damping > 1e3 {
                    break;
                }
            }
        }
        Some((at.point, at.error))
    }
}
