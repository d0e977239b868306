//! A learned policy at work on one task.

use std::sync::Arc;

use super::Task;
use crate::actor::{Actor, ActorEye, step};
use crate::{Parameter, Params, Planes};

/// The policy with what it sees of a task.
pub(super) struct Policy {
    actor: Arc<Actor>,
    eye: ActorEye,
    /// The parameters of the picture as found. The policy learned from pictures found at neutral, so
    /// it is shown parameters as if these were neutral.
    start: Params,
}

impl Policy {
    /// `None` when the task shows nothing that the policy could look at: the observation compares pixel
    /// by pixel, so a goal of which only the style counts is none for it.
    pub(super) fn new(actor: &Arc<Actor>, task: &Task) -> Option<Self> {
        if task.style.is_some() {
            return None;
        }
        let eye = ActorEye::new(&task.initial, &task.goal, &task.mask).ok()?;
        Some(Self { actor: Arc::clone(actor), eye, start: task.start })
    }

    /// The change that the policy proposes after `picture` came of `params`, canonical units, all nine
    /// parameters whether locked or not; `None` when the picture or the network is broken.
    pub(super) fn step(
        &self,
        picture: &Planes,
        params: &Params,
    ) -> Option<[f64; Parameter::COUNT]> {
        let mut relative = params.values();
        relative.iter_mut().zip(self.start.values()).for_each(|(value, start)| *value -= start);
        let observation = self.eye.observe(picture, &Params::clamped(relative)).ok()?;
        let output = self.actor.infer(&observation.values).ok()?;
        step(&output, observation.scale).ok()
    }

    /// The first parameters that the policy asks for, a step from those of the picture as found.
    pub(super) fn first(&self, task: &Task) -> Option<Params> {
        Some(moved(task, &task.start, &self.step(&task.initial, &task.start)?))
    }
}

/// `params` changed by `step`, moved into the task's limits.
pub(super) fn moved(task: &Task, params: &Params, step: &[f64; Parameter::COUNT]) -> Params {
    let mut values = params.values();
    values.iter_mut().zip(step).for_each(|(value, change)| *value += change);
    task.limits.clamp_values(values)
}

/// Largest change of a parameter between two vectors.
pub(super) fn largest_change(from: &Params, to: &Params) -> f64 {
    let pairs = from.values().into_iter().zip(to.values());
    pairs.map(|(from, to)| (to - from).abs()).fold(0.0, f64::max)
}
