//! The patches of a colour chart as an extra check of a fit.

use serde::{Deserialize, Serialize};
use tuner::chart::{Chart, PATCHES, PatchColours, patch_differences};
use tuner::{Params, Pipeline as _, PipelineError};

use crate::variant::{Make, VariableIsp};
use crate::{Input, PicturePipeline};

/// A fit agrees with a chart up to this mean ΔE00 over all patches. An error of 1.5 steps in every
/// channel, up to which a fit is trusted, comes to 1.01 over the published colours.
pub(super) const AGREES_MEAN: f64 = 1.0;
/// And up to this mean ΔE00 of the patch that it misses most: an error in one colour only is little
/// on average over 24. The same 1.5 steps come to 1.91 on black, where they show most.
pub(super) const AGREES_PATCH: f64 = 2.0;

/// The patches of a chart in pictures of a device at some parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartAnswer {
    /// What was asked.
    pub params: Params,
    /// What came back, as the mean of the answers to the same question.
    pub colours: PatchColours,
}

/// What a fit predicts of a chart, beside what the device gave; on questions that the fit was not
/// made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartCheck {
    /// Of the fit.
    pub fit: PatchErrors,
    /// Of the software ISP, which is assumed of a device that was not calibrated.
    pub before: PatchErrors,
}

/// ΔE00 between predicted and given patches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PatchErrors {
    /// Mean over all patches and questions.
    pub mean: f64,
    /// Largest of any patch at any question.
    pub max: f64,
    /// Mean over the questions, of each patch.
    pub by_patch: [f64; PATCHES],
}

impl ChartCheck {
    /// Compares what `make` and `start` render of `input` with the answers; `None` where there are
    /// none.
    ///
    /// # Errors
    /// [`PipelineError::Size`] when the chart was found in pictures of another size.
    pub(super) fn of(
        input: &Input,
        chart: &Chart,
        answers: &[ChartAnswer],
        [make, start]: [&Make; 2],
    ) -> Result<Option<Self>, PipelineError> {
        let error = |make| PatchErrors::of(input, chart, answers, make);
        Ok(error(make)?.zip(error(start)?).map(|(fit, before)| Self { fit, before }))
    }

    /// Whether the patches say that the fit renders as the device does.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let (_, worst) = self.fit.worst_patch();
        self.fit.mean <= AGREES_MEAN && worst <= AGREES_PATCH
    }

    /// Whether a stored check has numbers that a check gives.
    pub(super) fn is_sound(&self) -> bool {
        let numbers =
            |error: &PatchErrors| [error.mean, error.max].into_iter().chain(error.by_patch);
        let mut all = numbers(&self.fit).chain(numbers(&self.before));
        all.all(|number| number.is_finite() && number >= 0.0)
    }
}

impl PatchErrors {
    fn of(
        input: &Input,
        chart: &Chart,
        answers: &[ChartAnswer],
        make: &Make,
    ) -> Result<Option<Self>, PipelineError> {
        if answers.is_empty() {
            return Ok(None);
        }
        let mut simulator = PicturePipeline::new(VariableIsp::new(make.clone()), input.clone());
        let (mut by_patch, mut max) = ([0.0; PATCHES], 0.0_f64);
        for ChartAnswer { params, colours } in answers {
            let predicted = patch_colours(chart, &simulator.query(params)?)?;
            for (sum, difference) in by_patch.iter_mut().zip(patch_differences(&predicted, colours))
            {
                *sum += difference / answers.len() as f64;
                max = max.max(difference);
            }
        }
        let mean = by_patch.iter().sum::<f64>() / PATCHES as f64;
        Ok(Some(Self { mean, max, by_patch }))
    }

    /// Index and mean ΔE00 of the patch that is missed most.
    #[must_use]
    pub fn worst_patch(&self) -> (usize, f64) {
        let most = self.by_patch.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        most.unwrap_or((0, 0.0))
    }
}

/// The patches of a chart in a picture of the size that it was found in.
///
/// # Errors
/// [`PipelineError::Size`] when it has another size.
pub(super) fn patch_colours(
    chart: &Chart,
    frame: &tuner::Frame,
) -> Result<PatchColours, PipelineError> {
    chart
        .colours(frame)
        .ok_or_else(|| PipelineError::Size { expected: chart.size(), found: frame.size() })
}

/// The mean of two answers to the same question.
pub(super) fn mean_of(first: &PatchColours, second: &PatchColours) -> PatchColours {
    let mut mean = *first;
    for (value, other) in mean.as_flattened_mut().iter_mut().zip(second.as_flattened()) {
        *value = (*value + other) / 2.0;
    }
    mean
}
