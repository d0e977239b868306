//! The make that explains a device's answers best.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::coefficients;
use super::problem::{NormalEquations, Problem};
use crate::variant::Make;

/// Error of a sample that is expected of a good fit, as a part of white: half an 8-bit step. The
/// squared error in these units is what the expected deviations of the coefficients are weighed
/// against.
const SAMPLE_ERROR: f64 = 0.5 / 255.0;
/// Damping of the first step, as a part of each coefficient's own curvature.
const FIRST_DAMPING: f64 = 1e-2;
/// Damping beyond which no step is worth trying.
const MOST_DAMPING: f64 = 1e8;
/// A fit has converged when an iteration lowers the error by less than this part.
const CONVERGED: f64 = 1e-4;
/// Iterations with which makes of another structure are compared.
const TRIAL_ITERATIONS: usize = 5;
/// Iterations of the fit that is kept.
const MOST_ITERATIONS: usize = 60;
/// Another structure must lower the error by this part.
const WORTH_A_CHANGE: f64 = 0.02;
/// A fit this near (rms, as a part of white) misses no more than rounding to 8 bits does: no other
/// structure can explain more.
const ROUNDING: f64 = 0.3 / 255.0;
/// Changes of the structure, at most.
const MOST_CHANGES: usize = 8;

/// A make with how well it explains the answers.
#[derive(Debug, Clone)]
struct Fit {
    make: Make,
    /// Squared error with the prior's share.
    cost: f64,
    damping: f64,
}

/// The make that explains all answers best, sought from `start`: its coefficients by least squares,
/// the order of its steps and its clips by trying neighbours of what has been found so far, on
/// `some` answers.
pub(super) fn fit(some: &Problem<'_>, all: &Problem<'_>, start: &Make) -> Make {
    let mut best = descend(some, start, start, FIRST_DAMPING, TRIAL_ITERATIONS + 3);
    let rounding = some.samples() as f64 * (ROUNDING / SAMPLE_ERROR).powi(2);
    for _ in 0..MOST_CHANGES {
        if best.cost < rounding {
            break;
        }
        let trials = neighbours(&best.make)
            .into_iter()
            .map(|make| descend(some, start, &make, FIRST_DAMPING, TRIAL_ITERATIONS));
        let better = trials.min_by(|a, b| a.cost.total_cmp(&b.cost));
        let stayed = descend(some, start, &best.make, best.damping, TRIAL_ITERATIONS);
        match better {
            Some(better) if better.cost < (1.0 - WORTH_A_CHANGE) * stayed.cost => best = better,
            _ => {
                best = stayed;
                break;
            }
        }
    }
    descend(all, start, &best.make, best.damping, MOST_ITERATIONS).make
}

/// Makes that differ by one exchange of neighbouring steps, or in whether they clip.
fn neighbours(make: &Make) -> Vec<Make> {
    let mut neighbours = vec![Make { clips: !make.clips, ..make.clone() }];
    // Exposure is a common factor: it comes first in every make.
    for first in 1..make.steps.len() - 1 {
        let mut steps = make.steps;
        steps.swap(first, first + 1);
        neighbours.push(Make { steps, ..make.clone() });
    }
    neighbours
}

/// Levenberg–Marquardt with the gain ratio of Nielsen ("Damping parameter in Marquardt's method",
/// IMM-REP-1999-05), in double precision, with expected deviations from `expected` as a prior.
fn descend(
    problem: &Problem<'_>,
    expected: &Make,
    start: &Make,
    damping: f64,
    iterations: usize,
) -> Fit {
    let expected = coefficients::of(expected);
    let weights = coefficients::expected_deviations().map(|deviation| deviation.powi(-2));
    let scale = SAMPLE_ERROR.powi(-2);
    let strayed =
        |at: &DVector<f64>| -> f64 { (at - &expected).map(|value| value * value).dot(&weights) };
    let mut at = coefficients::of(start);
    let mut equations = problem.normal_equations(start);
    let mut cost = scale * equations.error + strayed(&at);
    let (mut damping, mut growth) = (damping, 2.0);
    let mut left = iterations;
    while left > 0 && damping < MOST_DAMPING {
        left -= 1;
        let NormalEquations { normal, slope, .. } = &equations;
        let normal = scale * normal + DMatrix::from_diagonal(&weights);
        let slope = scale * slope + weights.component_mul(&(&at - &expected));
        let damped = &normal + DMatrix::from_diagonal(&(damping * normal.diagonal()));
        let Some(solved) = Cholesky::new(damped).map(|factors| factors.solve(&-&slope)) else {
            damping *= growth;
            growth *= 2.0;
            continue;
        };
        let promise = -2.0 * slope.dot(&solved) - solved.dot(&(&normal * &solved));
        let there = &at + &solved;
        let make = coefficients::make_of(&there, start);
        let cost_there = scale * problem.error(&make) + strayed(&there);
        let gain = cost - cost_there;
        if gain.is_nan() || gain <= 0.0 || promise <= 0.0 {
            damping *= growth;
            growth *= 2.0;
            continue;
        }
        let ratio = gain / promise;
        damping *= (1.0 - (2.0 * ratio - 1.0).powi(3)).max(1.0 / 3.0);
        growth = 2.0;
        let converged = gain < CONVERGED * cost;
        (at, cost) = (there, cost_there);
        if converged {
            break;
        }
        equations = problem.normal_equations(&make);
    }
    Fit { make: coefficients::make_of(&at, start), cost, damping }
}
