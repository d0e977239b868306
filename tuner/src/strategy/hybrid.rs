//! Strategy `hybrid`: the simulator's answer, a learned policy where it was wrong, then least squares
//! on what was measured.
//!
//! On a pipeline that behaves like the simulator the first query is the answer, and least squares
//! polishes it. On any other the policy, which has met many pipelines, comes nearer in the next few
//! queries (as in strategy `actor-broyden`) than derivatives that are not the pipeline's; what they
//! measured then bends the derivatives, and least squares converges faster than the policy does.

use std::sync::Arc;

use super::free_box::FreeBox;
use super::policy::{Policy, moved};
use super::simulation::Simulation;
use super::{HYBRID, Measured, SearchStrategy, Simulator, Task, actor_broyden, model};
use crate::Params;
use crate::actor::Actor;

/// Queries of the policy on a pipeline that the simulator does not predict.
const POLICY_QUERIES: usize = 2;
/// Simulated queries with which the policy looks for a start.
const REHEARSED_QUERIES: usize = 4;
/// The simulator predicts a pipeline when it misses less than this part of the measured change: a
/// pipeline of the same formulas is missed by noise and rounding, other response curves by more.
const MISSED_PART: f64 = 0.1;

/// The simulator, a few queries of a policy, then Gauss–Newton steps as in strategy `model`.
pub(super) struct HybridStrategy {
    actor: Arc<Actor>,
    simulator: Option<Box<dyn Simulator>>,
    tune: Option<Tune>,
    /// What was asked for and not yet measured.
    pending: Option<Params>,
}

struct Tune {
    search: model::Search,
    /// The policy; `None` before the first query was judged, and when its queries are over.
    policy: Option<(actor_broyden::Search, usize)>,
    /// What the policy wants next.
    proposal: Option<Params>,
    /// Whether the first query was judged.
    is_judged: bool,
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
            let mut simulation = Simulation::new(self.simulator.take()?, task);
            let hint = rehearsed(&self.actor, &mut simulation, task);
            let search = model::Search::new(simulation, task, hint);
            self.tune = Some(Tune { search, policy: None, proposal: None, is_judged: false });
        }
        if self.pending.is_none() {
            let tune = self.tune.as_mut()?;
            self.pending = tune.proposal.take().or_else(|| tune.search.next(task));
        }
        self.pending
    }

    fn tell(&mut self, task: &Task, measured: &Measured<'_>) {
        self.pending = None;
        if let Some(tune) = &mut self.tune {
            tune.learn(&self.actor, task, measured);
        }
    }
}

/// Where the policy ends on the simulator, which costs no query: near the answer even where the
/// simulator's own search would end in a local minimum.
fn rehearsed(actor: &Arc<Actor>, simulation: &mut Simulation, task: &Task) -> Option<Params> {
    let mut policy = Policy::new(actor, task)?;
    let mut params = policy.first(task)?;
    for _ in 1..REHEARSED_QUERIES {
        params = moved(task, &params, &policy.step(&simulation.picture(&params)?, &params)?);
    }
    Some(params)
}

impl Tune {
    fn learn(&mut self, actor: &Arc<Actor>, task: &Task, measured: &Measured<'_>) {
        self.search.learn(measured);
        if !self.is_judged {
            self.is_judged = true;
            let missed = self.search.missed_part(task);
            let is_predicted = missed.is_some_and(|missed| missed < MISSED_PART);
            // A policy that cannot see the task leaves all queries to least squares.
            let policy = if is_predicted { None } else { Policy::new(actor, task) };
            self.policy = policy.map(|policy| {
                (actor_broyden::Search::new(policy, FreeBox::of(task)), POLICY_QUERIES)
            });
        }
        let Some((policy, left)) = &mut self.policy else { return };
        self.proposal = policy.after(measured);
        *left -= 1;
        if *left == 0 || self.proposal.is_none() {
            self.policy = None;
            self.search.reset_damping();
        }
    }
}
