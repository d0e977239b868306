//! One episode, judged at several query counts by the true pictures.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tuner::{
    EpisodeOptions, Frame, Goal, GoalError, GoalOptions, Limits, Params, Pipeline, Planes,
    SearchStrategy, mse, run_episode,
};

use super::EvaluationError;

/// PSNR in means is capped: a few exact hits must not hide the rest.
pub const CAP_DB: f64 = 60.0;

/// True PSNR after each checkpoint, in dB, capped.
#[derive(Debug, Clone)]
pub struct EpisodeTrace {
    /// Of the best measured query so far.
    pub best: Vec<f64>,
    /// Of the newest query.
    pub last: Vec<f64>,
    /// Queries made; 0 when the goal was refused.
    pub queries: usize,
}

/// A goal with what only the table knows of it.
pub struct TrueGoal {
    /// The goal as the tuner sees it, perhaps noisy.
    pub seen: Frame,
    /// The goal without noise, 8 bits.
    pub clean: Frame,
}

/// Runs one episode up to the last checkpoint. The tuner sees `pipeline` and the goal as seen; it
/// is judged by the clean pictures of `clean` at the same parameters. An episode that ends early
/// keeps its last figures. A goal that is refused as other content (little is left of a picture in
/// which almost everything is clipped) counts with the picture as found, and no query.
///
/// # Errors
/// [`EvaluationError`] when the pipeline fails.
pub fn trace(
    pipeline: &mut dyn Pipeline,
    clean: &mut dyn Pipeline,
    strategy: &mut dyn SearchStrategy,
    goal: &TrueGoal,
    checkpoints: &[usize],
) -> Result<EpisodeTrace, EvaluationError> {
    let found = pipeline.as_found()?;
    let prepared = match Goal::prepare(&found, goal.seen.clone(), &GoalOptions::default()) {
        Err(GoalError::OtherContent { .. }) => {
            let db = vec![psnr_db(&found, &goal.clean); checkpoints.len()];
            return Ok(EpisodeTrace { best: db.clone(), last: db, queries: 0 });
        }
        prepared => prepared?,
    };
    let limits = Limits::of_table(pipeline.parameters());
    let budget = checkpoints.iter().copied().max().unwrap_or(1);
    let options = EpisodeOptions { budget, ..EpisodeOptions::default() };
    let never = Arc::new(AtomicBool::new(false));
    let outcome =
        run_episode(pipeline, strategy, &prepared, limits, &options, &never, &mut |_| {})?;
    if let Some(error) = outcome.error {
        return Err(EvaluationError::Ended(error));
    }
    let mut judge = Judge { clean, goal: &goal.clean, known: Vec::new() };
    let mut trace =
        EpisodeTrace { best: Vec::new(), last: Vec::new(), queries: outcome.queries.len() };
    for &checkpoint in checkpoints {
        let made = outcome.queries.get(..checkpoint.min(outcome.queries.len())).unwrap_or(&[]);
        let best = made.iter().max_by(|a, b| a.score.psnr_db.total_cmp(&b.score.psnr_db));
        let (Some(best), Some(last)) = (best, made.last()) else {
            return Err(EvaluationError::Ended("no query was made".to_owned()));
        };
        trace.best.push(judge.psnr_db(&best.params)?);
        trace.last.push(judge.psnr_db(&last.params)?);
    }
    Ok(trace)
}

/// Renders the clean picture of parameters, each once, and scores it.
struct Judge<'a> {
    clean: &'a mut dyn Pipeline,
    goal: &'a Frame,
    known: Vec<(Params, f64)>,
}

impl Judge<'_> {
    fn psnr_db(&mut self, params: &Params) -> Result<f64, EvaluationError> {
        if let Some((_, db)) = self.known.iter().find(|(known, _)| known == params) {
            return Ok(*db);
        }
        let picture = self.clean.query(params)?;
        let db = psnr_db(&picture, self.goal);
        self.known.push((*params, db));
        Ok(db)
    }
}

fn psnr_db(picture: &Frame, goal: &Frame) -> f64 {
    let mse = mse(&Planes::from(picture), &Planes::from(goal), None).unwrap_or(1.0);
    (-10.0 * mse.log10()).min(CAP_DB)
}
