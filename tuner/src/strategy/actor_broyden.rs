//! Strategy `actor-broyden`: the policy's steps, bent by what its earlier steps did.
//!
//! A policy that knows the pipeline proposes the step to the goal; on a pipeline it does not know,
//! the step is systematically too short, too long or turned. Its proposals are seen as a function
//! F(P) of the parameters whose root is wanted, and solved by Broyden's method. No knowledge of the
//! pipeline is needed, and no query more.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::free_box::FreeBox;
use super::policy::Policy;
use super::{ACTOR_BROYDEN, Measured, SearchStrategy, Task};
use crate::Params;
use crate::actor::Actor;

/// Steps whose squared length is below this say more about noise than about the policy.
const SHORTEST_STEP_SQUARED: f64 = 1e-8;
/// An update must keep the inverse well-conditioned: its denominator is at least this part of the
/// squared step.
const LEAST_DENOMINATOR: f64 = 0.1;
/// A bent step is at most so many times as long as the policy's own.
const LONGEST_STEP: f64 = 3.0;
/// Shorter steps change the picture by less than a tenth of an 8-bit step.
const SMALLEST_STEP: f64 = 1e-4;

/// The root of the policy's proposal, by Broyden's "good" method on the inverse.
pub(super) struct ActorBroyden {
    actor: Arc<Actor>,
    search: Option<Search>,
    pending: Option<Params>,
}

/// State of a search, from the first measured query on.
pub(super) struct Search {
    policy: Policy,
    free: FreeBox,
    /// Approximates −(dF/dP)⁻¹ over the k free parameters; the identity as long as the policy is
    /// believed.
    inverse: DMatrix<f64>,
    last: Option<Proposal>,
}

/// What the policy proposes at a measured point.
struct Proposal {
    point: DVector<f64>,
    step: DVector<f64>,
}

impl ActorBroyden {
    pub(super) fn new(actor: Arc<Actor>) -> Self {
        Self { actor, search: None, pending: None }
    }
}

impl SearchStrategy for ActorBroyden {
    fn name(&self) -> &'static str {
        ACTOR_BROYDEN
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if self.search.is_none() {
            let mut policy = Policy::new(&self.actor, task)?;
            self.pending = Some(policy.first(task)?);
            self.search = Some(Search::new(policy, FreeBox::of(task)));
        }
        self.pending
    }

    fn tell(&mut self, _: &Task, measured: &Measured<'_>) {
        self.pending = self.search.as_mut().and_then(|search| search.after(measured));
    }
}

impl Search {
    pub(super) fn new(policy: Policy, free: FreeBox) -> Self {
        let inverse = DMatrix::identity(free.dimensions(), free.dimensions());
        Self { policy, free, inverse, last: None }
    }

    /// What to ask for after a measured query, whoever proposed that one; `None` when the policy
    /// would change nothing, or what it sees is broken.
    pub(super) fn after(&mut self, measured: &Measured<'_>) -> Option<Params> {
        let step = self.policy.step(measured.picture, &measured.params)?;
        let point = DVector::from_vec(self.free.point(&measured.params));
        let step = DVector::from_vec(self.free.change(&step));
        let newest = Proposal { point, step };
        if let Some(last) = &self.last {
            update(&mut self.inverse, last, &newest);
        }
        let Proposal { point, step } = self.last.insert(newest);
        let mut bent = &self.inverse * &*step;
        bent *= (LONGEST_STEP * step.norm() / bent.norm().max(1e-9)).min(1.0);
        let next = self.free.params((&*point + bent).as_slice());
        let change = DVector::from_vec(self.free.point(&next)) - &*point;
        (change.amax() >= SMALLEST_STEP).then_some(next)
    }
}

/// Makes `inverse` map the change of the proposal (with its sign turned) onto the change of the
/// point: `H += (s − H·y)·sᵀH / (sᵀH·y)` (Broyden, Mathematics of Computation 19, 1965).
fn update(inverse: &mut DMatrix<f64>, from: &Proposal, to: &Proposal) {
    let s = &to.point - &from.point;
    let y = &from.step - &to.step;
    let row = inverse.tr_mul(&s);
    let denominator = row.dot(&y);
    let length_squared = s.norm_squared();
    if length_squared > SHORTEST_STEP_SQUARED && denominator > LEAST_DENOMINATOR * length_squared {
        let missing = s - &*inverse * y;
        inverse.ger(denominator.recip(), &missing, &row, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A policy that is turned and too short, on a problem whose solution is `root`.
    fn proposal(point: &DVector<f64>, root: &DVector<f64>) -> Proposal {
        let map = DMatrix::from_row_slice(2, 2, &[0.6, 0.2, -0.1, 0.5]);
        Proposal { point: point.clone(), step: map * (root - point) }
    }

    #[test]
    fn a_systematically_wrong_policy_is_solved_to_its_root() {
        let root = DVector::from_vec(vec![0.4, -0.3]);
        let error_after = |steps: usize, bends: bool| {
            let mut inverse = DMatrix::identity(2, 2);
            let mut at = proposal(&DVector::zeros(2), &root);
            for _ in 0..steps {
                let next = proposal(&(&at.point + &inverse * &at.step), &root);
                if bends {
                    update(&mut inverse, &at, &next);
                }
                at = next;
            }
            (at.point - &root).norm()
        };
        assert!(error_after(6, true) < 1e-6, "{}", error_after(6, true));
        assert!(error_after(6, false) > 1e-3, "{}", error_after(6, false));
    }

    #[test]
    fn noise_and_contradictions_leave_the_policy_believed() {
        let at = |point: f64, step: f64| Proposal {
            point: DVector::from_element(1, point),
            step: DVector::from_element(1, step),
        };
        let mut inverse = DMatrix::identity(1, 1);
        update(&mut inverse, &at(0.0, 0.1), &at(1e-6, 0.2));
        // The proposal grew on the way to where it pointed.
        update(&mut inverse, &at(0.0, 0.1), &at(0.1, 0.2));
        assert_eq!(inverse, DMatrix::identity(1, 1));
    }
}
