//! A hardware ISP that the tuner has not met, behind a real kernel driver: vivid loops what the
//! player (`isptune_tests::player`) renders of photographs by the controls of the capture node.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use daemon::task_choice::TaskChoice;
use daemon::tuning::{TuneOptions, tune};
use isp_hw::camera::{
    CameraConfig, CameraPipeline, CapturedFrame, ControlMapping, Effect, FrameSource,
    FrameSourceError, MonotonicTime, SettledPictures, SoftwareStage,
};
use isp_hw::v4l2::{ControlSink, FoundValuesStore, OpenCamera};
use isp_hw::{OpenPipeline, random_goal};
use isptune_tests::player::{CameraControl, LoopedCamera, frame_number};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tuner::{EpisodeOptions, GoalOptions, Limits, Pipeline};

/// Small, for an emulated processor needs minutes for a tune of a large one.
const SIZE: [usize; 2] = [192, 108];

/// The numbers of the frames that a pipeline got, in order.
type Seen = Arc<Mutex<Vec<u64>>>;

/// Passes frames on and notes which. The driver repeats a frame for as long as the player renders
/// the next, which no sensor does: repeated ones are left out.
struct Tap<S> {
    source: S,
    seen: Seen,
}

impl<S: FrameSource> FrameSource for Tap<S> {
    fn frame_after(
        &mut self,
        moment: MonotonicTime,
        timeout: Duration,
    ) -> Result<CapturedFrame, FrameSourceError> {
        let deadline = self.now() + timeout;
        let mut moment = moment;
        loop {
            let frame = self.source.frame_after(moment, deadline.since(self.now()))?;
            let number = frame_number(&frame.bytes);
            let mut seen = self.seen.lock().unwrap();
            if seen.last() != Some(&number) {
                seen.push(number);
                return Ok(frame);
            }
            moment = frame.captured_at;
        }
    }

    fn buffers(&self) -> u32 {
        self.source.buffers()
    }

    fn now(&self) -> MonotonicTime {
        self.source.now()
    }
}

/// The player's nine controls as a field engineer would map them: each is known by what it is for.
fn config(camera: &LoopedCamera) -> CameraConfig {
    let mapping = CameraControl::ALL
        .iter()
        .map(|control| ControlMapping { info: control.info(), effect: Effect::Canonical });
    let mut mapping: Vec<ControlMapping> = mapping.collect();
    mapping.sort_by_key(|mapping| mapping.info.parameter);
    let node = camera.node().to_str().unwrap().to_owned();
    let size = Some(SIZE.map(|side| side as u32));
    CameraConfig { camera: Some(node), size, mapping, ..CameraConfig::default() }
}

fn open(looped: &LoopedCamera, state: &Path) -> (CameraPipeline, Seen) {
    let config = config(looped);
    let OpenCamera { camera, node, capture, .. } = OpenCamera::open(&config).unwrap();
    let store = FoundValuesStore::open(state).unwrap();
    let mut notices = Vec::new();
    let sink = ControlSink::open(node, &camera.identity, &config, store, &mut notices).unwrap();
    let seen = Seen::default();
    let tap = Tap { source: capture, seen: Arc::clone(&seen) };
    let timeout = Duration::from_secs(10);
    let device = camera.node.display().to_string();
    let pictures = SettledPictures::new(device, tap, timeout, Arc::default());
    let stage = SoftwareStage::Off;
    let pipeline =
        CameraPipeline::new(camera.name, notices, Box::new(sink), Box::new(pictures), &stage);
    (pipeline, seen)
}

/// Photographs that the lane has put into the guest; none where there is no data set.
fn photographs() -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir("/mnt/photographs") else { return Vec::new() };
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn every_query_shows_frames_of_its_own_controls_and_never_older_ones() {
    let state = tempfile::tempdir().unwrap();
    // An ISP that is two frames late.
    let camera = LoopedCamera::start(SIZE, &["--latency", "2", "--isp", "varied:3"]);
    let (mut pipeline, seen) = open(&camera, state.path());
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for query in 0..12 {
        let goal = random_goal(&mut pipeline, &mut random).unwrap();
        let last = *seen.lock().unwrap().last().unwrap();
        let log = camera.log();
        let shown = log.iter().find(|record| record.frame == last).unwrap();
        for control in &CameraControl::ALL {
            let wanted = control.info().to_native(goal.params.get(control.parameter)).round();
            let value = &shown.controls[control.name];
            assert_eq!(value.as_f64(), Some(wanted), "query {query}, {}", control.name);
        }
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn unknown_hardware_is_tuned_to_its_own_goals_in_ten_queries() {
    let photographs = photographs();
    if photographs.is_empty() {
        println!("photographs: not run (ISPTUNE_DATA is not there); the demo's scene stands in");
    }
    let count = photographs.len().max(1);
    let scenes = photographs.iter().flat_map(|path| ["--scene", path.to_str().unwrap()]);
    let options = ["--isp", "varied:11", "--noise", "2", "--latency", "1"];
    let options: Vec<&str> = options.into_iter().chain(scenes).collect();
    let state = tempfile::tempdir().unwrap();
    let camera = LoopedCamera::start(SIZE, &options);
    let mut random = ChaCha8Rng::seed_from_u64(41);
    let mut reached = Vec::new();
    for scene in 0..count {
        camera.select(scene);
        camera.wait_for("the scene", |log| log.last().is_some_and(|last| last.scene == scene));
        let (mut pipeline, _) = open(&camera, state.path());
        let goal = random_goal(&mut pipeline, &mut random).unwrap();
        // As it was found: the goal's own values must not be where the tune begins.
        drop(pipeline);
        let (pipeline, _) = open(&camera, state.path());
        assert!(pipeline.found_params().values().iter().all(|value| value.abs() < 0.02));
        let options = TuneOptions {
            task: TaskChoice::Auto,
            strategy: Some("hybrid".to_owned()),
            model: None,
            episode: EpisodeOptions::default(),
            goal: GoalOptions::default(),
            limits: Limits::default(),
            seed: 0,
            calibration: None,
        };
        let cancel = Arc::new(AtomicBool::new(false));
        let mut pipeline = OpenPipeline::Camera(pipeline);
        let tuned = tune(&mut pipeline, goal.picture, &options, &cancel, &mut |_| {}).unwrap();
        let best = tuned.outcome.best_query().unwrap();
        println!(
            "scene {scene}: found {:.1} dB, {:.1} dB at query {} of {}",
            tuned.outcome.found.psnr_db,
            best.score.psnr_db,
            best.index,
            tuned.outcome.queries.len()
        );
        std::io::stdout().flush().unwrap();
        reached.push(best.score.psnr_db.min(60.0));
        drop(pipeline);
    }
    reached.sort_by(f64::total_cmp);
    let mean = reached.iter().sum::<f64>() / reached.len() as f64;
    let low = reached[reached.len() / 10];
    println!("{count} scenes: mean {mean:.1} dB, 10th percentile {low:.1} dB");
    assert!(mean >= 42.0 && low >= 35.0, "{reached:?}");
    let (pipeline, _) = open(&camera, state.path());
    let left = pipeline.found_params().values();
    assert!(left.iter().all(|value| value.abs() < 0.02), "{left:?}");
}
