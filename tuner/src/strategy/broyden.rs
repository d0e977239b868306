//! Secant updates of a Jacobian.

use nalgebra::{DMatrix, DVector};

/// Steps shorter than this say more about noise than about the slope.
const SHORTEST_STEP: f64 = 1e-4;
/// Weight of a parameter that is thought to change nothing, as a part of all parameters' length.
const LEAST_WEIGHT: f64 = 0.02;

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
        let fits = self.step.len() == jacobian.ncols() && self.change.len() == jacobian.nrows();
        if !fits {
            return false;
        }
        let lengths = DVector::from_iterator(
            jacobian.ncols(),
            jacobian.column_iter().map(|column| column.norm()),
        );
        // Columns of zeros may be wrong too.
        let weights = &lengths / lengths.norm().max(f64::MIN_POSITIVE);
        let weighted = self.step.component_mul(&weights.add_scalar(LEAST_WEIGHT));
        let missing = &self.change - &*jacobian * &self.step;
        let is_finite = missing.iter().all(|value| value.is_finite());
        if !is_finite || self.step.norm_squared() < SHORTEST_STEP * SHORTEST_STEP {
            return false;
        }
        jacobian.ger(self.step.dot(&weighted).recip(), &missing, &weighted, 1.0);
        true
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
