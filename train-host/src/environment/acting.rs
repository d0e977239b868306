//! What a policy that changes pictures sees, and what its actions do.

use tuner::Params;
use tuner::actor::{LONGEST_STEP, OUTPUT_SOFTNESS, STEP_PER_SCALE};

/// What the policy sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// What the policy on a device sees.
    Residual,
    /// What the paper's policy sees ([`tuner::actor::PaperEye`]).
    Paper,
}

/// What an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// A step of the nine parameters by the device's own rule ([`tuner::actor::step`]) with
    /// `tanh(0.3·o)` as the action, so that a policy whose output is squashed in that way can be
    /// exported as it is.
    Step,
    /// The nine parameters themselves (the paper).
    Absolute,
}

impl Move {
    /// The parameters that an action leads to; `reach` is how far they move for an action of 1.
    pub(super) fn applied(self, params: &Params, action: &[f32], reach: f64) -> Params {
        let mut values = params.values();
        for (value, action) in values.iter_mut().zip(action) {
            let action = f64::from(action.clamp(-1.0, 1.0));
            *value = match self {
                Self::Step => *value + action * reach,
                Self::Absolute => action,
            };
        }
        Params::clamped(values)
    }

    /// The action that leads from these parameters to the answer, or as near to it as one does.
    pub(super) fn towards(self, answer: &Params, params: &Params, reach: f64) -> Vec<f32> {
        let missing = answer.values().into_iter().zip(params.values());
        let action = missing.map(|(answer, param)| match self {
            Self::Step => ((answer - param) / reach).clamp(-1.0, 1.0),
            Self::Absolute => answer,
        });
        action.map(|value| value as f32).collect()
    }
}

/// How far the parameters move for an action of 1, when the residual has this size.
pub(super) fn reach(scale: f64) -> f64 {
    (STEP_PER_SCALE * scale).min(LONGEST_STEP) / OUTPUT_SOFTNESS
}
