//! What a tune would do, without doing it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tuner::{Params, PipelineError, Planes, Score, Task, View, strategy};

use super::held_camera::HeldCamera;
use super::journal::Journal;
use super::keeper::Keeper;

/// What a tune would do.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The parameters that would be tried first.
    pub params: Params,
    /// Score of the picture now.
    pub now: Score,
    /// Score that the model of the camera predicts for them.
    pub predicted: Score,
}

impl Keeper {
    /// What a tune from here would try first, by the model of the camera; nothing is written.
    /// `None` when there is no look, or the picture cannot be compared with it.
    ///
    /// # Errors
    /// What the camera said when it gave no picture. [`PipelineError::Interrupted`] when `cancel` became
    /// true.
    pub fn plan(
        &mut self,
        camera: &mut dyn HeldCamera,
        cancel: &Arc<AtomicBool>,
        journal: &mut dyn Journal,
    ) -> Result<Option<Planned>, PipelineError> {
        camera.start_here();
        let start = camera.as_found()?;
        let Some(sight) = self.sight(&start, journal)? else { return Ok(None) };
        let view = View::of_size(start.width(), start.height());
        let (goal, mask) = (sight.goal.planes(&view), sight.goal.mask(&view));
        let expected = view.picture_size();
        let found = start.size();
        let initial = view.gather(&start).ok_or(PipelineError::Size { expected, found })?;
        let task = Task {
            initial: Planes::from(&initial),
            goal,
            mask,
            style: None,
            start: camera.standing(),
            limits: self.limits,
            budget: 1,
            cancel: Arc::clone(cancel),
        };
        let simulator = camera.simulator(&start, &view)?;
        let model = strategy::by_name("model", self.options.search.seed, simulator, None);
        let asked = model.and_then(|mut model| model.ask(&task));
        if task.is_cancelled() {
            return Err(PipelineError::Interrupted);
        }
        let params = self.limits.clamp(asked.unwrap_or(task.start));
        let predicted = camera.simulator(&start, &view)?.simulate(&params);
        let score = Score::between(&predicted, &task.goal, Some(&task.mask), view.tile_size());
        let predicted = score.unwrap_or(sight.score);
        Ok(Some(Planned { params, now: sight.score, predicted }))
    }
}
