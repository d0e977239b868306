//! Rows on a whole tune of a large picture: time, memory, and the tuner's own share.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use daemon::demo::{Depth, Illuminant, LightboxScene};
use daemon::task_choice::TaskChoice;
use daemon::tuning::{TuneOptions, tune};
use isp_hw::PipelineFile;
use tuner::{EpisodeOptions, Frame, GoalOptions, Params, Pipeline};

use super::{Row, Target};
use crate::lanes::cargo_command;

const LARGE: [usize; 2] = [3840, 2160];
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
/// When something cannot be rendered, tuned or built.
pub fn rows() -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let input = folder.path().join("input.png");
    let goal = folder.path().join("goal.png");
    write_pair(LARGE, &input, &goal)?;
    Ok(vec![
        whole_match(&input, &goal, folder.path())?,
        memory(&input, &goal, folder.path())?,
        overhead()?,
    ])
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

fn write_pair(size: [usize; 2], input: &Path, goal: &Path) -> Result<()> {
    let scene = scene(size)?;
    goal_of(&scene)?.save(goal)?;
    scene.save(input)?;
    Ok(())
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

/// Peak memory of the program itself on that match, over the decoded 8-bit frame.
fn memory(input: &Path, goal: &Path, folder: &Path) -> Result<Row> {
    // Beside this very program, wherever cargo was told to build.
    let program = std::env::current_exe()?.with_file_name("isptune");
    let target = program.parent().and_then(Path::parent).context("no folder to build in")?;
    let built = cargo_command()
        .args(["build", "--quiet", "--release", "--package", "isptune", "--target-dir"])
        .arg(target)
        .status()?;
    ensure!(built.success(), "isptune does not build");
    let mut child = Command::new(&program)
        .arg("match")
        .args(["--target", "1000", "--input"])
        .arg(input)
        .arg("--goal")
        .arg(goal)
        .arg("--out")
        .arg(folder.join("out.png"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| program.display().to_string())?;
    // The kernel keeps the high-water mark; the last reading before the end is the peak.
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0.0_f64;
    let status = loop {
        if let Some(kib) = high_water_kib(&status_file) {
            peak_kib = peak_kib.max(kib);
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    ensure!(status.success(), "isptune match ended with {status}");
    let [width, height] = LARGE;
    let frame_kib = (width * height * 3) as f64 / 1024.0;
    Ok(Row {
        name: "peak memory of that match / the decoded 8-bit frame",
        value: peak_kib / frame_kib,
        target: Target::AtMost(6.0),
        note: format!("{:.0} MiB; frame {:.0} MiB", peak_kib / 1024.0, frame_kib / 1024.0),
    })
}

fn high_water_kib(status_file: &str) -> Option<f64> {
    let status = std::fs::read_to_string(status_file).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
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
