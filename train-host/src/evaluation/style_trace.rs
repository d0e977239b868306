//! One episode towards the style of a goal that shows something else, at several query counts.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tuner::{
    EpisodeOptions, Limits, Params, Pipeline, SearchStrategy, StyleGoal, StyleRecord,
    run_style_episode,
};

use super::EvaluationError;

/// The best measured query that keeps the content.
#[derive(Debug, Clone)]
pub struct StyleReached {
    /// Its parameters.
    pub params: Params,
    /// How it was judged, over the pixels that the tuner looks at.
    pub record: StyleRecord,
}

/// What an episode came to.
#[derive(Debug, Clone)]
pub struct StyleTrace {
    /// How the picture as found is judged.
    pub found: Option<StyleRecord>,
    /// After each checkpoint the best query until then; `None` where all violate the content guard.
    pub best: Vec<Option<StyleReached>>,
    /// Queries made.
    pub queries: usize,
    /// Those of them that violate the content guard.
    pub violating: usize,
}

/// Runs one episode up to the last checkpoint. An episode that ends early keeps its last figures.
///
/// # Errors
/// [`EvaluationError`] when the pipeline fails.
pub fn style_trace(
    pipeline: &mut dyn Pipeline,
    strategy: &mut dyn SearchStrategy,
    goal: &StyleGoal,
    checkpoints: &[usize],
) -> Result<StyleTrace, EvaluationError> {
    let limits = Limits::of_table(pipeline.parameters());
    let budget = checkpoints.iter().copied().max().unwrap_or(1);
    let options = EpisodeOptions { budget, ..EpisodeOptions::default() };
    let never = Arc::new(AtomicBool::new(false));
    let outcome =
        run_style_episode(pipeline, strategy, goal, limits, &options, &never, &mut |_| {})?;
    if let Some(error) = outcome.error {
        return Err(EvaluationError::Ended(error));
    }
    let judged: Vec<StyleReached> = outcome
        .queries
        .iter()
        .filter_map(|query| Some((query.params, query.style.clone()?)))
        .map(|(params, record)| StyleReached { params, record })
        .collect();
    let best = |count: &usize| {
        let made = judged.iter().take(*count).filter(|each| each.record.violations.is_empty());
        made.min_by(|a, b| a.record.distance.total_cmp(&b.record.distance)).cloned()
    };
    Ok(StyleTrace {
        found: outcome.found_style,
        best: checkpoints.iter().map(best).collect(),
        queries: judged.len(),
        violating: judged.iter().filter(|each| !each.record.violations.is_empty()).count(),
    })
}
