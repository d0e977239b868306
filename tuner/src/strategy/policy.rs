//! A learned policy at work on one task.

use std::sync::Arc;

use super::Task;
use crate::actor::{
    Actor, ActorEye, ObservationError, PaperEye, PaperView, Representation, StyleEye, step,
    taste_params,
};
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
    /// At 64×64 pixels and at what was asked before.
    Paper(Box<PaperSight>),
}

/// The paper's state of pictures of any size.
struct PaperSight {
    view: PaperView,
    eye: PaperEye,
}

impl PaperSight {
    fn new(task: &Task) -> Result<Self, ObservationError> {
        let view = PaperView::new(task.initial.width(), task.initial.height(), &task.mask)?;
        let eye = PaperEye::new(&view.shrunk(&task.goal)?)?;
        Ok(Self { view, eye })
    }
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
            (Representation::Paper, None) => Eye::Paper(Box::new(PaperSight::new(task).ok()?)),
            _ => return None,
        };
        Some(Self { actor: Arc::clone(actor), eye, start: task.start })
    }

    /// The change that the policy proposes after a query for `params` gave `picture`, canonical units,
    /// all nine parameters whether locked or not; `None` when the picture or the network is broken.
    pub(super) fn step(
        &mut self,
        picture: &Planes,
        params: &Params,
    ) -> Option<[f64; Parameter::COUNT]> {
        self.change(picture, params, true)
    }

    /// The same of a picture that came of a query, or of the picture as found.
    fn change(
        &mut self,
        picture: &Planes,
        params: &Params,
        is_query: bool,
    ) -> Option<[f64; Parameter::COUNT]> {
        let mut relative = params.values();
        relative.iter_mut().zip(self.start.values()).for_each(|(value, start)| *value -= start);
        let params = Params::clamped(relative);
        let (output, scale) = match &mut self.eye {
            Eye::Residual(eye) => {
                let seen = eye.observe(picture, &params).ok()?;
                (self.actor.infer(&seen.values).ok()?, seen.scale)
            }
            Eye::Style(eye) => {
                let seen = eye.observe(picture, &params).ok()?;
                (self.actor.infer(&seen.values).ok()?, seen.scale)
            }
            Eye::Paper(sight) => {
                let small = sight.view.shrunk(picture).ok()?;
                let seen = if is_query {
                    sight.eye.observe_query(&small, &params)
                } else {
                    sight.eye.observe(&small)
                };
                let mut named = taste_params(&self.actor.infer(&seen.ok()?).ok()?).values();
                let changes = named.iter_mut().zip(relative);
                changes.for_each(|(value, from)| *value -= from);
                return Some(named);
            }
        };
        step(&output, scale).ok()
    }

    /// The first parameters that the policy asks for, after the picture as found.
    pub(super) fn first(&mut self, task: &Task) -> Option<Params> {
        Some(moved(task, &task.start, &self.change(&task.initial, &task.start, false)?))
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
