//! One tune: an episode of queries under a budget.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde::Serialize;

use crate::{
    Frame, Goal, Limits, Measured, Params, Pipeline, PipelineError, Planes, Score, SearchStrategy,
    Task, TunerError, View, mse,
};

/// A picture's PSNR above this counts as an exact match: a quarter of an 8-bit step of rms error.
pub const EXACT_DB: f64 = 60.0;

/// When an episode ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpisodeOptions {
    /// Queries at most, at least 1.
    pub budget: usize,
    /// Ends as soon as a measured query reaches this PSNR in dB.
    pub target_db: f64,
}

impl Default for EpisodeOptions {
    fn default() -> Self {
        Self { budget: 10, target_db: EXACT_DB }
    }
}

/// Why an episode ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stopped {
    /// The budget is used up.
    Budget,
    /// The strategy expects nothing better (the predicted gain is below the noise).
    Converged,
    /// The target PSNR is reached.
    Target,
    /// The user asked for it (Ctrl-C).
    Interrupted,
    /// The pipeline failed; [`Outcome::error`] holds the text.
    Error,
}

/// One query, as it is logged and reported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueryRecord {
    /// 1 for the first query.
    pub index: usize,
    /// What was asked, canonical.
    pub params: Params,
    /// How near the picture came to the goal, over the view.
    #[serde(flatten)]
    pub score: Score,
    /// Time the pipeline took, in milliseconds.
    pub elapsed_ms: f64,
}

/// What came of an episode.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Score of the picture as found, over the view.
    pub found: Score,
    /// Every query, in order.
    pub queries: Vec<QueryRecord>,
    /// Index (1-based) of the best *measured* query; `None` when the first one failed already.
    pub best: Option<usize>,
    /// The whole picture of the best query, where the pipeline rendered whole pictures.
    pub best_frame: Option<Frame>,
    /// Why it ended.
    pub stopped: Stopped,
    /// What the pipeline said when it failed.
    pub error: Option<String>,
}

impl Outcome {
    /// The record of the best measured query.
    #[must_use]
    pub fn best_query(&self) -> Option<&QueryRecord> {
        self.best.and_then(|index| self.queries.get(index.checked_sub(1)?))
    }
}

/// Runs one episode: asks `strategy`, queries `pipeline`, scores against `goal`, keeps the best.
///
/// `on_query` sees every query once it is measured. `cancel` ends the episode before the next
/// query, and what the strategy computes for it; what was measured until then is kept.
///
/// # Errors
/// Only before the first query: the picture as found cannot be had, or has another size than the
/// goal was prepared for. Later failures end the episode with [`Stopped::Error`].
pub fn run_episode(
    pipeline: &mut dyn Pipeline,
    strategy: &mut dyn SearchStrategy,
    goal: &Goal,
    limits: Limits,
    options: &EpisodeOptions,
    cancel: &Arc<AtomicBool>,
    on_query: &mut dyn FnMut(&QueryRecord),
) -> Result<Outcome, TunerError> {
    let found = pipeline.as_found()?;
    let [width, height] = found.size();
    let view = View::of_size(width, height);
    let start = Start { found: &found, params: pipeline.found_params() };
    let mut episode = Episode::begin(&start, goal, view, limits, options, cancel)?;
    drop(found);
    let stopped = loop {
        if episode.task.is_cancelled() {
            break Stopped::Interrupted;
        }
        if episode.outcome.queries.len() >= options.budget {
            break Stopped::Budget;
        }
        let asked = strategy.ask(&episode.task);
        if episode.task.is_cancelled() {
            // The answer was not thought through.
            break Stopped::Interrupted;
        }
        let Some(params) = asked else { break Stopped::Converged };
        match episode.query(pipeline, strategy, params) {
            Ok(record) => on_query(record),
            Err(PipelineError::Interrupted) => break Stopped::Interrupted,
            Err(error) => {
                let index = episode.outcome.queries.len() + 1;
                episode.outcome.error = Some(match error {
                    // Its reason names the query already.
                    PipelineError::Program { .. } => error.to_string(),
                    _ => format!("query {index}: {error}"),
                });
                break Stopped::Error;
            }
        }
        if episode.best_db() >= options.target_db {
            break Stopped::Target;
        }
    };
    episode.outcome.stopped = stopped;
    Ok(episode.outcome)
}

/// Where an episode begins.
struct Start<'a> {
    found: &'a Frame,
    params: Params,
}

/// State of a running episode.
struct Episode {
    task: Task,
    view: View,
    best_mse: f64,
    outcome: Outcome,
}

impl Episode {
    fn begin(
        &Start { found, params: start }: &Start<'_>,
        goal: &Goal,
        view: View,
        limits: Limits,
        options: &EpisodeOptions,
        cancel: &Arc<AtomicBool>,
    ) -> Result<Self, TunerError> {
        let initial = view.gather(found).map(|mosaic| Planes::from(&mosaic));
        let Some(initial) = initial else {
            let (expected, found) = (view.picture_size(), found.size());
            return Err(PipelineError::Size { expected, found }.into());
        };
        let task = Task {
            start,
            initial,
            goal: goal.planes(&view),
            mask: goal.mask(&view),
            limits,
            budget: options.budget,
            cancel: Arc::clone(cancel),
        };
        let score = score_of(&task, &view, &task.initial)?;
        let outcome = Outcome {
            found: score,
            queries: Vec::new(),
            best: None,
            best_frame: None,
            stopped: Stopped::Budget,
            error: None,
        };
        Ok(Self { task, view, best_mse: f64::INFINITY, outcome })
    }

    fn best_db(&self) -> f64 {
        -10.0 * self.best_mse.log10()
    }

    fn query(
        &mut self,
        pipeline: &mut dyn Pipeline,
        strategy: &mut dyn SearchStrategy,
        params: Params,
    ) -> Result<&QueryRecord, PipelineError> {
        let params = self.task.limits.clamp(params);
        let started = Instant::now();
        let (mosaic, whole) = if pipeline.renders_views() {
            (pipeline.query_view(&params, &self.view)?, None)
        } else {
            let frame = pipeline.query(&params)?;
            let mosaic = self.view.gather(&frame).ok_or_else(|| PipelineError::Size {
                expected: self.view.picture_size(),
                found: frame.size(),
            })?;
            (mosaic, Some(frame))
        };
        let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
        let picture = Planes::from(&mosaic);
        let score = score_of(&self.task, &self.view, &picture)?;
        let mse = mse(&picture, &self.task.goal, Some(&self.task.mask)).unwrap_or(f64::INFINITY);
        let index = self.outcome.queries.len() + 1;
        if mse < self.best_mse || self.outcome.best.is_none() {
            self.best_mse = mse;
            self.outcome.best = Some(index);
            self.outcome.best_frame = whole;
        }
        strategy.tell(&self.task, &Measured { params, picture: &picture, mse });
        self.outcome.queries.push(QueryRecord { index, params, score, elapsed_ms });
        self.outcome.queries.last().ok_or(PipelineError::Interrupted)
    }
}

fn score_of(task: &Task, view: &View, picture: &Planes) -> Result<Score, PipelineError> {
    Score::between(picture, &task.goal, Some(&task.mask), view.tile_size()).ok_or_else(|| {
        PipelineError::Size {
            expected: [task.goal.width(), task.goal.height()],
            found: [picture.width(), picture.height()],
        }
    })
}
