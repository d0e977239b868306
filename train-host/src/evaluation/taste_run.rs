//! A policy of taste, judged by what the expert made.

use isp_hw::{Input, PicturePipeline, SoftwareIsp};
use tuner::actor::Actor;
use tuner::{
    EpisodeOptions, Frame, Goal, GoalOptions, Limits, Params, Pipeline, TasteOptions, View,
    run_episode, run_taste, strategy,
};

use super::EvaluationError;
use crate::photographs::{Pair, mean_delta_e};

/// Queries of a match, and of the longer search for the best parameters.
const MATCH_BUDGET: usize = 10;
const BEST_BUDGET: usize = 20;

/// Mean CIEDE2000 to the expert's picture, where the search is shown that picture itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestOfNine {
    /// After the ten queries of a match.
    pub matched: f64,
    /// After twenty.
    pub searched: f64,
}

/// Mean CIEDE2000 to what the expert made of one photograph, over the whole picture at its own size.
#[derive(Debug, Clone, PartialEq)]
pub struct TasteRun {
    /// Of the photograph as it was.
    pub unedited: f64,
    /// After each query of the policy.
    pub queries: Vec<f64>,
}

/// Runs the policy on the photograph through the software ISP, as `isptune enhance` does.
///
/// # Errors
/// [`EvaluationError`] when policy or pipeline fail.
pub fn run_taste_policy(
    actor: &Actor,
    pair: &Pair,
    queries: usize,
) -> Result<TasteRun, EvaluationError> {
    let unedited = mean_delta_e(&pair.before, &pair.after);
    let mut pipeline = pipeline_of(&pair.before);
    let limits = Limits::of_table(pipeline.parameters());
    let options = TasteOptions { queries, strength: 1.0, limits };
    let never = std::sync::atomic::AtomicBool::new(false);
    let outcome = run_taste(&mut pipeline, actor, &options, &never, &mut |_| {})
        .map_err(|error| EvaluationError::Ended(error.to_string()))?;
    let mut after = Vec::with_capacity(queries);
    for query in &outcome.queries {
        let picture = pipeline.query(&query.params)?;
        after.push(mean_delta_e(&picture, &pair.after));
    }
    // A policy that would change nothing more has ended: its picture stays.
    let last = after.last().copied().unwrap_or(unedited);
    after.resize(queries, last);
    Ok(TasteRun { unedited, queries: after })
}

/// The smallest mean CIEDE2000 that a search for the expert's picture itself finds with the nine
/// parameters: strategy `model` with the software ISP as its own simulator, the best query by this
/// measure; the picture as it was where nothing found is nearer.
///
/// # Errors
/// [`EvaluationError`] when the pipeline fails.
pub fn best_of_nine(pair: &Pair) -> Result<BestOfNine, EvaluationError> {
    let mut pipeline = pipeline_of(&pair.before);
    let options = GoalOptions { register: false, ..GoalOptions::default() };
    let goal = Goal::prepare(&pair.before, pair.after.clone(), &options)?;
    let view = View::of_size(pair.before.width(), pair.before.height());
    let simulator = isp_hw::ViewSimulator::new(
        SoftwareIsp::default(),
        &Input::srgb(pair.before.clone()),
        &view,
    )?;
    let mut strategy = strategy::by_name("model", 0, Box::new(simulator), None)
        .ok_or_else(|| EvaluationError::Ended("there is no strategy \"model\"".to_owned()))?;
    let limits = Limits::of_table(pipeline.parameters());
    let options = EpisodeOptions { budget: BEST_BUDGET, ..EpisodeOptions::default() };
    let never = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let outcome = run_episode(
        &mut pipeline,
        strategy.as_mut(),
        &goal,
        limits,
        &options,
        &never,
        &mut |_| {},
    )?;
    let unedited = mean_delta_e(&pair.before, &pair.after);
    let mut best_within = |budget: usize| -> Result<f64, EvaluationError> {
        let queries = outcome.queries.iter().take(budget);
        let best = queries.min_by(|a, b| a.score.delta_e00.mean.total_cmp(&b.score.delta_e00.mean));
        let params = best.map_or(Params::NEUTRAL, |query| query.params);
        Ok(mean_delta_e(&pipeline.query(&params)?, &pair.after).min(unedited))
    };
    let matched = best_within(MATCH_BUDGET)?;
    Ok(BestOfNine { matched, searched: best_within(BEST_BUDGET)?.min(matched) })
}

fn pipeline_of(frame: &Frame) -> PicturePipeline<SoftwareIsp> {
    PicturePipeline::new(SoftwareIsp::default(), Input::srgb(frame.clone()))
}
