//! One tune: an episode of queries under a budget.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde::Serialize;

use crate::{
    Frame, Goal, Limits, Measured, Params, Pipeline, PipelineError, Planes, Score, SearchStrategy,
    StyleGoal, StyleJudge, StyleRecord, Task, TunerError, View, mse,
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
    /// How near the picture came to the goal, over the view; in a tune to a style, how near it still
    /// is to the picture as found, since the goal shows something else.
    #[serde(flatten)]
    pub score: Score,
    /// How near it came to the goal's style, where only that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<StyleRecord>,
    /// Time the pipeline took, in milliseconds.
    pub elapsed_ms: f64,
}

/// What came of an episode.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Width and height of the pictures.
    pub size: [usize; 2],
    /// Score of the picture as found, over the view.
    pub found: Score,
    /// How near the picture as found is to the goal's style, where only that counts.
    pub found_style: Option<StyleRecord>,
    /// Every query, in order.
    pub queries: Vec<QueryRecord>,
    /// Index (1-based) of the best *measured* query; `None` when the first one failed already, or when
    /// every picture of a tune to a style violates the content guard.
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
    let [width, height] = goal.size();
    let view = strategy.view(width, height);
    let episode = Episode::begin(pipeline, Aim::Finish(goal, view), limits, options, cancel)?;
    episode.run(pipeline, strategy, options, on_query)
}

/// Runs one episode as [`run_episode`] does, towards the style of a goal that shows something else:
/// the best query is the one of the least distance of style ([`crate::StyleFeatures::distance`])
/// among those that keep the content ([`crate::ContentGuard`]).
///
/// # Errors
/// Only before the first query: the picture as found cannot be had, or the region of interest is no
/// part of it. Later failures end the episode with [`Stopped::Error`].
pub fn run_style_episode(
    pipeline: &mut dyn Pipeline,
    strategy: &mut dyn SearchStrategy,
    goal: &StyleGoal,
    limits: Limits,
    options: &EpisodeOptions,
    cancel: &Arc<AtomicBool>,
    on_query: &mut dyn FnMut(&QueryRecord),
) -> Result<Outcome, TunerError> {
    let episode = Episode::begin(pipeline, Aim::Style(goal), limits, options, cancel)?;
    episode.run(pipeline, strategy, options, on_query)
}

/// What an episode is to come near to.
enum Aim<'a> {
    /// The pixels of a goal, at this view.
    Finish(&'a Goal, View),
    Style(&'a StyleGoal),
}

/// State of a running episode.
struct Episode {
    task: Task,
    view: View,
    /// Judges style, where only that counts.
    judge: Option<StyleJudge>,
    best_loss: f64,
    outcome: Outcome,
}

impl Episode {
    fn begin(
        pipeline: &mut dyn Pipeline,
        aim: Aim<'_>,
        limits: Limits,
        options: &EpisodeOptions,
        cancel: &Arc<AtomicBool>,
    ) -> Result<Self, TunerError> {
        let found = pipeline.as_found()?;
        let start = pipeline.found_params();
        let view = match &aim {
            Aim::Finish(_, view) => view.clone(),
            Aim::Style(_) => View::of_size(found.width(), found.height()),
        };
        let initial = view.gather(&found).map(|mosaic| Planes::from(&mosaic));
        let Some(initial) = initial else {
            let (expected, found) = (view.picture_size(), found.size());
            return Err(PipelineError::Size { expected, found }.into());
        };
        drop(found);
        let (budget, cancel) = (options.budget, Arc::clone(cancel));
        let (task, judge) = match aim {
            Aim::Finish(goal, _) => {
                let (goal, mask) = (goal.planes(&view), goal.mask(&view));
                (Task { start, initial, goal, mask, style: None, limits, budget, cancel }, None)
            }
            Aim::Style(aim) => {
                let (goal, mask) = (aim.planes(), aim.mask(&view)?);
                let judge = aim.judge(initial.clone(), mask.clone());
                let style = Some(aim.features().clone());
                (Task { start, initial, goal, mask, style, limits, budget, cancel }, Some(judge))
            }
        };
        let episode = Self {
            outcome: Outcome {
                size: view.picture_size(),
                found: score_of(&task, &view, &task.initial)?,
                found_style: judge.as_ref().map(|judge| judge.judge(&task.initial)),
                queries: Vec::new(),
                best: None,
                best_frame: None,
                stopped: Stopped::Budget,
                error: None,
            },
            task,
            view,
            judge,
            best_loss: f64::INFINITY,
        };
        Ok(episode)
    }

    fn run(
        mut self,
        pipeline: &mut dyn Pipeline,
        strategy: &mut dyn SearchStrategy,
        options: &EpisodeOptions,
        on_query: &mut dyn FnMut(&QueryRecord),
    ) -> Result<Outcome, TunerError> {
        let stopped = loop {
            if self.task.is_cancelled() {
                break Stopped::Interrupted;
            }
            if self.outcome.queries.len() >= options.budget {
                break Stopped::Budget;
            }
            let asked = strategy.ask(&self.task);
            if self.task.is_cancelled() {
                // The answer was not thought through.
                break Stopped::Interrupted;
            }
            let Some(params) = asked else { break Stopped::Converged };
            match self.query(pipeline, strategy, params) {
                Ok(record) => on_query(record),
                Err(PipelineError::Interrupted) => break Stopped::Interrupted,
                Err(error) => {
                    let index = self.outcome.queries.len() + 1;
                    self.outcome.error = Some(match error {
                        // Its reason names the query already.
                        PipelineError::Program { .. } => error.to_string(),
                        _ => format!("query {index}: {error}"),
                    });
                    break Stopped::Error;
                }
            }
            if self.best_db() >= options.target_db {
                break Stopped::Target;
            }
        };
        self.outcome.stopped = stopped;
        Ok(self.outcome)
    }

    fn best_db(&self) -> f64 {
        -10.0 * self.best_loss.log10()
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
        let style = self.judge.as_ref().map(|judge| judge.judge(&picture));
        let mse = match &style {
            Some(style) => style.loss(),
            None => mse(&picture, &self.task.goal, Some(&self.task.mask)).unwrap_or(f64::INFINITY),
        };
        let index = self.outcome.queries.len() + 1;
        let may_be_chosen = style.as_ref().is_none_or(|style| style.violations.is_empty());
        if may_be_chosen && (mse < self.best_loss || self.outcome.best.is_none()) {
            self.best_loss = mse;
            self.outcome.best = Some(index);
            self.outcome.best_frame = whole;
        }
        strategy.tell(&self.task, &Measured { params, picture: &picture, mse });
        self.outcome.queries.push(QueryRecord { index, params, score, style, elapsed_ms });
        self.outcome.queries.last().ok_or(PipelineError::Interrupted)
    }
}

fn score_of(task: &Task, view: &View, picture: &Planes) -> Result<Score, PipelineError> {
    // What shows something else cannot be compared pixel by pixel.
    let beside = if task.style.is_some() { &task.initial } else { &task.goal };
    Score::between(picture, beside, Some(&task.mask), view.tile_size()).ok_or_else(|| {
        PipelineError::Size {
            expected: [beside.width(), beside.height()],
            found: [picture.width(), picture.height()],
        }
    })
}
