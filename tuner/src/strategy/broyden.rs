//! Secant updates of a Jacobian.

use nalgebra::{DMatrix, DVector};

/// Steps shorter than this say more about noise than about the slope.
const SHORTEST_STEP: f64 = 1e-4;

/// What a change of the parameters changed in the residual.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Secant {
    /// Change of the k free parameters, canonical units.
    pub(crate) step: DVector<f64>,
    /// Change of the m residuals.
    pub(crate) change: DVector<f64>,
}

impl Secant {
    /// Turns the m × k `jacobian` by the least change (in the Frobenius norm) after which it maps
    /// the step onto the change: `J += (y − J·s)·sᵀ / (sᵀs)` (Broyden, Mathematics of Computation
    /// 19, 1965, the first or "good" update).
    ///
    /// Says whether it did: a step shorter than a ten-thousandth, one with other lengths than the
    /// Jacobian's, or one that is not finite leaves the Jacobian as it is.
    pub(crate) fn update(&self, jacobian: &mut DMatrix<f64>) -> bool {
        let fits = self.step.len() == jacobian.ncols() && self.change.len() == jacobian.nrows();
        if !fits {
            return false;
        }
        let length_squared = self.step.norm_squared();
        let missing = &self.change - &*jacobian * &self.step;
        let is_finite = missing.iter().all(|value| value.is_finite());
        if !is_finite || length_squared < SHORTEST_STEP * SHORTEST_STEP {
            return false;
        }
        jacobian.ger(length_squared.recip(), &missing, &self.step, 1.0);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secant_holds_afterwards_and_nothing_changes_across_it() {
        let mut jacobian = DMatrix::from_row_slice(3, 2, &[1.0, 2.0, 0.0, 1.0, 3.0, -1.0]);
        let before = jacobian.clone();
        let step = DVector::from_vec(vec![0.3, 0.4]);
        let change = DVector::from_vec(vec![1.0, -2.0, 0.5]);
        assert!(Secant { step: step.clone(), change: change.clone() }.update(&mut jacobian));
        assert!((&jacobian * step - change).norm() < 1e-12);
        let across = DVector::from_vec(vec![-0.4, 0.3]);
        assert!((jacobian * &across - before * across).norm() < 1e-12);
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
