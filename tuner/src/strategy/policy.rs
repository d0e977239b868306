//! A learned policy at work on one task.

use std::sync::Arc;

use super::Task;
use crate::actor::{Actor, ActorEye, Representation, StyleEye, step};
use crate::{Parameter, Params, Planes};

/// The policy with what it sees of a task.
pub(super) struct Policy {
    actor: Arc<Actor>,
    eye: Eye,
    /// The parameters of the picture as found. The policy learned from pictures found at neutral, so
    /// it is shown parameters as if these were neutral.
    start: Params,
}

/// How a policy of its kind looks at pictures.
enum Eye {
    /// Pixel by pixel.
    Residual(Box<ActorEye>),
    /// At distributions.
    Style(Box<StyleEye>),
}

impl Policy {
    /// `None` when the task shows nothing that the policy could look at: one that compares pixel by
    /// pixel has no use for a goal of which only the style counts, and the other way round.
    pub(super) fn new(actor: &Arc<Actor>, task: &Task) -> Option<Self> {
        let (found, goal, mask) = (&task.initial, &task.goal, &task.mask);
        let eye = match (actor.kind(), &task.style) {
            (Representation::Residual, None) => {
                Eye::Residual(Box::new(ActorEye::new(found, goal, mask).ok()?))
            }
            (Representation::Style, Some(_)) => {
                Eye::Style(Box::new(StyleEye::new(found, goal, mask).ok()?))
            }
            _ => return None,
        };
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
        let params = Params::clamped(relative);
        let (output, scale) = match &self.eye {
            Eye::Residual(eye) => {
                let seen = eye.observe(picture, &params).ok()?;
                (self.actor.infer(&seen.values).ok()?, seen.scale)
            }
            Eye::Style(eye) => {
                let seen = eye.observe(picture, &params).ok()?;
                (self.actor.infer(&seen.values).ok()?, seen.scale)
            }
        };
        step(&output, scale).ok()
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
    task.limits.clamp(params.with_values(values))
}

/// Largest change of a parameter between two vectors.
pub(super) fn largest_change(from: &Params, to: &Params) -> f64 {
    let pairs = from.values().into_iter().zip(to.values());
    pairs.map(|(from, to)| (to - from).abs()).fold(0.0, f64::max)
}
