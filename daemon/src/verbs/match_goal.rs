//! `isptune match`: one tune, the main job.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::PossibleValuesParser;
use tuner::{
    EpisodeOptions, ExtraParameter, Frame, GoalOptions, Limits, Params, Pipeline, Region, strategy,
};

use crate::camera_end;
use crate::exit::Exit;
use crate::interrupt;
use crate::known_device;
use crate::look::{LookContent, LookKind, LookName};
use crate::option_values::{apply_limits, parse_limit, parse_lock, parse_region};
use crate::picture_source::PictureSource;
use crate::progress::Progress;
use crate::result_output::ResultOutput;
use crate::state_folder::StateFolder;
use crate::task_choice::TaskChoice;
use crate::tune_report::Names;
use crate::tuning::{TuneOptions, tune};

/// Options of `match`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    goal: GoalChoice,
    #[command(flatten)]
    state: StateFolder,
    #[command(flatten)]
    source: PictureSource,
    #[command(flatten)]
    search: SearchOptions,
    #[command(flatten)]
    output: ResultOutput,
    /// Do without what `isptune calibrate` has stored of this device
    #[arg(long)]
    no_calibration: bool,
    /// Put a camera back as it was found, instead of leaving it at the best query
    #[arg(long)]
    restore: bool,
}

/// What is to be matched.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct GoalChoice {
    /// Picture to match
    #[arg(long, value_name = "PICTURE")]
    goal: Option<PathBuf>,
    /// Look to match, as `isptune look list` names it, in place of a picture
    #[arg(long, value_name = "NAME")]
    look: Option<LookName>,
}

impl GoalChoice {
    /// The picture, what it is called, and what kind of look it is, where it is one.
    fn load(&self, state: &StateFolder) -> Result<(Frame, String, Option<LookKind>)> {
        match (&self.goal, &self.look) {
            (Some(file), _) => Ok((Frame::load(file)?, file.display().to_string(), None)),
            (None, Some(name)) => {
                let look = state.looks()?.load(name)?;
                let kind = look.summary().kind;
                let LookContent::Goal(goal) = look.into_content() else {
                    bail!(
                        "look {name} is a taste, which has no goal to match; `isptune enhance` takes \
                         the file of its policy, and the service holds such a look"
                    )
                };
                Ok((goal, format!("look {name}"), Some(kind)))
            }
            (None, None) => bail!("nothing to match; give --goal PICTURE, or --look NAME"),
        }
    }
}

/// Options of every verb that tunes.
#[derive(Debug, Args)]
pub struct SearchOptions {
    /// What to take the goal for
    #[arg(long, value_enum, value_name = "TASK", default_value_t)]
    task: TaskChoice,
    /// How to search; hybrid where nothing is said, style-hybrid for a style
    #[arg(long, value_name = "NAME", value_parser = strategy_names())]
    strategy: Option<String>,
    /// Policy (ONNX, as train-host exports it) in place of the one that comes with isptune: one that
    /// goes to a goal for hybrid and the strategies of the name actor, one of style for style-hybrid
    /// and style-actor, one on the paper's state for actor. With nothing else said, a policy of style
    /// makes the task style, and one on the paper's state the strategy actor
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Queries at most
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    queries: u32,
    /// Stop as soon as a query is this near, in dB; of a style, -20 times the logarithm of its distance
    #[arg(long, value_name = "DB", default_value_t = tuner::EXACT_DB)]
    target: f64,
    /// Never touch a parameter: "red_gain" stays as it was found, "red_gain=0.2" stays there
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = parse_lock)]
    lock: Vec<(String, Option<f64>)>,
    /// Keep a parameter within canonical limits: "exposure=-0.3..0.5"
    #[arg(long, value_name = "NAME=LOW..HIGH", value_parser = parse_limit)]
    limit: Vec<(String, [f64; 2])>,
    /// Only this part of the goal counts, in pixels of the goal as it is tuned to
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", value_parser = parse_region)]
    region: Option<Region>,
    /// Take the goal as aligned, pixel by pixel
    #[arg(long)]
    no_registration: bool,
    /// Seed of the strategies that draw random numbers
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
}

impl SearchOptions {
    /// The options of a tune within the limits of a pipeline with these extra parameters that was
    /// found at `found`.
    ///
    /// # Errors
    /// When a limit is no interval within [−1, 1], or the pipeline cannot have such a parameter.
    pub fn tune_options(
        &self,
        mut limits: Limits,
        found: &Params,
        extras: &[ExtraParameter],
    ) -> Result<TuneOptions> {
        apply_limits(&mut limits, &self.limit, &self.lock, found, extras)?;
        Ok(TuneOptions {
            task: self.task,
            strategy: self.strategy.clone(),
            model: self.model.clone(),
            episode: EpisodeOptions { budget: self.queries as usize, target_db: self.target },
            goal: GoalOptions { region_of_interest: self.region, register: !self.no_registration },
            limits,
            seed: self.seed,
            calibration: None,
        })
    }

    /// Whether the strategy asks a simulator.
    #[must_use]
    pub fn simulates(&self) -> bool {
        let simulates = |name: &str| strategy::SIMULATING_NAMES.contains(&name);
        self.strategy.as_deref().is_none_or(simulates)
    }

    /// Queries at most.
    #[must_use]
    pub const fn budget(&self) -> usize {
        self.queries as usize
    }
}

/// Those that need no policy stand last.
fn strategy_names() -> PossibleValuesParser {
    let finish = strategy::ACTOR_NAMES.into_iter().chain(strategy::NAMES);
    let style = strategy::STYLE_NAMES.into_iter().chain(strategy::STYLE_ACTOR_NAMES);
    PossibleValuesParser::new(finish.chain(style))
}

/// Runs the verb.
///
/// # Errors
/// When a file cannot be read or written, the goal is refused, or no query succeeds.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    let file = options.source.load()?;
    options.output.check()?;
    let (goal, goal_name, kind) = options.goal.load(&options.state)?;
    let mut pipeline = options.source.open(&file, &cancel)?;
    let (found, extras) = (pipeline.found_params(), pipeline.extra_parameters());
    let mut tune_options =
        options.search.tune_options(file.limits_on(&pipeline), &found, extras)?;
    if kind == Some(LookKind::Style) && tune_options.task == TaskChoice::Auto {
        tune_options.task = TaskChoice::Style;
    }
    if !options.no_calibration && options.search.simulates() {
        tune_options.calibration = known_device::calibration_of(&file, &pipeline);
    }
    let names = Names {
        title: String::new(),
        input: options.source.name(&pipeline),
        goal: goal_name,
        pipeline: file.label().to_owned(),
        budget: options.search.budget(),
        render_options: options.source.as_typed(),
    };
    let progress = Progress::start(options.search.budget());
    let tuned =
        tune(&mut pipeline, goal, &tune_options, &cancel, &mut |record| progress.query(record));
    progress.finish();
    let mut tuned = tuned?;
    let left = camera_end::leave(&mut pipeline, &tuned, options.restore);
    tuned.left_at = left.as_ref().ok().copied().flatten();
    // What was found is not lost because the camera is.
    let exit = options.output.write(tuned, &mut pipeline, &names);
    match left {
        Ok(_) => exit,
        Err(error) => {
            eprintln!(
                "isptune: {error:#}; what was found in it stays stored, `isptune camera restore` \
                 puts it back"
            );
            exit.map(|exit| if exit == Exit::Done { Exit::PipelineFailed } else { exit })
        }
    }
}
