//! A policy of style alone, judged on lessons.

use tuner::actor::{Actor, step};
use tuner::{Params, StyleRecord};

use super::EvaluationError;
use crate::environment::{GuidedEpisode, Seen, StyleEpisode, StyleLesson};

/// Distances of style on one lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleRun {
    /// Of the picture as found.
    pub found: f64,
    /// What the search that made the lesson found.
    pub searched: f64,
    /// The best after each query that keeps the content; until there is one, that of the picture as
    /// found.
    pub best: Vec<f64>,
}

/// Runs the policy as it is: strategy `style-actor` goes back where a step has lost the content, this
/// does not.
///
/// # Errors
/// [`EvaluationError`] when policy or pipeline fail.
pub fn run_style_policy(
    actor: &Actor,
    lesson: &StyleLesson,
    queries: usize,
) -> Result<StyleRun, EvaluationError> {
    let ended = |error: &dyn std::fmt::Display| EvaluationError::Ended(error.to_string());
    let mut episode = StyleEpisode::new(lesson).map_err(|error| ended(&error))?;
    let found = episode.record().distance;
    let kept = |record: &StyleRecord, best: f64| {
        if record.violations.is_empty() { best.min(record.distance) } else { best }
    };
    let mut best = Vec::with_capacity(queries);
    let mut least = f64::INFINITY;
    for _ in 0..queries {
        let Seen { values, scale } = episode.observe().map_err(|error| ended(&error))?;
        let output = actor.infer(&values).map_err(|error| ended(&error))?;
        let change = step(&output, scale).map_err(|error| ended(&error))?;
        let mut params = episode.params().values();
        params.iter_mut().zip(change).for_each(|(param, change)| *param += change);
        episode.query(Params::clamped(params));
        least = kept(episode.record(), least);
        best.push(if least.is_finite() { least } else { found });
    }
    episode.query(lesson.answer);
    Ok(StyleRun { found, searched: episode.record().distance, best })
}
