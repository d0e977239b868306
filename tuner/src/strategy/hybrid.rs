//! Strategy `hybrid`: the simulator's answer, a learned policy where it was wrong, then least squares
//! on what was measured.
//!
//! On a pipeline that behaves like the simulator the first query is the answer, and least squares
//! polishes it. On any other the policy, which has met many pipelines, comes nearer in the next few
//! queries than derivatives that are not the pipeline's; their measurements then bend the
//! derivatives, and least squares converges faster than the policy does.

use std::sync::Arc;

use super::model::Search;
use super::policy::{Policy, largest_change, moved};
use super::simulation::Simulation;
use super::{HYBRID, Measured, SearchStrategy, Simulator, Task};
use crate::actor::Actor;
use crate::{Params, Planes};

/// Queries of the policy on a pipeline that the simulator does not predict.
const POLICY_QUERIES: usize = 3;
/// The simulator predicts a pipeline when it misses less than this part of the measured change: a
/// pipeline of the same formulas is missed by noise and rounding, other response curves by more.
const MISSED_PART: f64 = 0.1;
/// A policy that would change no parameter by more than this has nothing to add.
const SMALLEST_CHANGE: f64 = 1e-3;

/// The simulator, a few queries of a policy, then Gauss–Newton steps as in strategy `model`.
pub(super) struct HybridStrategy {
    actor: Arc<Actor>,
    simulator: Option<Box<dyn Simulator>>,
    tune: Option<Tune>,
    /// What was asked for and not yet measured.
    pending: Option<Params>,
}

struct Tune {
    /// `None` when it cannot see the task; then least squares does everything.
    policy: Option<Policy>,
    search: Search,
    /// What the policy wants next.
    proposal: Option<Params>,
    /// Queries that are still the policy's.
    policy_queries: usize,
    best: Option<Best>,
}

/// The best measured query.
struct Best {
    params: Params,
    picture: Planes,
    mse: f64,
}

impl HybridStrategy {
    pub(super) fn new(simulator: Box<dyn Simulator>, actor: Arc<Actor>) -> Self {
        Self { actor, simulator: Some(simulator), tune: None, pending: None }
    }
}

impl SearchStrategy for HybridStrategy {
    fn name(&self) -> &'static str {
        HYBRID
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if self.tune.is_none() {
            let search = Search::new(Simulation::new(self.simulator.take()?, task), task);
            let policy = Policy::new(&self.actor, task);
            self.tune =
                Some(Tune { policy, search, proposal: None, policy_queries: 0, best: None });
        }
        if self.pending.is_none() {
            let tune = self.tune.as_mut()?;
            self.pending = tune.proposal.take().or_else(|| tune.search.next());
        }
        self.pending
    }

    fn tell(&mut self, task: &Task, measured: &Measured<'_>) {
        self.pending = None;
        if let Some(tune) = &mut self.tune {
            tune.learn(task, measured);
        }
    }
}

impl Tune {
    fn learn(&mut self, task: &Task, measured: &Measured<'_>) {
        self.search.learn(measured);
        if self.best.is_none() {
            let missed = self.search.missed_part(task);
            let is_predicted = missed.is_some_and(|missed| missed < MISSED_PART);
            self.policy_queries = if is_predicted { 0 } else { POLICY_QUERIES };
        }
        if self.best.as_ref().is_none_or(|best| measured.mse < best.mse) {
            let picture = measured.picture.clone();
            self.best = Some(Best { params: measured.params, picture, mse: measured.mse });
        }
        if self.policy_queries == 0 {
            return;
        }
        self.policy_queries -= 1;
        self.proposal = self.policy_step(task);
        if self.proposal.is_none() {
            // What it would not change now it will not change after another step.
            self.policy_queries = 0;
        }
    }

    /// Where the policy would go from the best measured query.
    fn policy_step(&self, task: &Task) -> Option<Params> {
        let best = self.best.as_ref()?;
        let step = self.policy.as_ref()?.step(&best.picture, &best.params)?;
        let next = moved(task, &best.params, &step);
        (largest_change(&best.params, &next) > SMALLEST_CHANGE).then_some(next)
    }
}
