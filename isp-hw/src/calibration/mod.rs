//! Learning once what a device's parameters do, so that later tunes are right at the first query.
//!
//! A device is asked some hundred [`Questions`]. A [`Make`] of our own kind of ISP is fitted to the
//! answers, and judged by answers that the fit has not seen: a device of another structure cannot be
//! fitted, and then the fit is not [trusted](Calibration::is_trusted).

mod chart_check;
mod coefficients;
mod fit;
mod problem;
mod queries;
mod store;

use tuner::chart::{Chart, PatchColours};
use tuner::{Frame, Params, Pipeline, PipelineError, Planes, View};

use crate::Input;
use crate::variant::{Make, VariableIsp};

pub use chart_check::{ChartAnswer, ChartCheck, PatchErrors};
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
    /// What the patches of a chart said, where there was one in the pictures.
    pub chart: Option<ChartCheck>,
}

/// What a device answered.
#[derive(Debug, Clone)]
pub struct Answers {
    /// To the questions that the fit is made of.
    pub fitted: Vec<Answer>,
    /// To those that it is judged by, each twice.
    pub judging: Vec<[Answer; 2]>,
    /// The patches of a chart in the answers that judge; empty where none was looked for.
    pub chart: Vec<ChartAnswer>,
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
        on_query: impl FnMut() -> Result<(), PipelineError>,
    ) -> Result<Self, PipelineError> {
        Self::ask_with_chart(pipeline, view, None, questions, on_query)
    }

    /// Asks a device, and looks at the patches of a chart in the answers that judge. It takes no
    /// query more.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn ask_with_chart(
        pipeline: &mut dyn Pipeline,
        view: &View,
        chart: Option<&Chart>,
        questions: &Questions,
        mut on_query: impl FnMut() -> Result<(), PipelineError>,
    ) -> Result<Self, PipelineError> {
        let mut ask = |params: &Params, chart: Option<&Chart>| -> Result<_, PipelineError> {
            on_query()?;
            let (mosaic, colours) = shown(pipeline, params, view, chart)?;
            Ok((Answer { params: *params, picture: Planes::from(&mosaic) }, colours))
        };
        let fitted = questions.fitted.iter().map(|params| Ok(ask(params, None)?.0));
        let fitted = fitted.collect::<Result<_, PipelineError>>()?;
        let mut judged = || -> Result<Vec<_>, PipelineError> {
            questions.judging.iter().map(|params| ask(params, chart)).collect()
        };
        // Not one right after the other: what drifts is no noise.
        let (once, again) = (judged()?, judged()?);
        let mut answers = Self { fitted, judging: Vec::new(), chart: Vec::new() };
        for ((once, first), (again, second)) in once.into_iter().zip(again) {
            if let (Some(first), Some(second)) = (first, second) {
                let colours = chart_check::mean_of(&first, &second);
                answers.chart.push(ChartAnswer { params: once.params, colours });
            }
            answers.judging.push([once, again]);
        }
        Ok(answers)
    }
}

/// The pixels of `view` in the picture of a device, and the patches of a chart in it.
fn shown(
    pipeline: &mut dyn Pipeline,
    params: &Params,
    view: &View,
    chart: Option<&Chart>,
) -> Result<(Frame, Option<PatchColours>), PipelineError> {
    let Some(chart) = chart else { return Ok((pipeline.query_view(params, view)?, None)) };
    let frame = pipeline.query(params)?;
    let colours = chart_check::patch_colours(chart, &frame)?;
    let (expected, found) = (view.picture_size(), frame.size());
    let mosaic = view.gather(&frame).ok_or(PipelineError::Size { expected, found })?;
    Ok((mosaic, Some(colours)))
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
        let start = start_of(found);
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
            chart: None,
        })
    }

    /// Checks the fit on the patches of a chart in the answers, which were asked for
    /// [with it](Answers::ask_with_chart).
    ///
    /// # Errors
    /// [`PipelineError::Size`] when the chart was found in pictures of another size than `input`.
    pub fn checked(
        self,
        input: &Input,
        chart: &Chart,
        answers: &Answers,
    ) -> Result<Self, PipelineError> {
        let makes = [&self.make, &start_of(&self.found)];
        let chart = ChartCheck::of(input, chart, &answers.chart, makes)?;
        Ok(Self { chart, ..self })
    }

    /// Whether the fit renders as the device does: on the answers that judge it, and on the patches
    /// of a chart where there was one.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.fits() && self.chart.as_ref().is_none_or(ChartCheck::agrees)
    }

    /// Whether the fit explains the answers that judge it.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.rms_steps <= TRUSTED_RMS_STEPS && self.rms_steps < WORTH * self.rms_steps_before
    }

    /// What renders as the device does.
    #[must_use]
    pub fn renderer(&self) -> VariableIsp {
        VariableIsp::new(self.make.clone())
    }
}

/// What is assumed of a device that was not calibrated: the picture as found is what changes start
/// from.
fn start_of(found: &Params) -> Make {
    let mut start = Make::default();
    start.response.offset = found.values().map(|value| -value);
    start
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
