//! The policy alone, on one photograph, towards one random goal.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use isp_hw::{OpenError, PipelineFile, random_goal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tuner::actor::Actor;
use tuner::{
    EXACT_DB, EpisodeOptions, Frame, Goal, GoalError, GoalOptions, Limits, Pipeline, PipelineError,
    TunerError, View, run_episode, strategy,
};

/// Query counts that are reported.
pub const CHECKPOINTS: [usize; 5] = [1, 2, 3, 5, 10];
/// Queries of a run.
const BUDGET: usize = 10;

/// Why a policy could not be judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// The pipeline cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The pipeline failed.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The goal cannot be used.
    #[error(transparent)]
    Goal(#[from] GoalError),
    /// The run did not begin.
    #[error(transparent)]
    Tuner(#[from] TunerError),
    /// The run ended early.
    #[error("{0}")]
    Ended(String),
}

/// What the policy came to, in dB capped at 60, after each of [`CHECKPOINTS`]. A run that ends
/// early, because it is there or the policy would change nothing, keeps its last figures.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRun {
    /// Best query so far.
    pub best: Vec<f64>,
    /// Newest query.
    pub last: Vec<f64>,
}

/// Runs the policy for ten queries towards a goal with parameters uniform in [−1, 1], redrawn while
/// its mean leaves [0.01, 0.9], rounded to 8 bits.
///
/// # Errors
/// [`EvaluationError`] when pipeline or goal fail.
pub fn run_policy(
    file: &PipelineFile,
    actor: &Arc<Actor>,
    photograph: &Frame,
    seed: u64,
) -> Result<PolicyRun, EvaluationError> {
    let never = Arc::new(AtomicBool::new(false));
    let mut pipeline = file.open_frame(photograph.clone(), &never)?;
    let goal = random_goal(&mut pipeline, &mut ChaCha8Rng::seed_from_u64(seed))?;
    let found = pipeline.as_found()?;
    let prepared = Goal::prepare(&found, goal.picture, &GoalOptions::default())?;
    let view = View::of_size(found.width(), found.height());
    let simulator = pipeline.simulator(&found, &view)?;
    let mut strategy = strategy::by_name("actor", seed, simulator, Some(actor))
        .ok_or_else(|| EvaluationError::Ended("there is no strategy \"actor\"".to_owned()))?;
    let limits = Limits::of_table(pipeline.parameters());
    let options = EpisodeOptions { budget: BUDGET, ..EpisodeOptions::default() };
    let mut db = Vec::with_capacity(BUDGET);
    let outcome = run_episode(
        &mut pipeline,
        strategy.as_mut(),
        &prepared,
        limits,
        &options,
        &never,
        &mut |query| db.push(query.score.psnr_db.min(EXACT_DB)),
    )?;
    if let Some(error) = outcome.error {
        return Err(EvaluationError::Ended(error));
    }
    let made = |count: usize| db.get(..count.min(db.len())).unwrap_or(&[]);
    let best = |count: usize| made(count).iter().copied().reduce(f64::max);
    let last = |count: usize| made(count).last().copied();
    let nothing = || EvaluationError::Ended("the policy proposed nothing".to_owned());
    Ok(PolicyRun {
        best: CHECKPOINTS.into_iter().map(best).collect::<Option<_>>().ok_or_else(nothing)?,
        last: CHECKPOINTS.into_iter().map(last).collect::<Option<_>>().ok_or_else(nothing)?,
    })
}
