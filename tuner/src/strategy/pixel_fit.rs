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
        let error = |picture: &Planes| mse(picture, &task.goal, Some(&task.mask));
        let mut simulate =
            |point: &DVector<f64>| simulation.picture(&free.params(point.as_slice()));
        // What explains the functionals may be far off where they are blind, and on a pipeline that
        // behaves like the simulator the parameters explain themselves.
        let itself = &(start.best, simulate(start.best)?);
        let explained = &(start.explained, simulate(start.explained)?);
        let missed = |simulated: &Planes| mse(simulated, start.picture, None).unwrap_or(f64::MAX);
        let is_itself = missed(&itself.1) <= missed(&explained.1);
        let (from, base) = if is_itself { itself } else { explained };
        let surrogate = |simulated: &Planes| shifted(start.picture, simulated, base);
        let first = error(start.picture)?;
        let mut nearest: Option<(DVector<f64>, f64)> = None;
        for begin in starts {
            let mut step = begin - start.best;
            let mut here = simulate(&(*from + &step))?;
            let mut picture = surrogate(&here);
            let mut reached = error(&picture)?;
            let mut damping = FIRST_DAMPING;
            let mut model: Option<PixelModel> = None;
            for _ in 0..ITERATIONS {
                let point = *from + &step;
                if model.is_none() {
                    let (differences, moved) = moved_inwards(&point);
                    let moved = moved.iter().map(&mut simulate).collect::<Option<Vec<Planes>>>()?;
                    model = PixelModel::new(task, &picture, &here, &moved, &differences);
                }
                let bounds = free.room((start.best + &step).as_slice());
                // Where pixels say nothing of the parameters, a start ends; the others may not.
                let Some(PixelModel { jacobian, residual }) = &model else { break };
                let Some(further) = damped_step(jacobian, residual, damping, &bounds) else {
                    break;
                };
                let there = simulate(&(point + &further.step))?;
                let moved = surrogate(&there);
                let error = error(&moved)?;
                if error >= reached {
                    damping *= ON_FAILURE;
                    continue;
                }
                let gain = 1.0 - error / reached;
                step += further.step;
                (here, picture, reached, model) = (there, moved, error, None);
                damping *= ON_SUCCESS;
                if gain < LEAST_GAIN {
                    break;
                }
            }
            if nearest.as_ref().is_none_or(|(_, least)| reached < *least) {
                nearest = Some((step, reached));
            }
        }
        let (step, reached) = nearest?;
        Some(Self { step, promise: 1.0 - reached / first.max(f64::MIN_POSITIVE) })
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
