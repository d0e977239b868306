//! What is to be fitted: a device's answers, beside what a make would have answered.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use tuner::{Params, PipelineError, Planes, View};

use super::coefficients::{self, KNOBS};
use crate::decoded_view::DecodedView;
use crate::variant::{Make, VariableIsp};
use crate::{Input, Patch};

/// Finite-difference step of a knob: far above the rounding of `f32` pictures, far below the scale
/// on which tone curves bend.
const DIFFERENCE: f64 = 2e-3;

/// One picture of the device.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked.
    pub params: Params,
    /// What came back, at the pixels of the view.
    pub picture: Planes,
}

/// A view of an input with the answers of a device.
pub(super) struct Problem<'a> {
    decoded: DecodedView,
    answers: Vec<&'a Answer>,
}

/// Squared error of a fit, in squared display values, with its derivatives by the coefficients.
pub(super) struct NormalEquations {
    /// JᵀJ.
    pub(super) normal: DMatrix<f64>,
    /// Jᵀr.
    pub(super) slope: DVector<f64>,
    /// rᵀr.
    pub(super) error: f64,
}

impl<'a> Problem<'a> {
    /// # Errors
    /// [`PipelineError::Size`] when the view was made for pictures of another size.
    pub(super) fn new(
        input: &Input,
        view: &View,
        answers: &'a [Answer],
    ) -> Result<Self, PipelineError> {
        let renderer = VariableIsp::new(Make::default());
        let decoded = DecodedView::new(&renderer, input, view)?;
        Ok(Self { decoded, answers: answers.iter().collect() })
    }

    /// The same with every other answer only, which takes half the time.
    pub(super) fn thinned(self) -> Self {
        Self { answers: self.answers.into_iter().step_by(2).collect(), ..self }
    }

    /// Samples of all answers.
    pub(super) fn samples(&self) -> usize {
        self.answers.iter().map(|answer| 3 * answer.picture.pixel_count()).sum()
    }

    fn render(&self, make: Make, params: &Params) -> Patch {
        self.decoded.render(&VariableIsp::new(make), params, 0)
    }

    /// What `make` renders less what was answered.
    fn residual(rendered: &Patch, answer: &Answer) -> DVector<f64> {
        let pairs = rendered.planes.iter().zip(answer.picture.channels());
        let differences = pairs.flat_map(|(ours, theirs)| {
            ours.iter().zip(theirs).map(|(ours, theirs)| f64::from(ours - theirs))
        });
        DVector::from_iterator(3 * answer.picture.pixel_count(), differences)
    }

    /// Residuals of every answer, in display values.
    pub(super) fn residuals(&self, make: &Make) -> Vec<DVector<f64>> {
        let of =
            |answer: &&Answer| Self::residual(&self.render(make.clone(), &answer.params), answer);
        self.answers.par_iter().map(of).collect()
    }

    /// Squared error of a make over all answers.
    pub(super) fn error(&self, make: &Make) -> f64 {
        self.residuals(make).iter().map(DVector::norm_squared).sum()
    }

    /// The squared error and its derivatives.
    pub(super) fn normal_equations(&self, make: &Make) -> NormalEquations {
        let nothing = || NormalEquations {
            normal: DMatrix::zeros(coefficients::COUNT, coefficients::COUNT),
            slope: DVector::zeros(coefficients::COUNT),
            error: 0.0,
        };
        let of_answers = self.answers.par_iter().map(|answer| self.of_answer(make, answer));
        of_answers.reduce(nothing, |mut sum, each| {
            sum.normal += each.normal;
            sum.slope += each.slope;
            sum.error += each.error;
            sum
        })
    }

    fn of_answer(&self, make: &Make, answer: &Answer) -> NormalEquations {
        let render =
            |turn| self.render(coefficients::turned(make, &answer.params, turn), &answer.params);
        let here = render(None);
        let residual = Self::residual(&here, answer);
        let columns: Vec<DVector<f64>> = (0..KNOBS)
            .map(|knob| {
                let there = render(Some((knob, DIFFERENCE)));
                let pairs = there.planes.iter().flatten().zip(here.planes.iter().flatten());
                let slopes = pairs.map(|(there, here)| f64::from(there - here) / DIFFERENCE);
                DVector::from_iterator(residual.len(), slopes)
            })
            .collect();
        let by_knobs = DMatrix::from_columns(&columns);
        let knobs = coefficients::knobs_by_coefficients(make, &answer.params);
        let normal = by_knobs.tr_mul(&by_knobs);
        NormalEquations {
            normal: knobs.tr_mul(&(normal * &knobs)),
            slope: knobs.tr_mul(&by_knobs.tr_mul(&residual)),
            error: residual.norm_squared(),
        }
    }
}
