//! How far a result can be trusted, and what limited it.

use std::fmt;

use serde::Serialize;

use crate::registration::Content;
use crate::{Axis, ExtraParameter, Limits, Parameter, Params, Registration};

/// Correlation of detail from which on a registration is beyond doubt: nine in ten renderings of the
/// same scene over the whole range of the parameters are above it.
const SURE_CORRELATION: f64 = 0.5;
/// Confidence in the alignment where there is nothing to compare and it is only assumed.
const ASSUMED_ALIGNED: f64 = 0.5;
/// Share of pixels from which on more would not help.
const ENOUGH_PIXELS: f64 = 0.5;
/// Error beyond the noise at which half of the confidence is gone, in 8-bit steps (28 dB).
const HALF_ERROR_STEPS: f64 = 10.0;
/// Shares below this are not worth a word in a report.
const NOTABLE_SHARE: f64 = 0.05;
/// Noise from which on it is named, in 8-bit steps.
const NOTABLE_NOISE_STEPS: f64 = 1.0;
/// A value this near the end of its interval has reached it, in canonical units.
const AT_END: f64 = 1e-3;

/// What a tune ended with, as far as it says how good the result is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Where the goal lay.
    pub registration: Registration,
    /// Share of the pixels looked at that counted, in [0, 1].
    pub valid_share: f64,
    /// Share of the goal's pixels looked at with a channel at 0 or 255, in [0, 1].
    pub clipped_share: f64,
    /// Root mean square error of the best query over the pixels that counted, in 8-bit steps.
    pub residual_steps: f64,
    /// Root mean square error that noise and rounding alone would leave, in 8-bit steps.
    pub noise_steps: f64,
}

/// Something that kept a result from being better or surer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Limit {
    /// Part of the goal is clipped: its true brightness is unknown.
    Clipping {
        /// Share of pixels with a clipped channel, in [0, 1].
        share: f64,
    },
    /// Parameters that might have helped were locked, missing, or at the end of what was allowed.
    Locks {
        /// Their names.
        parameters: Vec<String>,
    },
    /// The goal's place is not certain.
    Registration {
        /// Correlation of the detail, in [−1, 1].
        correlation: f64,
    },
    /// Neither place nor content of the goal could be checked: no detail to compare.
    NothingToCompare,
    /// Much of the goal shows something else, lies outside, or was excluded.
    MaskedShare {
        /// Share of pixels left out, in [0, 1].
        share: f64,
    },
    /// Noise is all that is left, or a large part of it.
    Noise {
        /// Expected error from noise alone, in 8-bit steps.
        steps: f64,
    },
    /// The pipeline does not reach the goal's look by more than noise explains.
    OutOfReach {
        /// Root mean square error beyond the noise, in 8-bit steps.
        steps: f64,
    },
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clipping { share } => write!(
                formatter,
                "{:.0} % of the goal is clipped to black or white in a channel",
                100.0 * share
            ),
            Self::Locks { parameters } => {
                let names = parameters.join(", ");
                write!(formatter, "locked or at the end of the allowed range: {names}")
            }
            Self::Registration { correlation } => write!(
                formatter,
                "the goal's alignment is uncertain (correlation {correlation:.2})"
            ),
            Self::NothingToCompare => formatter
                .write_str("the pictures have no detail to align by; they are taken to be aligned"),
            Self::MaskedShare { share } => write!(
                formatter,
                "{:.0} % of the picture was left out: other content, outside the goal, or outside \
                 the region of interest",
                100.0 * share
            ),
            Self::Noise { steps } => {
                write!(formatter, "noise of {steps:.1} steps of 255 hides smaller differences")
            }
            Self::OutOfReach { steps } => write!(
                formatter,
                "the pipeline misses the goal by {steps:.1} steps of 255 beyond noise"
            ),
        }
    }
}

/// How far the result of a tune can be trusted, in [0, 1]: the product of three.
///
/// - *alignment*: correlation of detail over 0.5, at most 1; one half where there is nothing to
///   compare, 0 for other content.
/// - *share*: pixels that counted over one half, at most 1.
/// - *fit*: 1 / (1 + (e / 10)²), e being the residual beyond the noise in 8-bit steps,
///   e² = residual² − noise²: 0.99 at 48 dB, 0.94 at 40, 0.61 at 30, 0.14 at 20.
///
/// It does not say that the parameters are the only ones: exposure and three gains serve three
/// degrees of freedom.
#[must_use]
pub fn confidence(evidence: &Evidence) -> f64 {
    let alignment = match evidence.registration.content {
        Content::Same => (evidence.registration.correlation / SURE_CORRELATION).clamp(0.0, 1.0),
        Content::NothingToCompare => ASSUMED_ALIGNED,
        Content::Other => 0.0,
    };
    let share = (evidence.valid_share / ENOUGH_PIXELS).clamp(0.0, 1.0);
    let fit = fit(excess_steps(evidence));
    let product = alignment * share * fit;
    if product.is_finite() { product.clamp(0.0, 1.0) } else { 0.0 }
}

/// How far the result of a tune to a style can be trusted, in [0, 1]: the same fit, e being the
/// [distance](crate::StyleFeatures::distance) of style in 8-bit steps. Nothing has to be aligned.
#[must_use]
pub fn confidence_of_style(distance: f64) -> f64 {
    let fit = fit(255.0 * distance);
    if fit.is_finite() { fit.clamp(0.0, 1.0) } else { 0.0 }
}

fn fit(steps: f64) -> f64 {
    1.0 / (1.0 + (steps / HALF_ERROR_STEPS).powi(2))
}

/// What limited a result that is this distance from the goal's style, as [`limits_of_result`].
#[must_use]
pub fn limits_of_style(
    distance: f64,
    limits: &Limits,
    best: &Params,
    extras: &[ExtraParameter],
) -> Vec<Limit> {
    let parameters = at_end(limits, best, extras);
    let misses = 255.0 * distance > 1.0;
    let locks = (misses && !parameters.is_empty()).then_some(Limit::Locks { parameters });
    locks.into_iter().collect()
}

/// Names of the parameters that could not move any further, or at all.
fn at_end(limits: &Limits, best: &Params, extras: &[ExtraParameter]) -> Vec<String> {
    let at_end = |axis: Axis| {
        let [low, high] = limits.interval(axis);
        let value = best.get(axis);
        limits.is_locked(axis) || value - low < AT_END || high - value < AT_END
    };
    let nine = Parameter::ALL.into_iter().map(|each| (Axis::from(each), each.name()));
    let names = extras.iter().map(|extra| extra.name.as_str());
    let extras = names.enumerate().map(|(index, name)| (Axis::Extra(index), name));
    let ended = nine.chain(extras).filter(|(axis, _)| at_end(*axis));
    ended.map(|(_, name)| name.to_owned()).collect()
}

/// Residual beyond the noise, in 8-bit steps.
fn excess_steps(evidence: &Evidence) -> f64 {
    (evidence.residual_steps.powi(2) - evidence.noise_steps.powi(2)).max(0.0).sqrt()
}

/// What limited the result, the gravest first; `best` are the parameters kept, `limits` what they
/// were allowed, `extras` what the pipeline has beside the nine.
#[must_use]
pub fn limits_of_result(
    evidence: &Evidence,
    limits: &Limits,
    best: &Params,
    extras: &[ExtraParameter],
) -> Vec<Limit> {
    let mut found = Vec::new();
    let registration = &evidence.registration;
    match registration.content {
        Content::NothingToCompare => found.push(Limit::NothingToCompare),
        Content::Same if registration.correlation >= SURE_CORRELATION => {}
        Content::Same | Content::Other => {
            found.push(Limit::Registration { correlation: registration.correlation });
        }
    }
    let masked = 1.0 - evidence.valid_share;
    if masked >= NOTABLE_SHARE {
        found.push(Limit::MaskedShare { share: masked });
    }
    let excess = excess_steps(evidence);
    let misses = excess > evidence.noise_steps.max(1.0);
    if misses {
        // A parameter that could not move is only to blame when something is left to explain.
        let parameters = at_end(limits, best, extras);
        if !parameters.is_empty() {
            found.push(Limit::Locks { parameters });
        }
        found.push(Limit::OutOfReach { steps: excess });
    }
    if evidence.clipped_share >= NOTABLE_SHARE {
        found.push(Limit::Clipping { share: evidence.clipped_share });
    }
    if evidence.noise_steps >= NOTABLE_NOISE_STEPS {
        found.push(Limit::Noise { steps: evidence.noise_steps });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Curve;

    fn evidence() -> Evidence {
        Evidence {
            registration: Registration {
                dx: 0.0,
                dy: 0.0,
                correlation: 0.95,
                content: Content::Same,
            },
            valid_share: 1.0,
            clipped_share: 0.0,
            residual_steps: 0.3,
            noise_steps: 0.3,
        }
    }

    #[test]
    fn a_fit_down_to_the_noise_is_certain_however_noisy() {
        assert_eq!(confidence(&evidence()), 1.0);
        let noisy = Evidence { residual_steps: 2.9, noise_steps: 3.0, ..evidence() };
        assert_eq!(confidence(&noisy), 1.0);
        let limits = limits_of_result(&noisy, &Limits::default(), &Params::NEUTRAL, &[]);
        assert_eq!(limits, [Limit::Noise { steps: 3.0 }]);
    }

    #[test]
    fn every_weakness_lowers_the_confidence() {
        let mut worse = vec![evidence(); 4];
        worse[0].registration.correlation = 0.3;
        worse[1].registration.content = Content::NothingToCompare;
        worse[2].valid_share = 0.1;
        worse[3].residual_steps = 12.0;
        for case in worse {
            let value = confidence(&case);
            assert!((0.1..0.7).contains(&value), "{case:?}: {value}");
        }
        let nonsense = Evidence { residual_steps: f64::NAN, ..evidence() };
        assert!((0.0..=1.0).contains(&confidence(&nonsense)));
    }

    #[test]
    fn locks_are_blamed_only_for_a_miss() {
        let mut limits = Limits::default();
        limits.lock(Parameter::Exposure, 0.0).unwrap();
        let fine = limits_of_result(&evidence(), &limits, &Params::NEUTRAL, &[]);
        assert_eq!(fine, []);
        let missed = Evidence { residual_steps: 9.0, ..evidence() };
        let best = Params::NEUTRAL.with(Parameter::Texture, 1.0);
        let blamed = limits_of_result(&missed, &limits, &best, &[]);
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let parameters = named(&["exposure", "texture"]);
        assert_eq!(blamed.first(), Some(&Limit::Locks { parameters }));
        let scale = crate::NativeScale { range: [0.0, 2.0], curve: Curve::Linear, neutral: 1.0 };
        let extras = ["tint", "haze"].map(|name| ExtraParameter {
            name: name.to_owned(),
            key: name.to_owned(),
            scale,
            unit: String::new(),
        });
        let best = Params::NEUTRAL.with(Axis::Extra(1), -1.0);
        let blamed = limits_of_result(&missed, &limits.with_extras(2), &best, &extras);
        let parameters = named(&["exposure", "haze"]);
        assert_eq!(blamed.first(), Some(&Limit::Locks { parameters }));
        assert!(blamed.iter().any(|limit| limit.to_string().contains("9.0 steps")));
    }
}
