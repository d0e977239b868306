//! Where a measured picture would come nearest to the goal, pixel by pixel, if the pipeline changed
//! it as the simulator changes its own.

use nalgebra::DVector;

use super::Task;
use super::free_box::FreeBox;
use super::least_squares::damped_step;
use super::pixel_model::PixelModel;
use super::simulation::{Simulation, moved_inwards};
use crate::{Planes, mse};

/// Levenberg–Marquardt iterations on the simulator; each renders ten pictures.
const ITERATIONS: usize = 20;
/// Damping of the first iteration.
const FIRST_DAMPING: f64 = 1e-2;
/// Damping after an iteration that came nearer, as a factor.
const ON_SUCCESS: f64 = 0.2;
/// Damping after one that did not, as a factor.
const ON_FAILURE: f64 = 6.0;
/// An iteration that lowers the squared error by a smaller part is the last one.
const LEAST_GAIN: f64 = 1e-3;

/// A step of the free parameters with what it promises.
pub(super) struct PixelFit {
    /// Change of the parameters.
    pub(super) step: DVector<f64>,
    /// Part of the mean squared error that would be gone, 0 … 1.
    pub(super) promise: f64,
}

/// What is known of the pipeline: a measured picture, and the simulator where it gives nearly that.
pub(super) struct PixelStart<'a> {
    /// The parameters of the picture.
    pub(super) best: &'a DVector<f64>,
    /// The measured picture.
    pub(super) picture: &'a Planes,
    /// Where the simulator gives nearly the picture.
    pub(super) explained: &'a DVector<f64>,
}

impl PixelFit {
    /// Adds to the measured picture what the simulator changes, and seeks where that is nearest to
    /// the goal (output space mapping; Bakr et al., Optimization and Engineering 1, 2000). It costs
    /// no query. It is sought from each of `starts`, points of the free parameters. `None` where
    /// pictures differ in size or are broken, and when the task is cancelled.
    pub(super) fn find(
        simulation: &mut Simulation,
        free: &FreeBox,
        task: &Task,
        start: &PixelStart<'_>,
        starts: &[DVector<f64>],
    ) -> Option<Self> {
        let mut surrogate = Surrogate::new(simulation, free, task, start)?;
        let first = surrogate.error(start.picture)?;
        let mut nearest: Option<Place> = None;
        for begin in starts {
            let reached = surrogate.descend(begin - start.best)?;
            if nearest.as_ref().is_none_or(|nearest| reached.error < nearest.error) {
                nearest = Some(reached);
            }
        }
        let Place { step, error, .. } = nearest?;
        Some(Self { step, promise: 1.0 - error / first.max(f64::MIN_POSITIVE) })
    }
}

/// The pipeline as it is taken to be: the measured picture, changed as the simulator changes its own.
struct Surrogate<'a> {
    simulation: &'a mut Simulation,
    free: &'a FreeBox,
    task: &'a Task,
    start: &'a PixelStart<'a>,
    /// Where the simulator stands for the measured picture.
    from: &'a DVector<f64>,
    /// The simulator's picture there.
    base: Planes,
}

/// A step from the best query, with what it comes to.
struct Place {
    step: DVector<f64>,
    /// The simulator's picture.
    simulated: Planes,
    /// What the pipeline is taken to give.
    picture: Planes,
    /// Its mean squared error.
    error: f64,
}

impl<'a> Surrogate<'a> {
    fn new(
        simulation: &'a mut Simulation,
        free: &'a FreeBox,
        task: &'a Task,
        start: &'a PixelStart<'a>,
    ) -> Option<Self> {
        let base = simulation.picture(&free.params(start.best.as_slice()))?;
        let mut itself = Self { simulation, free, task, start, from: start.best, base };
        // What explains the functionals may be far off where they are blind, and on a pipeline that
        // behaves like the simulator the parameters explain themselves.
        let explained = itself.simulate(start.explained)?;
        let missed = |simulated: &Planes| mse(simulated, start.picture, None).unwrap_or(f64::MAX);
        if missed(&explained) < missed(&itself.base) {
            (itself.from, itself.base) = (start.explained, explained);
        }
        Some(itself)
    }

    fn simulate(&mut self, point: &DVector<f64>) -> Option<Planes> {
        self.simulation.picture(&self.free.params(point.as_slice()))
    }

    fn error(&self, picture: &Planes) -> Option<f64> {
        mse(picture, &self.task.goal, Some(&self.task.mask))
    }

    fn at(&mut self, step: DVector<f64>) -> Option<Place> {
        let simulated = self.simulate(&(self.from + &step))?;
        let picture = shifted(self.start.picture, &simulated, &self.base);
        let error = self.error(&picture)?;
        Some(Place { step, simulated, picture, error })
    }

    /// The simulator's pictures around a place, and how far each parameter was moved for them.
    fn around(&mut self, place: &Place) -> Option<(Vec<Planes>, Vec<f64>)> {
        let (differences, moved) = moved_inwards(&(self.from + &place.step));
        let moved = moved.iter().map(|point| self.simulate(point)).collect::<Option<_>>()?;
        Some((moved, differences))
    }

    /// The least error that Levenberg–Marquardt finds from a step on. `None` as in
    /// [`PixelFit::find`].
    fn descend(&mut self, step: DVector<f64>) -> Option<Place> {
        let mut here = self.at(step)?;
        let mut damping = FIRST_DAMPING;
        let mut model: Option<PixelModel> = None;
        for _ in 0..ITERATIONS {
            if model.is_none() {
                let (moved, differences) = self.around(&here)?;
                let Place { picture, simulated, .. } = &here;
                model = PixelModel::new(self.task, picture, simulated, &moved, &differences);
            }
            let bounds = self.free.room((self.start.best + &here.step).as_slice());
            // Where pixels say nothing of the parameters, a start ends; the others may not.
            let Some(PixelModel { jacobian, residual }) = &model else { break };
            let Some(further) = damped_step(jacobian, residual, damping, &bounds) else { break };
            let there = self.at(&here.step + further.step)?;
            if there.error >= here.error {
                damping *= ON_FAILURE;
                continue;
            }
            let gain = 1.0 - there.error / here.error;
            (here, model) = (there, None);
            damping *= ON_SUCCESS;
            if gain < LEAST_GAIN {
                break;
            }
        }
        Some(here)
    }
}

/// `picture` + `there` − `base`.
fn shifted(picture: &Planes, there: &Planes, base: &Planes) -> Planes {
    let mut shifted = picture.clone();
    let changes = there.channels().into_iter().zip(base.channels());
    for (channel, (there, base)) in shifted.channels_mut().into_iter().zip(changes) {
        for (value, (there, base)) in channel.iter_mut().zip(there.iter().zip(base)) {
            *value += there - base;
        }
    }
    shifted
}
