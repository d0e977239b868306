//! Strategies `actor` and `style-actor`: the learned policy alone.

use std::sync::Arc;

use super::policy::{Policy, largest_change, moved};
use super::{Measured, SearchStrategy, Task};
use crate::actor::Actor;
use crate::{Params, StyleRecord};

/// A policy that would change no parameter by more than this is at its goal: the picture would
/// change by less than a tenth of an 8-bit step.
const SMALLEST_CHANGE: f64 = 1e-4;

/// Every query adds the policy's step to the last parameters. Where only style counts and a query
/// has lost what the picture shows, the next one goes half the way back.
pub(super) struct ActorStrategy {
    name: &'static str,
    actor: Arc<Actor>,
    policy: Option<Policy>,
    state: State,
    /// The newest parameters whose picture kept the content.
    kept: Option<Params>,
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
        Self { name, actor, policy: None, state: State::Begin, kept: None }
    }

    /// What to try after `measured`.
    fn next(&mut self, task: &Task, measured: &Measured<'_>) -> Option<Params> {
        if task.style.is_some() && measured.mse >= StyleRecord::VIOLATED {
            let kept = self.kept.unwrap_or(task.start).values();
            let mut values = measured.params.values();
            values
                .iter_mut()
                .zip(kept)
                .for_each(|(value, kept)| *value = f64::midpoint(*value, kept));
            return Some(task.limits.clamp_values(values));
        }
        self.kept = Some(measured.params);
        let step = self.policy.as_ref()?.step(measured.picture, &measured.params)?;
        Some(moved(task, &measured.params, &step))
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
        self.state = match self.next(task, measured) {
            Some(next) if largest_change(&measured.params, &next) >= SMALLEST_CHANGE => {
                State::Asking(next)
            }
            _ => State::Converged,
        };
    }
}
