//! Strategies `actor` and `style-actor`: the learned policy alone.

use std::sync::Arc;

use super::policy::{Policy, largest_change, moved};
use super::{Measured, SearchStrategy, Task};
use crate::Params;
use crate::actor::Actor;

/// A policy that would change no parameter by more than this is at its goal: the picture would
/// change by less than a tenth of an 8-bit step.
const SMALLEST_CHANGE: f64 = 1e-4;

/// Every query adds the policy's step to the last parameters.
pub(super) struct ActorStrategy {
    name: &'static str,
    actor: Arc<Actor>,
    policy: Option<Policy>,
    state: State,
}

enum State {
    Begin,
    /// What is asked for and not yet measured, or has been told and will be asked for.
    Asking(Params),
    Converged,
}

impl ActorStrategy {
    /// Under this name.
    pub(super) fn new(name: &'static str, actor: Arc<Actor>) -> Self {
        Self { name, actor, policy: None, state: State::Begin }
    }
}

impl SearchStrategy for ActorStrategy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        match self.state {
            State::Begin => {
                let policy = Policy::new(&self.actor, task)?;
                let params = policy.first(task)?;
                self.policy = Some(policy);
                self.state = State::Asking(params);
                Some(params)
            }
            State::Asking(params) => Some(params),
            State::Converged => None,
        }
    }

    fn tell(&mut self, task: &Task, measured: &Measured<'_>) {
        let policy = self.policy.as_ref();
        let step = policy.and_then(|policy| policy.step(measured.picture, &measured.params));
        let next = step.map(|step| moved(task, &measured.params, &step));
        self.state = match next {
            Some(next) if largest_change(&measured.params, &next) >= SMALLEST_CHANGE => {
                State::Asking(next)
            }
            _ => State::Converged,
        };
    }
}
