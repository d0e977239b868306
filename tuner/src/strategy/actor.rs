//! Strategies `actor` and `style-actor`: the learned policy alone.

use std::sync::Arc;

use super::policy::{Policy, largest_change, moved};
use super::retreat::back;
use super::{Measured, SearchStrategy, Task};
use crate::actor::{Actor, Representation};
use crate::{Params, StyleRecord, View};

/// A policy that would change no parameter by more than this is at its goal: the picture would
/// change by less than a tenth of an 8-bit step.
const SMALLEST_CHANGE: f64 = 1e-4;

/// A policy on pictures looks at larger ones than these pixels by tiles, as everybody else does: the
/// planes of a whole one take 12 bytes a pixel, four times.
const LARGEST_WHOLE: usize = 1 << 22;

/// Part of a step that is left after a query that has lost what the picture shows.
const SHORTER: f64 = 0.5;
/// By how much the next step may be longer again when a query has kept it, as a factor.
const LONGER: f64 = 1.5;

/// Every query adds the policy's step to the last parameters, or asks for those that the policy names.
/// Where only style counts and a query has lost what the picture shows, the next one goes a part of
/// the way [`back`], and steps are shorter from there on until they have grown again.
pub(super) struct ActorStrategy {
    name: &'static str,
    actor: Arc<Actor>,
    policy: Option<Policy>,
    state: State,
    /// The newest parameters whose picture kept the content.
    kept: Option<Params>,
    /// Part of the policy's step that is taken, in (0, 1].
    pace: f64,
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
        Self { name, actor, policy: None, state: State::Begin, kept: None, pace: 1.0 }
    }

    /// What to try after `measured`.
    fn next(&mut self, task: &Task, measured: &Measured<'_>) -> Option<Params> {
        if task.style.is_some() && measured.mse >= StyleRecord::VIOLATED {
            self.pace *= SHORTER;
            let kept = self.kept.unwrap_or(task.start);
            return Some(back(task, &kept, &measured.params, measured.picture));
        }
        self.kept = Some(measured.params);
        let step = self.policy.as_mut()?.step(measured.picture, &measured.params)?;
        let paced = step.map(|change| self.pace * change);
        self.pace = (self.pace * LONGER).min(1.0);
        Some(moved(task, &measured.params, &paced))
    }
}

impl SearchStrategy for ActorStrategy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn view(&self, width: usize, height: usize) -> View {
        let is_on_pictures = self.actor.kind() == Representation::Paper;
        if is_on_pictures && width.saturating_mul(height) <= LARGEST_WHOLE {
            return View::whole(width, height);
        }
        View::of_size(width, height)
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        match self.state {
            State::Begin => {
                let mut policy = Policy::new(&self.actor, task)?;
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
