//! One damped least-squares step in a box.

use nalgebra::{Cholesky, DMatrix, DVector};

/// Part of the mean sensitivity that damps every parameter: without it a direction to which the
/// residual is blind (three gains and exposure are four numbers for three degrees of freedom) would
/// be left undamped, and its step would be noise.
const COMMON_DAMPING: f64 = 1e-2;

/// Damping below this cannot be told from none in `f64`.
const LEAST_DAMPING: f64 = 1e-12;

/// A step with what it promises.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DampedStep {
    /// Change of the k parameters, within the bounds.
    pub(crate) step: DVector<f64>,
    /// By how much the linear model lowers the squared residual, `‖r‖² − ‖r + J·step‖²`.
    pub(crate) predicted_gain: f64,
}

/// The step s in a box that minimises `‖r + J·s‖² + λ·Σ d_k·s_k²`, where d is the diagonal of JᵀJ
/// plus a hundredth of that diagonal's mean.
///
/// This is a Gauss–Newton step damped after Levenberg and Marquardt (Marquardt, J. SIAM 11, 1963)
/// and solved exactly under bounds by an active set, in the manner of Stark and Parker's bounded
/// least squares (Computational Statistics 10, 1995): the strictly convex problem has one solution.
///
/// `jacobian` is m × k, `residual` (current − goal) has m entries, `bounds` are k intervals of the
/// *step* that contain 0, `damping` is λ ≥ 0. `None` when the lengths do not fit together, an
/// interval does not contain 0, or a number is not finite.
pub(crate) fn damped_step(
    jacobian: &DMatrix<f64>,
    residual: &DVector<f64>,
    damping: f64,
    bounds: &[[f64; 2]],
) -> Option<DampedStep> {
    let k = jacobian.ncols();
    let fits = jacobian.nrows() == residual.len() && bounds.len() == k;
    let feasible = bounds.iter().all(|[low, high]| *low <= 0.0 && *high >= 0.0);
    if !fits || !feasible || !damping.is_finite() {
        return None;
    }
    let normal = jacobian.transpose() * jacobian;
    let slope = jacobian.transpose() * residual;
    if !normal.iter().chain(slope.iter()).all(|value| value.is_finite()) {
        return None;
    }
    if k == 0 {
        return Some(DampedStep { step: DVector::zeros(0), predicted_gain: 0.0 });
    }
    let common = COMMON_DAMPING * normal.diagonal().mean();
    // A Jacobian of zeros promises nothing, but its step (0) is still well defined.
    let common = if common > 0.0 { common } else { 1.0 };
    let weights = normal.diagonal().add_scalar(common) * damping.max(LEAST_DAMPING);
    let hessian = normal + DMatrix::from_diagonal(&weights);
    let step = minimise_in_box(&hessian, &slope, bounds)?;
    let predicted_gain = residual.norm_squared() - (residual + jacobian * &step).norm_squared();
    Some(DampedStep { step, predicted_gain })
}

/// The minimum of `½·sᵀHs + gᵀs` over a box that contains 0, for a positive definite H.
fn minimise_in_box(
    hessian: &DMatrix<f64>,
    slope: &DVector<f64>,
    bounds: &[[f64; 2]],
) -> Option<DVector<f64>> {
    let k = slope.len();
    let mut step = DVector::zeros(k);
    let mut held = vec![false; k];
    // Each round holds or frees one parameter. The value never rises, so no set of held parameters
    // comes back but by a tie; the limit ends those, at a point that is still in the box.
    for _ in 0..8 * k + 8 {
        let target = solve_free(hessian, slope, &step, &held)?;
        if let Some(block) = first_block(&step, &target, &held, bounds) {
            step += block.fraction * (target - &step);
            *step.get_mut(block.index)? = block.bound;
            *held.get_mut(block.index)? = true;
        } else {
            step = target;
            let gradient = hessian * &step + slope;
            let Some(index) = worst_held(&gradient, &step, &held, bounds) else { break };
            *held.get_mut(index)? = false;
        }
    }
    for (value, [low, high]) in step.iter_mut().zip(bounds) {
        *value = value.clamp(*low, *high);
    }
    Some(step)
}

/// The minimum over the parameters that are not held, the others staying where `step` has them.
fn solve_free(
    hessian: &DMatrix<f64>,
    slope: &DVector<f64>,
    step: &DVector<f64>,
    held: &[bool],
) -> Option<DVector<f64>> {
    let mut system = hessian.clone();
    let held_step = DVector::from_iterator(
        step.len(),
        step.iter().zip(held).map(|(value, held)| if *held { *value } else { 0.0 }),
    );
    let mut right = -(slope + hessian * &held_step);
    for (index, _) in held.iter().enumerate().filter(|(_, held)| **held) {
        system.row_mut(index).fill(0.0);
        system.column_mut(index).fill(0.0);
        *system.get_mut((index, index))? = 1.0;
        *right.get_mut(index)? = *held_step.get(index)?;
    }
    Some(Cholesky::new(system)?.solve(&right))
}

/// The bound that is met first on a straight way.
struct Block {
    index: usize,
    bound: f64,
    /// Part of the way to it, 0 … 1.
    fraction: f64,
}

fn first_block(
    step: &DVector<f64>,
    target: &DVector<f64>,
    held: &[bool],
    bounds: &[[f64; 2]],
) -> Option<Block> {
    let ways = step.iter().zip(target.iter()).zip(held.iter().zip(bounds)).enumerate();
    ways.filter_map(|(index, ((&from, &to), (&held, &[low, high])))| {
        let bound = if to < low { low } else { high };
        let crossed = !held && !(low..=high).contains(&to);
        let fraction = ((bound - from) / (to - from)).clamp(0.0, 1.0);
        crossed.then_some(Block { index, bound, fraction })
    })
    .min_by(|a, b| a.fraction.total_cmp(&b.fraction))
}

/// The held parameter that would gain most from leaving its bound inwards.
fn worst_held(
    gradient: &DVector<f64>,
    step: &DVector<f64>,
    held: &[bool],
    bounds: &[[f64; 2]],
) -> Option<usize> {
    let smallest = 1e-12 * gradient.amax();
    let rates = step.iter().zip(gradient.iter()).zip(held.iter().zip(bounds)).enumerate();
    rates
        .filter_map(|(index, ((&at, &rate), (&held, &[low, high])))| {
            let inwards = if at <= low { -rate } else { rate };
            (held && low < high && inwards > smallest).then_some((index, inwards))
        })
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPEN: [f64; 2] = [-1e6, 1e6];

    #[test]
    fn solves_a_linear_problem_at_once_when_hardly_damped() {
        let jacobian = DMatrix::from_row_slice(3, 2, &[1.0, 2.0, 0.0, 1.0, 3.0, -1.0]);
        let truth = DVector::from_vec(vec![0.4, -0.7]);
        let residual = -(&jacobian * &truth);
        let found = damped_step(&jacobian, &residual, 1e-9, &[OPEN; 2]).unwrap();
        assert!((found.step - truth).norm() < 1e-7);
        assert!((found.predicted_gain - residual.norm_squared()).abs() < 1e-7);
    }

    #[test]
    fn a_direction_the_residual_is_blind_to_gets_no_step() {
        // The first two parameters do the same, the third does nothing.
        let jacobian = DMatrix::from_row_slice(2, 3, &[1.0, 1.0, 0.0, 2.0, 2.0, 0.0]);
        let residual = DVector::from_vec(vec![-1.0, -2.0]);
        let found = damped_step(&jacobian, &residual, 1e-6, &[OPEN; 3]).unwrap();
        let step = found.step;
        assert!((step[0] - 0.5).abs() < 1e-5 && (step[1] - 0.5).abs() < 1e-5, "{step}");
        assert_eq!(step[2], 0.0);
        let blind = damped_step(&DMatrix::zeros(2, 3), &residual, 0.0, &[OPEN; 3]).unwrap();
        assert_eq!(blind.step, DVector::zeros(3));
    }

    #[test]
    fn what_a_bound_takes_from_one_parameter_the_others_make_good() {
        // Clamping the free solution (1, 0) would leave a residual; the bounded one moves on.
        let jacobian = DMatrix::from_row_slice(2, 2, &[1.0, 0.9, 0.0, 0.1]);
        let residual = DVector::from_vec(vec![-1.0, 0.0]);
        let found = damped_step(&jacobian, &residual, 0.0, &[[-1.0, 0.5], [-1.0, 1.0]]).unwrap();
        let expected = 0.9 * 0.5 / (0.81 + 0.01);
        assert!((found.step[0] - 0.5).abs() < 1e-12);
        assert!((found.step[1] - expected).abs() < 1e-6, "{}", found.step);
    }

    #[test]
    fn refuses_what_does_not_fit_together() {
        let jacobian = DMatrix::from_element(2, 1, 1.0);
        let residual = DVector::from_element(2, 1.0);
        assert!(damped_step(&jacobian, &residual, 1.0, &[OPEN; 2]).is_none());
        assert!(damped_step(&jacobian, &residual, 1.0, &[[0.1, 1.0]]).is_none());
        let broken = DVector::from_element(2, f64::NAN);
        assert!(damped_step(&jacobian, &broken, 1.0, &[OPEN]).is_none());
    }

    proptest! {
        #[test]
        fn the_step_meets_the_optimality_conditions_of_the_box(
            entries in prop::collection::vec(-1.0..1.0, 12 * 5),
            residual in prop::collection::vec(-1.0..1.0, 12),
            room in prop::collection::vec((0.0..0.6, 0.0..0.6), 5),
            damping in 1e-6..1.0,
        ) {
            let jacobian = DMatrix::from_row_slice(12, 5, &entries);
            let residual = DVector::from_vec(residual);
            let bounds: Vec<[f64; 2]> =
                room.iter().map(|&(low, high): &(f64, f64)| [-low, high]).collect();
            let found = damped_step(&jacobian, &residual, damping, &bounds).unwrap();
            let normal = jacobian.transpose() * &jacobian;
            let mean = normal.diagonal().mean();
            let weights = normal.diagonal().add_scalar(COMMON_DAMPING * mean) * damping;
            let gradient = &normal * &found.step
                + weights.component_mul(&found.step)
                + jacobian.transpose() * &residual;
            prop_assert!(found.predicted_gain >= 0.0);
            for ((&value, &slope), &[low, high]) in
                found.step.iter().zip(gradient.iter()).zip(&bounds)
            {
                prop_assert!(low <= value && value <= high);
                prop_assert!(value <= low || slope < 1e-9, "could go down");
                prop_assert!(value >= high || slope > -1e-9, "could go up");
            }
        }
    }
}
