//! One tune from opened pictures to a result: what `match` and `demo` share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, anyhow};
use isp_hw::{OpenPipeline, PipelineFile};
use tuner::{
    Assessment, EpisodeOptions, Frame, Goal, GoalOptions, Limits, Outcome, QueryRecord,
    SearchStrategy, Simulator, View, run_episode, strategy_by_name,
};

/// What a tune is asked to do, apart from the pictures.
#[derive(Debug)]
pub struct TuneOptions {
    /// Name of the strategy.
    pub strategy: String,
    /// Budget and target.
    pub episode: EpisodeOptions,
    /// Region of interest and registration.
    pub goal: GoalOptions,
    /// Locks and limits beyond those of the pipeline file.
    pub limits: Limits,
    /// Seed of the strategies that draw random numbers.
    pub seed: u64,
}

/// What came of a tune.
#[derive(Debug)]
pub struct Tuned {
    /// Name of the strategy.
    pub strategy: &'static str,
    /// The queries and the best of them.
    pub outcome: Outcome,
    /// The goal as it was tuned to.
    pub goal: Goal,
    /// What could be changed.
    pub limits: Limits,
    /// How far the result can be trusted, and what limited it.
    pub assessment: Assessment,
    /// Share of the pixels that the queries were measured on.
    pub measured_share: f64,
    /// The whole picture at the best query's parameters; `None` when no query succeeded.
    pub picture: Option<Frame>,
}

/// Tunes an opened pipeline to a goal picture.
///
/// # Errors
/// When the strategy is unknown, the goal is refused, or the pipeline gives no picture before the
/// first query.
pub fn tune(
    pipeline: &mut OpenPipeline,
    goal: Frame,
    options: &TuneOptions,
    cancel: &Arc<AtomicBool>,
    on_query: &mut dyn FnMut(&QueryRecord),
) -> Result<Tuned> {
    let found = pipeline.as_found().context("the picture as found")?;
    let goal = Goal::prepare(&found, goal, &options.goal)?;
    let view = View::of_size(found.width(), found.height());
    let simulator = pipeline.simulator(&found, &view);
    drop(found);
    let mut strategy = strategy(&options.strategy, options.seed, simulator)?;
    let outcome = run_episode(
        pipeline,
        strategy.as_mut(),
        &goal,
        options.limits,
        &options.episode,
        cancel,
        on_query,
    )?;
    Ok(Tuned { strategy: strategy.name(), outcome, goal, limits: options.limits })
}
