//! Learning once what a device's parameters do, so that later tunes are right at the first query.
//!
//! A device is asked some hundred [`Questions`]. A [`Make`] of our own kind of ISP is fitted to the
//! answers, and judged by answers that the fit has not seen: a device of another structure cannot be
//! fitted, and then the fit is not [trusted](Calibration::is_trusted).

mod coefficients;
mod fit;
mod problem;
mod queries;
mod store;

use tuner::{Params, Pipeline, PipelineError, Planes, View};

use crate::Input;
use crate::variant::{Make, VariableIsp};

pub use problem::Answer;
pub use queries::Questions;
pub use store::{CalibratedDevice, CalibrationStore, CalibrationStoreError};

use problem::Problem;

/// Side of the tiles that are fitted, in pixels: 1,024 pixels of a picture are many times what the
/// fit needs, and what it takes grows with them.
const TILE_SIDE: usize = 4;
/// A fit is trusted up to this error.
const TRUSTED_RMS_STEPS: f64 = 1.5;

/// A fit must leave less than this part of the error that there was without it: what a black picture
/// teaches explains that picture, and nothing else.
const WORTH: f64 = 0.5;

/// What a device's parameters do, as far as its answers told.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// What renders as the device does, from the picture as found at [`Self::found`].
    pub make: Make,
    /// The parameters that the pictures start from.
    pub found: Params,
    /// Error of the fit in 8-bit steps (rms), without the noise of the device, on questions that it
    /// was not made of.
    pub rms_steps: f64,
    /// The same of the software ISP, which is assumed of a device that was not calibrated.
    pub rms_steps_before: f64,
    /// Queries that it took.
    pub queries: usize,
}

/// What a device answered.
#[derive(Debug, Clone)]
pub struct Answers {
    /// To the questions that the fit is made of.
    pub fitted: Vec<Answer>,
    /// To those that it is judged by, each twice.
    pub judging: Vec<[Answer; 2]>,
}

impl Answers {
    /// Asks a device.
    ///
    /// # Errors
    /// When the device fails; what `on_query` returns.
    pub fn ask(
        pipeline: &mut dyn Pipeline,
        view: &View,
        questions: &Questions,
        mut on_query: impl FnMut() -> Result<(), PipelineError>,
    ) -> Result<Self, PipelineError> {
        let mut ask = |params: &Params| -> Result<Answer, PipelineError> {
            on_query()?;
            let picture = Planes::from(&pipeline.query_view(params, view)?);
            Ok(Answer { params: *params, picture })
        };
        let fitted = questions.fitted.iter().map(&mut ask).collect::<Result<_, _>>()?;
        let once: Vec<Answer> = questions.judging.iter().map(&mut ask).collect::<Result<_, _>>()?;
        // Not one right after the other: what drifts is no noise.
        let again: Vec<Answer> =
            questions.judging.iter().map(&mut ask).collect::<Result<_, _>>()?;
        Ok(Self { fitted, judging: once.into_iter().zip(again).map(<[_; 2]>::from).collect() })
    }
}

/// The pixels of a picture that a calibration looks at.
#[must_use]
pub fn calibration_view([width, height]: [usize; 2]) -> View {
    View::sampled(width, height, TILE_SIDE)
}

impl Calibration {
    /// Fits what a device answered; `input` is the picture as found at `found`.
    ///
    /// # Errors
    /// [`PipelineError::Size`] when `view` is not of the size of `input`.
    pub fn fit(
        input: &Input,
        view: &View,
        found: &Params,
        answers: &Answers,
    ) -> Result<Self, PipelineError> {
        let mut start = Make::default();
        // The picture as found is what changes start from.
        start.response.offset = found.values().map(|value| -value);
        let problem = || Problem::new(input, view, &answers.fitted);
        let make = fit::fit(&problem()?.thinned(), &problem()?, &start);
        let turn = |turn: usize| -> Vec<Answer> {
            answers.judging.iter().filter_map(|pair| pair.get(turn)).cloned().collect()
        };
        let [once, again] = [turn(0), turn(1)];
        let judge = [Problem::new(input, view, &once)?, Problem::new(input, view, &again)?];
        Ok(Self {
            rms_steps: error_steps(&judge, &make),
            rms_steps_before: error_steps(&judge, &start),
            make,
            found: *found,
            queries: answers.fitted.len() + 2 * answers.judging.len(),
        })
    }

    /// Whether the fit renders as the device does.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.rms_steps <= TRUSTED_RMS_STEPS && self.rms_steps < WORTH * self.rms_steps_before
    }

    /// What renders as the device does.
    #[must_use]
    pub fn renderer(&self) -> VariableIsp {
        VariableIsp::new(self.make.clone())
    }
}

/// Error of a make in 8-bit steps (rms) on answers that were given twice. Noise is independent in the
/// two: only what the make misses is left of their product.
fn error_steps([once, again]: &[Problem<'_>; 2], make: &Make) -> f64 {
    let pairs = once.residuals(make).into_iter().zip(again.residuals(make));
    let product: f64 = pairs.map(|(once, again)| once.dot(&again)).sum();
    255.0 * (product.max(0.0) / once.samples().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests;
