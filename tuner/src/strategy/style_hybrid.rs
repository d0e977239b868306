//! Strategy `style-hybrid`: a few queries of a policy, then strategy `style`.
//!
//! Without a policy it is strategy `style`.

use std::sync::Arc;

use super::policy::Policy;
use super::style::Search;
use super::{Measured, STYLE_HYBRID, SearchStrategy, Simulator, Task};
use crate::Params;
use crate::actor::Actor;

/// Queries of the policy.
const POLICY_QUERIES: usize = 2;

/// A policy's queries, then least squares on the residual of style.
pub(super) struct StyleHybrid {
    actor: Option<Arc<Actor>>,
    simulator: Option<Box<dyn Simulator>>,
    search: Option<Search>,
    /// The policy, with how many queries it has left.
    policy: Option<(Policy, usize)>,
    pending: Option<Params>,
}

impl StyleHybrid {
    pub(super) fn new(simulator: Box<dyn Simulator>, actor: Option<Arc<Actor>>) -> Self {
        Self { actor, simulator: Some(simulator), search: None, policy: None, pending: None }
    }

    /// What the policy wants to try after `measured`, as long as it has queries left.
    fn proposed(&mut self, task: &Task, measured: &Measured<'_>) -> Option<Params> {
        let (policy, left) = self.policy.as_mut()?;
        *left = left.checked_sub(1)?;
        if *left == 0 {
            return None;
        }
        let step = policy.step(measured.picture, &measured.params)?;
        Some(super::policy::moved(task, &measured.params, &step))
    }
}

impl SearchStrategy for StyleHybrid {
    fn name(&self) -> &'static str {
        STYLE_HYBRID
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if self.search.is_none() {
            self.search = Some(Search::new(self.simulator.take()?, task)?);
            let mut policy = self.actor.as_ref().and_then(|actor| Policy::new(actor, task));
            self.pending = policy.as_mut().and_then(|policy| policy.first(task));
            self.policy = policy.map(|policy| (policy, POLICY_QUERIES));
        }
        if self.pending.is_none() {
            self.pending = self.search.as_mut()?.next();
        }
        self.pending
    }

    fn tell(&mut self, task: &Task, measured: &Measured<'_>) {
        self.pending = self.proposed(task, measured);
        if let Some(search) = &mut self.search {
            search.learn(measured);
        }
    }
}
