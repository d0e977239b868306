//! One tune from opened pictures to a result: what `match` and `demo` share.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use isp_hw::calibration::Calibration;
use isp_hw::camera::Latency;
use isp_hw::{Input, OpenPipeline, ViewSimulator};
use serde::Serialize;
use tuner::actor::Actor;
use tuner::{
    EpisodeOptions, Evidence, ExtraParameter, Frame, Goal, GoalOptions, Limits, Outcome, Params,
    Pipeline, PipelineError, Planes, QueryRecord, Simulator, Stopped, View, confidence,
    confidence_of_style, limits_of_result, limits_of_style, noise_steps, run_episode,
    run_style_episode, strategy,
};

use crate::camera_end::LeftAt;
use crate::shipped_actor;
use crate::task_choice::{TaskChoice, TaskGoal};

/// What a tune is asked to do, apart from the pictures.
#[derive(Debug)]
pub struct TuneOptions {
    /// What the goal is taken for.
    pub task: TaskChoice,
    /// Name of the strategy; the task's default when `None`.
    pub strategy: Option<String>,
    /// The policy's file; without one the shipped policy serves.
    pub model: Option<PathBuf>,
    /// Budget and target.
    pub episode: EpisodeOptions,
    /// Region of interest and registration.
    pub goal: GoalOptions,
    /// What may be changed.
    pub limits: Limits,
    /// Seed of the strategies that draw random numbers.
    pub seed: u64,
    /// What is known of the device; for strategies that ask a simulator.
    pub calibration: Option<Calibration>,
}

/// What came of a tune.
#[derive(Debug)]
pub struct Tuned {
    /// Name of the strategy.
    pub strategy: &'static str,
    /// The queries and the best of them.
    pub outcome: Outcome,
    /// The goal as it was tuned to.
    pub goal: TaskGoal,
    /// Why only the goal's style counted though nobody asked for that.
    pub task_reason: Option<String>,
    /// What could be changed.
    pub limits: Limits,
    /// How far the result can be trusted, in [0, 1].
    pub confidence: f64,
    /// What limited the result, in plain words.
    pub limited_by: Vec<String>,
    /// Share of the pixels that the queries were measured on.
    pub measured_share: f64,
    /// How late a camera shows a change, where that was measured.
    pub latency: Option<Latency>,
    /// The calibration that served as simulator.
    pub calibration: Option<UsedCalibration>,
    /// What a camera was left at; `None` where there is none.
    pub left_at: Option<LeftAt>,
}

/// A calibration that served a tune.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UsedCalibration {
    /// Error of its fit in 8-bit steps.
    pub rms_steps: f64,
    /// Queries of the budget that were spent on the picture that the calibration starts from: 1
    /// where the device was found at other parameters, otherwise 0.
    pub extra_queries: usize,
}

/// Tunes an opened pipeline to a goal picture.
///
/// # Errors
/// When the goal is refused, or the pipeline gives no picture before the first query.
pub fn tune(
    pipeline: &mut OpenPipeline,
    goal: Frame,
    options: &TuneOptions,
    cancel: &Arc<AtomicBool>,
    on_query: &mut dyn FnMut(&QueryRecord),
) -> Result<Tuned> {
    if let OpenPipeline::Camera(camera) = pipeline {
        camera.set_limits(options.limits);
    }
    let found = pipeline.as_found().context("the picture as found")?;
    let given = options.model.as_deref().map(shipped_actor::given).transpose()?;
    let task = options.task.as_model_has_it(options.strategy.as_deref(), given.as_deref());
    let chosen = task.choose(&found, goal, &options.goal, options.strategy.as_deref())?;
    let usual = || chosen.goal.default_strategy(given.as_deref());
    let name = options.strategy.as_deref().unwrap_or_else(usual);
    let actor = policy(&chosen.goal, name, given);
    let actor = match &chosen.reason {
        Some(reason) => actor.with_context(|| reason.clone())?,
        None => actor?,
    };
    if let Some(reason) = &chosen.reason {
        eprintln!(
            "isptune: {reason}; only its style is matched, the tones and colours (--task finish \
             refuses such a goal)"
        );
    }
    let view = View::of_size(found.width(), found.height());
    let mut episode = options.episode;
    let (simulator, calibration) = match &options.calibration {
        Some(calibration) if is_of_use(calibration, pipeline, options) => {
            let other = if calibration.found == pipeline.found_params() {
                None
            } else {
                episode.budget -= 1;
                Some(pipeline.query(&calibration.found).context("the picture to start from")?)
            };
            let rms_steps = calibration.rms_steps;
            let used = UsedCalibration { rms_steps, extra_queries: usize::from(other.is_some()) };
            let input = Input::srgb(other.unwrap_or_else(|| found.clone()));
            let simulator = ViewSimulator::new(calibration.renderer(), &input, &view)?;
            (Box::new(simulator) as Box<dyn Simulator>, Some(used))
        }
        _ => (pipeline.simulator(&found, &view)?, None),
    };
    drop(found);
    let search = Search {
        strategy: name,
        seed: options.seed,
        actor: actor.as_ref(),
        episode,
        limits: options.limits,
    };
    let mut tuned = search.run(pipeline, chosen.goal, simulator, cancel, on_query)?;
    tuned.task_reason = chosen.reason;
    tuned.calibration = calibration;
    if let OpenPipeline::Camera(camera) = pipeline {
        tuned.latency = camera.latency();
        if camera.unsettled() > 0 {
            tuned.limited_by.push(format!("{} pictures did not hold still", camera.unsettled()));
        }
    }
    Ok(tuned)
}

/// The policy of a tune, where its strategy takes one: the given one, otherwise the one that comes with
/// isptune.
fn policy(
    goal: &TaskGoal,
    strategy: &str,
    given: Option<Arc<Actor>>,
) -> Result<Option<Arc<Actor>>> {
    match given {
        Some(given) if goal.has_use_for(given.kind()) => {
            if strategy::ACTOR_NAMES.contains(&strategy) && !strategy::takes(strategy, given.kind())
            {
                bail!(
                    "{}: a policy on the paper's state names parameters, and strategy {strategy} needs \
                     one that makes steps; take --strategy actor, or another model",
                    given.name()
                );
            }
            Ok(Some(given))
        }
        Some(given) => Err(shipped_actor::of_another_kind(&given, goal.policy_kind()).into()),
        None if strategy::ACTOR_NAMES.contains(&strategy) => Ok(Some(shipped_actor::actor(None)?)),
        None if strategy::STYLE_ACTOR_NAMES.contains(&strategy) => {
            bail!(
                "strategy {strategy} needs a policy of style: --model FILE, as `train-host style` makes it"
            )
        }
        None => Ok(None),
    }
}

/// How a prepared goal is searched for.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// Name of the strategy.
    pub strategy: &'a str,
    /// Seed of the strategies that draw random numbers.
    pub seed: u64,
    /// The policy, for the strategies that need one.
    pub actor: Option<&'a Arc<Actor>>,
    /// Budget and target.
    pub episode: EpisodeOptions,
    /// What may be changed.
    pub limits: Limits,
}

impl Search<'_> {
    /// Searches for `goal`, which was prepared for the picture as found of `pipeline`.
    ///
    /// # Errors
    /// When there is no such strategy, or the pipeline gives no picture before the first query.
    pub fn run(
        &self,
        pipeline: &mut dyn Pipeline,
        goal: TaskGoal,
        simulator: Box<dyn Simulator>,
        cancel: &Arc<AtomicBool>,
        on_query: &mut dyn FnMut(&QueryRecord),
    ) -> Result<Tuned> {
        let mut strategy = strategy::by_name(self.strategy, self.seed, simulator, self.actor)
            .with_context(|| format!("there is no strategy \"{}\"", self.strategy))?;
        let strategy = strategy.as_mut();
        let (limits, episode) = (self.limits, &self.episode);
        let outcome = match &goal {
            TaskGoal::Finish(goal) => {
                run_episode(pipeline, strategy, goal, limits, episode, cancel, on_query)
            }
            TaskGoal::Style(goal) => {
                run_style_episode(pipeline, strategy, goal, limits, episode, cancel, on_query)
            }
        }?;
        let [width, height] = outcome.size;
        let view = match &goal {
            TaskGoal::Finish(_) => strategy.view(width, height),
            TaskGoal::Style(_) => View::of_size(width, height),
        };
        let extras = pipeline.extra_parameters();
        let (confidence, limited_by) = match &goal {
            TaskGoal::Finish(goal) => assess(&outcome, goal, &view, &limits, extras),
            TaskGoal::Style(_) => assess_style(&outcome, &limits, extras),
        };
        let [mosaic_width, mosaic_height] = view.mosaic_size();
        Ok(Tuned {
            strategy: strategy.name(),
            outcome,
            goal,
            task_reason: None,
            limits,
            confidence,
            limited_by,
            measured_share: (mosaic_width * mosaic_height) as f64 / (width * height) as f64,
            latency: None,
            calibration: None,
            left_at: None,
        })
    }
}

/// Whether a query is left when one was spent on the picture that the calibration starts from.
fn is_of_use(calibration: &Calibration, pipeline: &OpenPipeline, options: &TuneOptions) -> bool {
    options.episode.budget > 1 || calibration.found == pipeline.found_params()
}

impl Tuned {
    /// The whole picture of the best query; rendered once more where the pipeline rendered only
    /// pieces. `None` when no query succeeded.
    ///
    /// # Errors
    /// When the pipeline fails.
    pub fn picture(&mut self, pipeline: &mut OpenPipeline) -> Result<Option<Frame>, PipelineError> {
        if let Some(frame) = self.outcome.best_frame.take() {
            return Ok(Some(frame));
        }
        let params: Option<Params> = self.outcome.best_query().map(|query| query.params);
        params.map(|params| pipeline.query(&params)).transpose()
    }
}

/// Confidence, and what limited the result.
fn assess(
    outcome: &Outcome,
    goal: &Goal,
    view: &View,
    limits: &Limits,
    extras: &[ExtraParameter],
) -> (f64, Vec<String>) {
    let Some(best) = outcome.best_query() else {
        return (0.0, outcome.error.iter().cloned().collect());
    };
    let mask = goal.mask(view);
    let counted = mask.iter().filter(|counts| **counts).count();
    let evidence = Evidence {
        registration: *goal.registration(),
        valid_share: counted as f64 / mask.len().max(1) as f64,
        clipped_share: clipped_share(&goal.planes(view)),
        residual_steps: 255.0 * 10.0_f64.powf(-best.score.psnr_db / 20.0),
        // Goal and output are taken to be equally noisy, so their difference has √2 of it.
        noise_steps: noise_steps(&goal.aligned()) * std::f64::consts::SQRT_2,
    };
    let of_result = limits_of_result(&evidence, limits, &best.params, extras);
    let mut limited_by: Vec<String> = of_result.iter().map(ToString::to_string).collect();
    match outcome.stopped {
        Stopped::Error => limited_by.extend(outcome.error.clone()),
        Stopped::Interrupted => limited_by.push("the tune was interrupted".to_owned()),
        _ => {}
    }
    (confidence(&evidence), limited_by)
}

/// The same of a tune to a style.
fn assess_style(
    outcome: &Outcome,
    limits: &Limits,
    extras: &[ExtraParameter],
) -> (f64, Vec<String>) {
    let mut limited_by = Vec::new();
    let mut confidence = 0.0;
    if let Some((best, style)) =
        outcome.best_query().and_then(|best| Some((best, best.style.as_ref()?)))
    {
        confidence = confidence_of_style(style.distance);
        let of_result = limits_of_style(style.distance, limits, &best.params, extras);
        limited_by.extend(of_result.iter().map(ToString::to_string));
    }
    let refused = outcome.queries.iter().filter_map(|query| {
        let violation = query.style.as_ref()?.violations.first()?;
        Some(format!("query {} was not chosen: {violation}", query.index))
    });
    limited_by.extend(refused);
    match outcome.stopped {
        Stopped::Error => limited_by.extend(outcome.error.clone()),
        Stopped::Interrupted => limited_by.push("the tune was interrupted".to_owned()),
        _ => {}
    }
    (confidence, limited_by)
}

/// Share of pixels with a channel at either end.
fn clipped_share(picture: &Planes) -> f64 {
    let [red, green, blue] = picture.channels();
    let clipped = |value: f32| value <= 0.0 || value >= 1.0;
    let pixels = red.iter().zip(green).zip(blue);
    let count = pixels.filter(|((r, g), b)| clipped(**r) || clipped(**g) || clipped(**b)).count();
    count as f64 / picture.pixel_count().max(1) as f64
}
