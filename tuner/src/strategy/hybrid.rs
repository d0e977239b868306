//! Strategy `hybrid`: the learned policy first, then least squares on what was measured.
//!
//! The policy comes near in a few queries whatever the pipeline; after that the simulator's
//! derivatives, bent by every measured query, converge faster than it does. How soon depends on
//! whether the simulator predicts what the queries did.

use std::sync::Arc;

use super::model::Search;
use super::policy::{Policy, largest_change, moved};
use super::simulation::Simulation;
use super::{HYBRID, Measured, SearchStrategy, Simulator, Task};
use crate::Params;
use crate::actor::Actor;

/// Queries of the policy on a pipeline that the simulator predicts.
const QUERIES_IF_PREDICTED: usize = 2;
/// Queries of the policy on any other.
const QUERIES_ELSE: usize = 4;
/// The simulator predicts a pipeline when it misses less than this part of a measured change: a
/// pipeline of the same formulas is missed by noise and rounding, other response curves by more.
const MISSED_PART: f64 = 0.1;
/// A policy that would change no parameter by more than this has nothing to add.
const SMALLEST_CHANGE: f64 = 1e-3;

/// A few queries of a policy, then Gauss–Newton steps as in strategy `model`.
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
    policy_queries: usize,
    measured: usize,
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
            let policy = Policy::new(&self.actor, task);
            let step = policy.as_ref().and_then(|policy| policy.first_step(task));
            let proposal = step.map(|step| moved(task, &Params::NEUTRAL, &step));
            let search = Search::new(Simulation::new(self.simulator.take()?, task), task);
            let policy_queries = QUERIES_ELSE;
            self.tune = Some(Tune { policy, search, proposal, policy_queries, measured: 0 });
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
        self.measured += 1;
        if self.measured == QUERIES_IF_PREDICTED
            && self.search.missed_part(task).is_some_and(|missed| missed < MISSED_PART)
        {
            self.policy_queries = QUERIES_IF_PREDICTED;
        }
        if self.measured < self.policy_queries {
            let step = self
                .policy
                .as_ref()
                .and_then(|policy| policy.step(measured.picture, &measured.params));
            let next = step.map(|step| moved(task, &measured.params, &step));
            self.proposal =
                next.filter(|next| largest_change(&measured.params, next) > SMALLEST_CHANGE);
            if self.proposal.is_none() {
                // What it would not change now it will not change after another step.
                self.policy_queries = 0;
            }
        }
    }
}
