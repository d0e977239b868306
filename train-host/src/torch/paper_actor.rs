//! A policy on the paper's state, as a strategy.

use tch::{Tensor, no_grad};
use tuner::actor::{
    ActorEye, OUTPUT_SOFTNESS, PAPER_OBSERVATION_LENGTH, PaperEye, step, taste_params,
};
use tuner::{Measured, Parameter, Params, SearchStrategy, Task};

use super::policy::{Policy, to_host};
use super::td3::Td3Policy;
use super::threads::one_thread;

/// Every query is what the policy says of the last picture. Pictures must be 64 × 64, as those that
/// it was trained on; for others it asks nothing.
pub struct PaperActor {
    policy: Policy,
    pieces: Vec<Tensor>,
    /// Actions are steps, not parameters.
    steps: bool,
    eye: Option<PaperEye>,
    next: Option<Params>,
}

impl PaperActor {
    /// `None` where the policy was trained on another state.
    #[must_use]
    pub fn new(trained: &Td3Policy) -> Option<Self> {
        trained.shape.features?;
        let policy = Policy::new(trained.shape.clone());
        let pieces = policy.cut(&Tensor::from_slice(&trained.weights));
        let steps = (trained.squash - OUTPUT_SOFTNESS).abs() < 1e-9;
        Some(Self { policy, pieces, steps, eye: None, next: None })
    }

    /// The parameters after those of `picture`.
    fn after(
        &self,
        task: &Task,
        seen: &[f32],
        picture: &tuner::Planes,
        params: &Params,
    ) -> Option<Params> {
        one_thread();
        let seen = Tensor::from_slice(seen).view([1, PAPER_OBSERVATION_LENGTH as i64]);
        let output = no_grad(|| to_host(&self.policy.forward(&self.pieces, &seen)));
        let output: [f32; Parameter::COUNT] = output.try_into().ok()?;
        if !self.steps {
            return Some(taste_params(&output));
        }
        let eye = ActorEye::new(&task.initial, &task.goal, &task.mask).ok()?;
        let scale = eye.observe(picture, params).ok()?.scale;
        let mut values = params.values();
        for (value, step) in values.iter_mut().zip(step(&output, scale).ok()?) {
            *value += step;
        }
        Some(Params::clamped(values))
    }
}

impl SearchStrategy for PaperActor {
    fn name(&self) -> &'static str {
        "paper-actor"
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if self.eye.is_none() {
            let eye = PaperEye::new(&task.goal).ok()?;
            let seen = eye.observe(&task.initial).ok()?;
            self.next = self.after(task, &seen, &task.initial, &task.start);
            self.eye = Some(eye);
        }
        self.next
    }

    fn tell(&mut self, task: &Task, measured: &Measured<'_>) {
        let seen = self
            .eye
            .as_mut()
            .and_then(|eye| eye.observe_query(measured.picture, &measured.params).ok());
        self.next =
            seen.and_then(|seen| self.after(task, &seen, measured.picture, &measured.params));
    }
}
