//! One enhancement: a policy of taste at work, without a goal.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::actor::{Actor, ActorError, ObservationError, TasteEye, taste_params};
use crate::{Frame, Limits, Params, Pipeline, PipelineError, Planes, Stopped, View};

/// Pictures whose mean display value leaves this are black or white: a policy has nothing to see.
const MEAN_INTENSITY: std::ops::RangeInclusive<f64> = 0.005..=0.995;
/// A policy that would change no parameter by more than this has what it wants.
const SMALLEST_CHANGE: f64 = 1e-3;

/// What an enhancement may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TasteOptions {
    /// Queries at most, at least 1. After each the policy looks at what came of it.
    pub queries: usize,
    /// Part of the way from the parameters as found to those of the policy: 0 changes nothing, 1
    /// goes all the way, up to 2 goes beyond. Unless it is 1, it is the last query that goes so far;
    /// those before it show the policy its own.
    pub strength: f64,
    /// What may be changed.
    pub limits: Limits,
}

/// One query of an enhancement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TasteQuery {
    /// 1 for the first query.
    pub index: usize,
    /// What was asked, canonical.
    pub params: Params,
    /// Time the pipeline took, in milliseconds.
    pub elapsed_ms: f64,
}

/// What came of an enhancement. The last query is the result: there is no goal to be nearer to.
#[derive(Debug, Clone, PartialEq)]
pub struct TasteOutcome {
    /// Every query, in order; empty when the first one failed.
    pub queries: Vec<TasteQuery>,
    /// The whole picture of the last query, where the pipeline rendered whole pictures.
    pub last_frame: Option<Frame>,
    /// Why it ended.
    pub stopped: Stopped,
    /// What the pipeline said when it failed.
    pub error: Option<String>,
}

impl TasteOutcome {
    /// The query whose parameters are the result.
    #[must_use]
    pub fn result(&self) -> Option<&TasteQuery> {
        self.queries.last()
    }
}

/// Why there was no enhancement.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TasteError {
    /// The picture as found cannot be had.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The policy failed.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The picture cannot be observed.
    #[error(transparent)]
    Observation(#[from] ObservationError),
    /// There is nothing to see.
    #[error(
        "the picture is {} (its mean is {mean:.3} of 1): there is nothing to judge it by; \
         expose it so that something can be seen",
        if *mean < 0.5 { "black" } else { "white" }
    )]
    Empty {
        /// Mean display value.
        mean: f64,
    },
}

/// Enhances the pictures of `pipeline`: at each query `actor`, a policy of the kind
/// [`crate::actor::Representation::Taste`], sees the picture as found and the newest one and names
/// the parameters. Parameters are counted from those that the picture was found at.
///
/// `on_query` sees every query once it is made; `cancel` ends it before the next.
///
/// # Errors
/// [`TasteError`] before the first query. Later failures end it with [`Stopped::Error`].
pub fn run_taste(
    pipeline: &mut dyn Pipeline,
    actor: &Actor,
    options: &TasteOptions,
    cancel: &AtomicBool,
    on_query: &mut dyn FnMut(&TasteQuery),
) -> Result<TasteOutcome, TasteError> {
    let found = pipeline.as_found()?;
    let view = View::of_size(found.width(), found.height());
    let picture = gathered(&view, &found)?;
    drop(found);
    let mean = mean_of(&picture);
    if !MEAN_INTENSITY.contains(&mean) {
        return Err(TasteError::Empty { mean });
    }
    let eye = TasteEye::new(&picture, &vec![true; picture.pixel_count()])?;
    let start = pipeline.found_params();
    let mut run = Run { actor, eye, start, options, picture, params: start };
    let mut outcome = TasteOutcome {
        queries: Vec::new(),
        last_frame: None,
        stopped: Stopped::Budget,
        error: None,
    };
    for index in 1..=options.queries {
        if cancel.load(Ordering::Relaxed) {
            outcome.stopped = Stopped::Interrupted;
            break;
        }
        let wanted = run.wanted()?;
        let settled = index > 1 && largest_change(&run.params, &wanted) < SMALLEST_CHANGE;
        let whole_way = (options.strength - 1.0).abs() < f64::EPSILON;
        if settled && whole_way {
            outcome.stopped = Stopped::Converged;
            break;
        }
        // With another strength the last query is the one that counts.
        let last = settled || index == options.queries;
        let params = if last { run.part_of_the_way(&wanted) } else { wanted };
        let started = Instant::now();
        match queried(pipeline, &params, &view) {
            Ok((picture, whole)) => {
                let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
                (run.picture, run.params) = (picture, params);
                outcome.last_frame = whole;
                let query = TasteQuery { index, params, elapsed_ms };
                on_query(&query);
                outcome.queries.push(query);
            }
            Err(PipelineError::Interrupted) => {
                outcome.stopped = Stopped::Interrupted;
                break;
            }
            Err(error) => {
                outcome.error = Some(format!("query {index}: {error}"));
                outcome.stopped = Stopped::Error;
                break;
            }
        }
        if settled {
            outcome.stopped = Stopped::Converged;
            break;
        }
    }
    Ok(outcome)
}

struct Run<'a> {
    actor: &'a Actor,
    eye: TasteEye,
    start: Params,
    options: &'a TasteOptions,
    picture: Planes,
    params: Params,
}

impl Run<'_> {
    /// The parameters that the policy asks for now, all the way.
    fn wanted(&self) -> Result<Params, TasteError> {
        let mut relative = self.params.values();
        relative.iter_mut().zip(self.start.values()).for_each(|(value, start)| *value -= start);
        let observation = self.eye.observe(&self.picture, &Params::clamped(relative))?;
        let named = taste_params(&self.actor.infer(&observation)?);
        let mut values = named.values();
        values.iter_mut().zip(self.start.values()).for_each(|(value, start)| *value += start);
        Ok(self.options.limits.clamp_values(values))
    }

    fn part_of_the_way(&self, wanted: &Params) -> Params {
        let mut values = self.start.values();
        let ways = wanted.values().into_iter().zip(self.start.values());
        values
            .iter_mut()
            .zip(ways)
            .for_each(|(value, (end, start))| *value += self.options.strength * (end - start));
        self.options.limits.clamp_values(values)
    }
}

fn queried(
    pipeline: &mut dyn Pipeline,
    params: &Params,
    view: &View,
) -> Result<(Planes, Option<Frame>), PipelineError> {
    if pipeline.renders_views() {
        return Ok((Planes::from(&pipeline.query_view(params, view)?), None));
    }
    let frame = pipeline.query(params)?;
    Ok((gathered(view, &frame)?, Some(frame)))
}

fn gathered(view: &View, frame: &Frame) -> Result<Planes, PipelineError> {
    let mosaic = view.gather(frame);
    let size = || PipelineError::Size { expected: view.picture_size(), found: frame.size() };
    mosaic.map(|mosaic| Planes::from(&mosaic)).ok_or_else(size)
}

fn mean_of(picture: &Planes) -> f64 {
    let sums = picture.channels().map(|channel| channel.iter().map(|v| f64::from(*v)).sum::<f64>());
    sums.iter().sum::<f64>() / (3 * picture.pixel_count()).max(1) as f64
}

fn largest_change(from: &Params, to: &Params) -> f64 {
    let pairs = from.values().into_iter().zip(to.values());
    pairs.map(|(from, to)| (to - from).abs()).fold(0.0, f64::max)
}
