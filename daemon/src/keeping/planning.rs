//! What a tune would do, without doing it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tuner::{Params, PipelineError, Planes, Score, StyleFeatures, Task, View, strategy};

use super::held_camera::HeldCamera;
use super::held_goal::Sight;
use super::journal::Journal;
use super::keeper::Keeper;
use super::reading::Reading;

/// What a tune would do.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The parameters that would be tried first.
    pub params: Params,
    /// How near the picture is now.
    pub now: Reading,
    /// What the model of the camera predicts for them.
    pub predicted: Reading,
}

impl Keeper {
    /// What a tune from here would try first, by the model of the camera; nothing is written.
    /// `None` when there is no look, when it is a taste (whose policy has to see the camera as it
    /// was found), or when the picture cannot be compared with it.
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
        if self.taste().is_some() {
            return Ok(None);
        }
        camera.start_here();
        let start = camera.as_found()?;
        let Some(sight) = self.sight(&start, journal)? else { return Ok(None) };
        let view = View::of_size(start.width(), start.height());
        let Some((goal, mask, style)) = task_of(&sight, &view) else { return Ok(None) };
        let expected = view.picture_size();
        let found = start.size();
        let initial = view.gather(&start).ok_or(PipelineError::Size { expected, found })?;
        let task = Task {
            initial: Planes::from(&initial),
            goal,
            mask,
            style,
            start: camera.standing(),
            limits: self.limits,
            budget: 1,
            cancel: Arc::clone(cancel),
        };
        let simulator = camera.simulator(&start, &view)?;
        let name = if task.style.is_some() { "style" } else { "model" };
        let model = strategy::by_name(name, self.options.search.seed, simulator, None);
        let asked = model.and_then(|mut model| model.ask(&task));
        if task.is_cancelled() {
            return Err(PipelineError::Interrupted);
        }
        let params = self.limits.clamp(asked.unwrap_or(task.start));
        let predicted = camera.simulator(&start, &view)?.simulate(&params);
        let now = sight.reading();
        let predicted = match &task.style {
            Some(style) => StyleFeatures::of_masked(&predicted, &task.mask)
                .map(|features| Reading::distance(features.distance(style))),
            None => Score::between(&predicted, &task.goal, Some(&task.mask), view.tile_size())
                .map(Reading::Pixels),
        };
        Ok(Some(Planned { params, now, predicted: predicted.unwrap_or(now) }))
    }
}

/// The goal at the pixels of the view, which of them count, and the style where only that does.
fn task_of(sight: &Sight, view: &View) -> Option<(Planes, Vec<bool>, Option<StyleFeatures>)> {
    match sight {
        Sight::Pixels(sight) => Some((sight.goal.planes(view), sight.goal.mask(view), None)),
        Sight::Style(sight) => {
            let mask = sight.goal.mask(view).ok()?;
            Some((sight.goal.planes(), mask, Some(sight.goal.features().clone())))
        }
        Sight::Taste(_) => None,
    }
}
