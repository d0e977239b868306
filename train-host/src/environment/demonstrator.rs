//! Who knows the answer where nobody has chosen it.

use std::sync::Arc;

use isp_hw::{Input, Renderer, ViewSimulator};
use tuner::{
    Frame, Limits, Measured, Params, PipelineError, Planes, Simulator, Task, View, mse, strategy,
};

/// Queries of the search.
const QUERIES: usize = 10;
/// The strategy that searches; it needs no policy.
const STRATEGY: &str = "model";

/// A demonstrator of goals that another pipeline made: it searches with the practised pipeline as
/// its own simulator, so that it finds nearly the best that the pipeline can do.
pub(super) struct Demonstrator {
    simulator: Option<ViewSimulator<Box<dyn Renderer>>>,
    limits: Limits,
}

impl Demonstrator {
    /// A demonstrator for a practised pipeline (`renderer`) on this square picture.
    pub(super) fn new(renderer: Box<dyn Renderer>, frame: &Frame) -> Result<Self, PipelineError> {
        let limits = Limits::of_table(renderer.parameters());
        let [width, height] = frame.size();
        let view = View::whole(width, height);
        let simulator = ViewSimulator::new(renderer, &Input::srgb(frame.clone()), &view)?;
        Ok(Self { simulator: Some(simulator), limits })
    }

    /// The best parameters of ten queries of `pipeline`, which turns neutral parameters into
    /// `found`; neutral ones when asked twice.
    pub(super) fn search(
        &mut self,
        pipeline: &mut dyn Simulator,
        found: &Planes,
        goal: &Planes,
    ) -> Params {
        let mask = vec![true; goal.pixel_count()];
        let (initial, goal) = (found.clone(), goal.clone());
        let (start, limits, cancel) = (Params::NEUTRAL, self.limits, Arc::default());
        let task =
            Task { initial, goal, mask, style: None, start, limits, budget: QUERIES, cancel };
        let mut best = (Params::NEUTRAL, f64::INFINITY);
        let own = self.simulator.take();
        let strategy = own.and_then(|own| strategy::by_name(STRATEGY, 0, Box::new(own), None));
        let Some(mut strategy) = strategy else { return best.0 };
        for _ in 0..QUERIES {
            let Some(params) = strategy.ask(&task) else { break };
            let picture = pipeline.simulate(&params);
            let error = mse(&picture, &task.goal, None).unwrap_or(f64::INFINITY);
            if error < best.1 {
                best = (params, error);
            }
            strategy.tell(&task, &Measured { params, picture: &picture, mse: error });
        }
        best.0
    }
}
