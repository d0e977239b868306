//! Secant updates of a Jacobian.

use nalgebra::{Cholesky, DMatrix, DVector};

/// Steps shorter than this say more about noise than about the slope.
const SHORTEST_STEP: f64 = 1e-4;
/// Weight of a parameter that is thought to change nothing, as a part of all parameters' length.
const LEAST_WEIGHT: f64 = 0.02;
/// How far several secants are doubted, as a part of their squared length in canonical units: along
/// a longer step the slope changes more.
const DOUBT: f64 = 0.03;
/// … and at least this much: two queries at one point say the same.
const LEAST_DOUBT: f64 = 1e-6;

/// What a change of the parameters changed in the residual.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Secant {
    /// Change of the k free parameters, canonical units.
    pub(crate) step: DVector<f64>,
    /// Change of the m residuals.
    pub(crate) change: DVector<f64>,
}

impl Secant {
    /// The same without what came of parameters after the first `count`, which did not move.
    pub(crate) fn of_first(&self, count: usize) -> Self {
        let step = self.step.rows(0, count.min(self.step.len())).into_owned();
        Self { step, change: self.change.clone() }
    }

    /// Turns the m × k `jacobian` by the least change after which it maps the step onto the change:
    /// `J += (y − J·s)·(W·s)ᵀ / (sᵀ·W·s)`, where the diagonal W holds the lengths of J's columns.
    ///
    /// With W = 1 this is the first or "good" update of Broyden (Mathematics of Computation 19,
    /// 1965). The weights say that a parameter that changes much may be wrong by much: the update is
    /// then shared out by how far each parameter moved the picture, not by how far it moved.
    ///
    /// Says whether it did: a step shorter than a ten-thousandth, one with other lengths than the
    /// Jacobian's, or one that is not finite leaves the Jacobian as it is.
    pub(crate) fn update(&self, jacobian: &mut DMatrix<f64>) -> bool {
        if !self.fits(jacobian) {
            return false;
        }
        let weighted = self.step.component_mul(&weights(jacobian));
        let missing = &self.change - &*jacobian * &self.step;
        jacobian.ger(self.step.dot(&weighted).recip(), &missing, &weighted, 1.0);
        true
    }

    fn fits(&self, jacobian: &DMatrix<f64>) -> bool {
        let fits = self.step.len() == jacobian.ncols() && self.change.len() == jacobian.nrows();
        let is_finite = self.change.iter().all(|value| value.is_finite());
        fits && is_finite && self.step.norm_squared() >= SHORTEST_STEP * SHORTEST_STEP
    }
}

/// How much of a change each of the k parameters takes: the lengths of their columns.
fn weights(jacobian: &DMatrix<f64>) -> DVector<f64> {
    let columns = jacobian.column_iter().map(|column| column.norm());
    let lengths = DVector::from_iterator(jacobian.ncols(), columns);
    // Columns of zeros may be wrong too.
    (&lengths / lengths.norm().max(f64::MIN_POSITIVE)).add_scalar(LEAST_WEIGHT)
}

/// Turns the m × k `jacobian` by a small change after which it nearly maps every step onto its change:
/// `J += E·(SᵀWS + D)⁻¹·SᵀW`, where the columns of S are the steps, those of E what J misses of the
/// changes, W as in [`Secant::update`], and D the doubt: a part of the diagonal of SᵀWS that grows
/// with the length of the step.
///
/// With D = 0 it is the least change after which all secants hold (the multi-secant form of Broyden's
/// update; Fang and Saad, Numerical Linear Algebra with Applications 16, 2009). One update after the
/// other keeps only the last. Secants that [`Secant::update`] would pass over are passed over here.
pub(crate) fn bend(jacobian: &mut DMatrix<f64>, secants: &[Secant]) {
    let fitting: Vec<&Secant> = secants.iter().filter(|secant| secant.fits(jacobian)).collect();
    if fitting.is_empty() {
        return;
    }
    let steps: Vec<_> = fitting.iter().map(|secant| secant.step.clone()).collect();
    let steps = DMatrix::from_columns(&steps);
    let missing: Vec<_> =
        fitting.iter().map(|secant| &secant.change - &*jacobian * &secant.step).collect();
    let weighted = DMatrix::from_diagonal(&weights(jacobian)) * &steps;
    let mut kernel = steps.tr_mul(&weighted);
    let doubts = steps.column_iter().map(|step| DOUBT * step.norm_squared() + LEAST_DOUBT);
    let doubts = DVector::from_iterator(fitting.len(), doubts);
    kernel.set_diagonal(&kernel.diagonal().component_mul(&doubts.add_scalar(1.0)));
    if let Some(kernel) = Cholesky::new(kernel) {
        *jacobian += DMatrix::from_columns(&missing) * kernel.solve(&weighted.transpose());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secant_holds_afterwards_and_long_columns_take_most_of_the_blame() {
        let mut jacobian = DMatrix::from_row_slice(3, 2, &[30.0, 0.0, 0.0, 1.0, 40.0, 0.0]);
        let before = jacobian.clone();
        let step = DVector::from_vec(vec![0.3, 0.3]);
        let change = DVector::from_vec(vec![1.0, -2.0, 0.5]);
        assert!(Secant { step: step.clone(), change: change.clone() }.update(&mut jacobian));
        assert!((&jacobian * step - change).norm() < 1e-12);
        let turned = jacobian - before;
        assert!(turned.column(0).norm() > 20.0 * turned.column(1).norm(), "{turned}");
        assert!(turned.column(1).norm() > 0.0);
    }

    #[test]
    fn steps_on_independent_axes_rebuild_a_linear_map() {
        let truth = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, -3.0, 0.5]);
        let mut jacobian = DMatrix::zeros(2, 2);
        for axis in 0..2 {
            let mut step = DVector::zeros(2);
            step[axis] = 0.1;
            let change = &truth * &step;
            assert!(Secant { step, change }.update(&mut jacobian));
        }
        assert!((jacobian - truth).norm() < 1e-12);
    }

    fn secant(truth: &DMatrix<f64>, step: &[f64]) -> Secant {
        let step = DVector::from_row_slice(step);
        Secant { change: truth * &step, step }
    }

    #[test]
    fn several_secants_hold_at_once_where_one_after_the_other_keeps_the_last() {
        let truth = DMatrix::from_row_slice(3, 2, &[1.0, 2.0, -3.0, 0.5, 0.2, 1.0]);
        let believed = DMatrix::from_row_slice(3, 2, &[2.0, 1.0, -1.0, 1.5, 1.0, 0.1]);
        let secants = [secant(&truth, &[0.1, 0.02]), secant(&truth, &[0.06, 0.05])];
        let (mut together, mut in_turn) = (believed.clone(), believed.clone());
        bend(&mut together, &secants);
        for secant in &secants {
            assert!(secant.update(&mut in_turn));
        }
        let missed = |jacobian: &DMatrix<f64>| (jacobian - &truth).norm() / truth.norm();
        assert!(missed(&together) < 0.01, "{together}");
        assert!(missed(&in_turn) > 0.1, "{in_turn}");
    }

    #[test]
    fn a_long_secant_is_doubted_more_than_a_short_one() {
        let believed = DMatrix::from_element(1, 1, 1.0);
        let truth = DMatrix::from_element(1, 1, 3.0);
        let bent = |step: f64| {
            let mut jacobian = believed.clone();
            bend(&mut jacobian, &[secant(&truth, &[step])]);
            jacobian[(0, 0)]
        };
        assert!(bent(0.1) > 2.99 && bent(1.0) < bent(0.1) && bent(1.0) > 2.9, "{}", bent(1.0));
    }

    #[test]
    fn queries_at_one_point_and_broken_ones_do_no_harm() {
        let truth = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, -3.0, 0.5]);
        let broken = Secant {
            step: DVector::from_element(2, 0.1),
            change: DVector::from_element(2, f64::NAN),
        };
        let twice = [secant(&truth, &[0.2, 0.0]), broken.clone(), secant(&truth, &[0.2, 0.0])];
        let mut jacobian = DMatrix::identity(2, 2);
        bend(&mut jacobian, &twice);
        assert!((jacobian.column(0) - truth.column(0)).norm() < 0.01, "{jacobian}");
        let before = jacobian.clone();
        bend(&mut jacobian, &[broken, secant(&truth, &[1e-6, 0.0])]);
        assert_eq!(jacobian, before);
    }

    #[test]
    fn noise_on_a_tiny_step_is_not_taken_for_slope() {
        let mut jacobian = DMatrix::identity(2, 2);
        let step = DVector::from_element(2, 1e-6);
        let change = DVector::from_vec(vec![0.01, -0.01]);
        assert!(!Secant { step, change }.update(&mut jacobian));
        let step = DVector::from_element(2, 0.1);
        let change = DVector::from_element(2, f64::NAN);
        assert!(!Secant { step, change }.update(&mut jacobian));
        assert_eq!(jacobian, DMatrix::identity(2, 2));
    }
}
