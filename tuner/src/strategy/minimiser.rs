//! Search of a box without knowledge of what is searched, and its use on a pipeline.

use super::free_box::FreeBox;
use super::{Measured, SearchStrategy, Task};
use crate::Params;

/// A minimiser of any function of n numbers, in the ask–tell form. It sees nothing but values.
pub trait Minimiser {
    /// The next point to evaluate (length n), the same until its value is told; `None` when
    /// nothing better is to be expected.
    fn ask(&mut self) -> Option<Vec<f64>>;

    /// The function's value at the point asked for last; NaN counts as +∞.
    fn tell(&mut self, value: f64);
}

/// Makes a minimiser over the cube [−1, 1]^n from a start in it (length n ≥ 1) and a seed.
pub(crate) type MakeMinimiser = fn(start: &[f64], seed: u64) -> Box<dyn Minimiser + Send>;

/// A [`Minimiser`] of the mean squared error over the free parameters. The minimiser works in a cube
/// whose faces are the limits, so that narrow limits make small steps.
pub(crate) struct BlackBoxSearch {
    name: &'static str,
    make: MakeMinimiser,
    seed: u64,
    search: Option<(FreeBox, Box<dyn Minimiser + Send>)>,
    all_locked_told: bool,
}

impl BlackBoxSearch {
    /// A search that starts at the allowed vector nearest to neutral.
    pub(crate) fn new(name: &'static str, make: MakeMinimiser, seed: u64) -> Self {
        Self { name, make, seed, search: None, all_locked_told: false }
    }
}

impl SearchStrategy for BlackBoxSearch {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if task.limits.free_axes().is_empty() {
            return (!self.all_locked_told).then(|| FreeBox::of(task).start());
        }
        let (make, seed) = (self.make, self.seed);
        let (free, minimiser) = self.search.get_or_insert_with(|| {
            let free = FreeBox::of(task);
            let minimiser = make(&free.cube_point(&free.start()), seed);
            (free, minimiser)
        });
        minimiser.ask().map(|point| free.of_cube_point(&point))
    }

    fn tell(&mut self, _: &Task, measured: &Measured<'_>) {
        match &mut self.search {
            Some((_, minimiser)) => minimiser.tell(measured.mse),
            None => self.all_locked_told = true,
        }
    }
}
