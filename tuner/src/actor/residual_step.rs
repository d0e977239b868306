//! How the policy's output becomes a change of the parameters.

use crate::Parameter;

/// Slope inside the hyperbolic tangent: outputs up to about 2 pass nearly unchanged, all of them end
/// within ±1/0.3.
pub const OUTPUT_SOFTNESS: f64 = 0.3;
/// Step per size of the residual.
pub const STEP_PER_SCALE: f64 = 5.0;
/// Largest gain: one step spans the whole range of a parameter at most (0.5/0.3 = 1.67).
pub const LONGEST_STEP: f64 = 0.5;

/// Numbers that give no step.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The policy's output has a value that is no number.
    #[error(
        "the policy's output for {parameter} is {value}: the model is damaged, use another one"
    )]
    Output {
        /// Which parameter the output moves.
        parameter: Parameter,
        /// The offending value.
        value: f32,
    },
    /// A scale that is not finite or not positive.
    #[error("the size of the residual is {0}; it must be a positive number")]
    Scale(f64),
}

/// The change of the nine parameters that the policy's raw `output` stands for, canonical units, in
/// the order of [`Parameter::ALL`]: `tanh(0.3·o)/0.3 · min(5s, 0.5)`, where s is the size of the
/// residual ([`super::Observation::scale`]).
///
/// Trained and run by this same rule. The step shrinks with the residual, so the error contracts
/// geometrically once the direction is right. The new parameters are the old ones plus this change,
/// moved into [−1, 1] (and into the limits of the tune).
///
/// # Errors
/// [`StepError`] when an output is not finite, or the scale is not finite and positive.
pub fn step(
    output: &[f32; Parameter::COUNT],
    scale: f64,
) -> Result<[f64; Parameter::COUNT], StepError> {
    if !(scale.is_finite() && scale > 0.0) {
        return Err(StepError::Scale(scale));
    }
    let broken = Parameter::ALL.into_iter().zip(*output).find(|(_, value)| !value.is_finite());
    if let Some((parameter, value)) = broken {
        return Err(StepError::Output { parameter, value });
    }
    let gain = (STEP_PER_SCALE * scale).min(LONGEST_STEP);
    Ok(output.map(|value| (OUTPUT_SOFTNESS * f64::from(value)).tanh() / OUTPUT_SOFTNESS * gain))
}
