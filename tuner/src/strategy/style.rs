//! Strategy `style`: least squares on the quantiles of a picture whose goal shows something else.
//!
//! The simulator is asked first which parameters would bring the tones and colours of the picture
//! nearest to the goal's, without clipping or losing what it shows. From then on it serves as a
//! model of how the pipeline changes what was measured: the best measured picture is explained by
//! it (which parameters would have given *this*?), it is put right there, and the secants of all
//! measured queries bend it (output space mapping with Broyden's update). No query goes into
//! derivatives. As long as no query has kept what the picture shows, the next one goes back towards
//! the parameters of the picture as found. Where the model sees none on that way (a pipeline may not
//! even give its input back), steps lead to where less is lost.

use nalgebra::DVector;

use super::free_box::FreeBox;
use super::simulation::{Features, Linearisation, Simulation};
use super::style_model::StyleModel;
use super::{Measured, STYLE, SearchStrategy, Simulator, Task};
use crate::{Parameter, Params, Planes, StyleRecord, mse};

/// Weight of the squared distance from the best measured point, in canonical units, beside the
/// squared residual: first value, after success, after failure. The first one only decides what
/// the residual does not.
const TETHER: [f64; 3] = [1e-4, 0.3, 8.0];
/// The tether stays within these.
const TETHER_RANGE: [f64; 2] = [1e-6, 1e2];
/// Steps that explain a measured picture.
const EXPLAIN_STEPS: usize = 4;
/// Exposures from which the simulator's answer is sought beside that of the picture as found.
const OTHER_STARTS: [f64; 2] = [-0.4, 0.4];
/// A query must promise to lower the squared residual by this part: 0.05 % of the distance.
const WORTH: f64 = 1e-3;
/// As long as no query has kept the content, the way back to the picture as found is shortened by
/// this factor.
const RETREAT: f64 = 0.9;
/// Where the model thought a shorter way short enough and the measured picture says otherwise, it is
/// first shortened by this factor: a model that is wrong about the guard may stay so.
const RETREAT_AGAIN: f64 = 0.65;
/// Part of the way that is tried once, even if the model says that no part of it keeps the content.
const HALF: f64 = 0.5;
/// Below this part of the way the parameters of the picture as found are asked for themselves.
const SHORTEST_WAY: f64 = 0.05;
/// A shorter step (largest canonical change) changes no 8-bit picture.
const SHORTEST_STEP: f64 = 1e-3;

/// Quasi-Newton on the residual of style, with a simulator as its model.
pub(super) struct StyleStrategy {
    simulator: Option<Box<dyn Simulator>>,
    search: Option<Search>,
    pending: Option<Params>,
}

/// State of a search, from the first ask on.
pub(super) struct Search {
    free: FreeBox,
    model: StyleModel,
    trials: Vec<Trial>,
    best: usize,
    /// The best measured picture.
    picture: Option<Planes>,
    tether: f64,
    /// Part of the way from the picture as found to the best query that may be gone as long as none
    /// has kept the content.
    way: f64,
    /// Half the way was tried against the model's word.
    doubted: bool,
}

/// One measured query.
struct Trial {
    point: DVector<f64>,
    seen: DVector<f64>,
    features: Features,
    error: f64,
    loss: f64,
}

impl Trial {
    /// Whether the content of the picture as found is lost.
    fn has_lost(&self) -> bool {
        self.loss >= StyleRecord::VIOLATED
    }

    /// Whether it is nearer to the goal than `other`; of two that have lost the content, and where no
    /// way back is left, whether that and what is lost weigh less together.
    fn is_better(&self, other: &Self, no_way_back: bool) -> bool {
        if no_way_back && self.has_lost() && other.has_lost() {
            self.error < other.error
        } else {
            self.loss < other.loss
        }
    }
}

impl StyleStrategy {
    pub(super) fn new(simulator: Box<dyn Simulator>) -> Self {
        Self { simulator: Some(simulator), search: None, pending: None }
    }
}

impl SearchStrategy for StyleStrategy {
    fn name(&self) -> &'static str {
        STYLE
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if self.search.is_none() {
            self.search = Some(Search::new(self.simulator.take()?, task)?);
        }
        if self.pending.is_none() {
            self.pending = self.search.as_mut()?.next();
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
    /// `None` when the task has no goal of style.
    pub(super) fn new(simulator: Box<dyn Simulator>, task: &Task) -> Option<Self> {
        let model = StyleModel::new(Simulation::new(simulator, task), task)?;
        let [tether, ..] = TETHER;
        // The simulator does not know what extra parameters do, and no query goes into derivatives.
        let free = FreeBox::of(task).without_extras();
        Some(Self {
            free,
            model,
            trials: Vec::new(),
            best: 0,
            picture: None,
            tether,
            way: 1.0,
            doubted: false,
        })
    }

    /// The next parameters to try, a step from the best measured query, whoever proposed it; `None`
    /// when nothing better is to be expected, and when the task is cancelled.
    pub(super) fn next(&mut self) -> Option<Params> {
        if self.trials.get(self.best).is_none() {
            return self.first();
        }
        if self.free.dimensions() == 0 {
            return None;
        }
        let explained = self.explained()?;
        let best = self.trials.get(self.best)?;
        let others = self.trials.iter().filter(|trial| !std::ptr::eq(*trial, best));
        let others: Vec<_> = others.map(|trial| (&trial.point, &trial.seen)).collect();
        let at = (&best.point, &best.seen);
        let anchor = self.model.anchor(&self.free, at, &explained, &others, self.tether)?;
        if best.has_lost() && self.way > 0.0 {
            let from = DVector::from_vec(self.free.point(&self.free.start()));
            let ahead = &best.point - &from;
            if self.way < 1.0 {
                self.way *= RETREAT_AGAIN;
            }
            let longest = self.way;
            while self.way > SHORTEST_WAY {
                self.way *= RETREAT;
                let point = &from + &ahead * self.way;
                if self.model.keeps_content(&self.free, &anchor, &point)? {
                    return Some(self.free.params(point.as_slice()));
                }
            }
            if !std::mem::replace(&mut self.doubted, true) {
                // Half the way may do all the same: the model knows the pipeline little.
                self.way = HALF * longest;
                return Some(self.free.params((&from + &ahead * self.way).as_slice()));
            }
            self.way = 0.0;
            if RETREAT * longest <= SHORTEST_WAY {
                return Some(self.free.start());
            }
        }
        let (point, error) = self.model.nearest(&self.free, &anchor, best.point.clone())?;
        let is_worth_it = error < (1.0 - WORTH) * best.error;
        let moved = (&point - &best.point).amax() >= SHORTEST_STEP;
        (is_worth_it && moved).then(|| self.free.params(point.as_slice()))
    }

    /// What the simulator says would come nearest.
    fn first(&mut self) -> Option<Params> {
        let start = self.free.start();
        let anchor = self.model.anchor_at_start(&self.free, self.tether)?;
        let others = OTHER_STARTS.map(|value| start.with(Parameter::Exposure, value));
        let mut nearest: Option<(DVector<f64>, f64)> = None;
        for from in std::iter::once(start).chain(others) {
            let from = DVector::from_vec(self.free.point(&self.free.clamped(&from)));
            let found = self.model.nearest(&self.free, &anchor, from)?;
            if nearest.as_ref().is_none_or(|(_, least)| found.1 < *least) {
                nearest = Some(found);
            }
        }
        Some(nearest.map_or(start, |(point, _)| self.free.params(point.as_slice())))
    }

    /// Where the simulator gives nearly the best measured picture: at its own parameters, or where
    /// the functionals are explained, whichever misses fewer of its pixels.
    fn explained(&mut self) -> Option<DVector<f64>> {
        let best = self.trials.get(self.best)?;
        let picture = self.picture.as_ref()?;
        let simulation = &mut self.model.simulation;
        let last = Linearisation::unknown(best.point.clone());
        let explained = simulation.explain(&self.free, &best.features, last, EXPLAIN_STEPS).point;
        let mut missed = |point: &DVector<f64>| {
            let simulated = simulation.picture(&self.free.params(point.as_slice()))?;
            Some(mse(&simulated, picture, None).unwrap_or(f64::MAX))
        };
        let is_nearer = missed(&explained)? < missed(&best.point)?;
        Some(if is_nearer { explained } else { best.point.clone() })
    }

    /// Takes note of a query.
    pub(super) fn learn(&mut self, measured: &Measured<'_>) {
        let seen = self.model.see(measured.picture);
        let trial = Trial {
            point: DVector::from_vec(self.free.point(&measured.params)),
            error: self.model.error(&seen),
            seen,
            features: self.model.simulation.observe(measured.picture),
            loss: measured.mse,
        };
        let is_nearer =
            self.trials.get(self.best).is_none_or(|best| trial.is_better(best, self.way == 0.0));
        let [_, on_success, on_failure] = TETHER;
        let [least, most] = TETHER_RANGE;
        if is_nearer {
            self.best = self.trials.len();
            self.picture = Some(measured.picture.clone());
        }
        if !self.trials.is_empty() {
            let factor = if is_nearer { on_success } else { on_failure };
            self.tether = (self.tether * factor).clamp(least, most);
        }
        self.trials.push(trial);
    }
}
