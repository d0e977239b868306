//! Rows on a whole tune of a large picture: time, and the tuner's own share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use daemon::demo::{Depth, Illuminant, LightboxScene};
use daemon::task_choice::TaskChoice;
use daemon::tuning::{TuneOptions, tune};
use isp_hw::PipelineFile;
use tuner::{EpisodeOptions, Frame, GoalOptions, Params, Pipeline};

use super::{Row, Target};

pub(super) const LARGE: [usize; 2] = [3840, 2160];
const HD: [usize; 2] = [1280, 720];

/// Rounds of which the fastest counts.
const ROUNDS: usize = 5;

/// The goal: all nine parameters active.
const LOOK: [f64; 9] = [0.2, -0.3, 0.1, 0.4, 0.5, -0.4, 0.3, 0.6, -0.7];

/// A target that no tune reaches, so that all ten queries are made.
const NEVER_DB: f64 = 1e3;

/// Measures the rows.
///
/// # Errors
/// When something cannot be rendered or tuned.
pub fn rows() -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let [input, goal] = large_pair(folder.path())?;
    Ok(vec![whole_match(&input, &goal, folder.path())?, overhead()?])
}

fn scene(size: [usize; 2]) -> Result<Frame> {
    let [width, height] = size;
    Ok(LightboxScene::new(Illuminant::D65, width, height).frame(Depth::Eight)?)
}

fn goal_of(scene: &Frame) -> Result<Frame> {
    let cancel = Arc::new(AtomicBool::new(false));
    let mut pipeline = PipelineFile::software().open_frame(scene.clone(), &cancel)?;
    Ok(pipeline.query(&Params::new(LOOK)?)?)
}

/// Writes a large picture, and a goal that the software ISP can reach from it.
pub(super) fn large_pair(folder: &Path) -> Result<[PathBuf; 2]> {
    let pair = ["input.png", "goal.png"].map(|name| folder.join(name));
    let [input, goal] = &pair;
    let scene = scene(LARGE)?;
    goal_of(&scene)?.save(goal)?;
    scene.save(input)?;
    Ok(pair)
}

fn options(target_db: f64) -> TuneOptions {
    TuneOptions {
        task: TaskChoice::Auto,
        strategy: Some("model".to_owned()),
        model: None,
        episode: EpisodeOptions { budget: 10, target_db },
        goal: GoalOptions::default(),
        limits: PipelineFile::software().limits(),
        seed: 0,
        calibration: None,
    }
}

/// Ten queries and the final rendering of a 4K picture, less decoding and encoding, over one
/// rendering.
fn whole_match(input: &Path, goal: &Path, folder: &Path) -> Result<Row> {
    let cancel = Arc::new(AtomicBool::new(false));
    let mut fastest_tune = Duration::MAX;
    let mut fastest_render = Duration::MAX;
    let mut fastest_files = Duration::MAX;
    let mut queries = 0;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let (input, goal) = (Frame::load(input)?, Frame::load(goal)?);
        let decoded = started.elapsed();
        let started = Instant::now();
        let mut pipeline = PipelineFile::software().open_frame(input, &cancel)?;
        let mut tuned = tune(&mut pipeline, goal, &options(NEVER_DB), &cancel, &mut |_| {})?;
        let picture = tuned.picture(&mut pipeline)?.context("no query succeeded")?;
        fastest_tune = fastest_tune.min(started.elapsed());
        queries = tuned.outcome.queries.len();
        let started = Instant::now();
        picture.save(folder.join("out.png"))?;
        fastest_files = fastest_files.min(decoded + started.elapsed());
        let started = Instant::now();
        std::hint::black_box(pipeline.query(&Params::new(LOOK)?)?);
        fastest_render = fastest_render.min(started.elapsed());
    }
    Ok(Row {
        name: "a whole match at 3840×2160, less decoding and encoding / one render",
        value: fastest_tune.as_secs_f64() / fastest_render.as_secs_f64(),
        target: Target::AtMost(2.5),
        note: format!(
            "{queries} queries: {:.0} ms; render {:.0} ms; files {:.0} ms",
            fastest_tune.as_secs_f64() * 1e3,
            fastest_render.as_secs_f64() * 1e3,
            fastest_files.as_secs_f64() * 1e3
        ),
    })
}

/// Time of an episode beyond the pipeline's own, for a query, on one core.
fn overhead() -> Result<Row> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let cancel = Arc::new(AtomicBool::new(false));
    let input = scene(HD)?;
    let goal = goal_of(&input)?;
    let mut fastest_ms = f64::INFINITY;
    let mut first_ms = f64::INFINITY;
    for _ in 0..ROUNDS {
        let mut pipeline = PipelineFile::software().open_frame(input.clone(), &cancel)?;
        let options = options(NEVER_DB);
        let mut times = Vec::new();
        let mut last = Instant::now();
        pool.install(|| {
            tune(&mut pipeline, goal.clone(), &options, &cancel, &mut |record| {
                times.push(last.elapsed().as_secs_f64() * 1e3 - record.elapsed_ms);
                last = Instant::now();
            })
        })?;
        let Some((first, rest)) = times.split_first() else { continue };
        first_ms = first_ms.min(*first);
        if !rest.is_empty() {
            fastest_ms = fastest_ms.min(rest.iter().sum::<f64>() / rest.len() as f64);
        }
    }
    Ok(Row {
        name: "overhead of the tuner per query at 1280×720, one core, in ms",
        value: fastest_ms,
        target: Target::AtMost(10.0),
        note: format!(
            "features, score, step; once before the first query {first_ms:.0} ms \
             (registration, solving for the goal)"
        ),
    })
}
