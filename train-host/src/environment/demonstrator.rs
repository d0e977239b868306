//! Who knows the answer where nobody has chosen it.

use std::sync::Arc;

use isp_hw::{Input, Renderer, ViewSimulator};
use tuner::{
    Frame, Limits, Measured, Params, PipelineError, Planes, Simulator, StyleGoal, Task, View, mse,
    strategy,
};

/// Queries of the search.
const QUERIES: usize = 10;
/// The strategies that search, where pixels count and where only the style does; they need no policy.
const STRATEGY: &str = "model";
const STYLE_STRATEGY: &str = "style";

/// A demonstrator of goals that another pipeline made or that show something else: it searches with the practised pipeline as
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
        let task = self.task(found, goal.clone());
        let loss = |picture: &Planes| mse(picture, goal, None).unwrap_or(f64::INFINITY);
        self.best(STRATEGY, &task, pipeline, &loss).map_or(Params::NEUTRAL, |(params, _)| params)
    }

    /// The parameters of ten queries of `pipeline` that come nearest to the style of a goal and keep
    /// the content; neutral ones where that is the picture as found, and when asked twice.
    pub(super) fn search_style(
        &mut self,
        pipeline: &mut dyn Simulator,
        found: &Planes,
        goal: &StyleGoal,
    ) -> Params {
        let mut task = self.task(found, goal.planes());
        task.style = Some(goal.features().clone());
        let judge = goal.judge(found.clone(), task.mask.clone());
        let loss = |picture: &Planes| judge.judge(picture).loss();
        let best = self.best(STYLE_STRATEGY, &task, pipeline, &loss);
        let nearer = best.filter(|(_, least)| *least < loss(found));
        nearer.map_or(Params::NEUTRAL, |(params, _)| params)
    }

    fn task(&self, found: &Planes, goal: Planes) -> Task {
        Task {
            mask: vec![true; found.pixel_count()],
            initial: found.clone(),
            goal,
            style: None,
            start: Params::NEUTRAL,
            limits: self.limits,
            budget: QUERIES,
            cancel: Arc::default(),
        }
    }

    /// The best query with its loss; `None` when asked twice.
    fn best(
        &mut self,
        name: &str,
        task: &Task,
        pipeline: &mut dyn Simulator,
        loss: &dyn Fn(&Planes) -> f64,
    ) -> Option<(Params, f64)> {
        let own = Box::new(self.simulator.take()?);
        let mut strategy = strategy::by_name(name, 0, own, None)?;
        let mut best: Option<(Params, f64)> = None;
        for _ in 0..QUERIES {
            let Some(params) = strategy.ask(task) else { break };
            let picture = pipeline.simulate(&params);
            let error = loss(&picture);
            if best.is_none_or(|(_, least)| error < least) {
                best = Some((params, error));
            }
            strategy.tell(task, &Measured { params, picture: &picture, mse: error });
        }
        best
    }
}
