use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tuner::{Frame, Params, Pipeline, Samples};

use super::*;
use crate::keeping::{LookWish, State};
use crate::service_config::{CameraEntry, Layer, load};

/// A scene with detail in every part, brightened by `offset`.
pub(super) fn scene(offset: f64) -> Frame {
    let samples = (0..96 * 72 * 3).map(|index| {
        let (x, y, channel) = (index / 3 % 96, index / 288, index % 3);
        let wave = ((x * (channel + 2)) as f64 / 9.0).sin() + ((x * y) as f64 / 60.0).cos();
        (110.0 + offset + 30.0 * wave + 0.4 * y as f64).clamp(0.0, 255.0) as u8
    });
    Frame::new(96, 72, Samples::U8(samples.collect())).unwrap()
}

/// Looks by name; a later one of the same name replaces an earlier.
type Looks = Vec<(String, Result<LookWish, LookTrouble>)>;

pub(super) struct Bench {
    folder: TempDir,
    looks: Arc<Mutex<Looks>>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        scene(0.0).save(folder.path().join("scene.png")).unwrap();
        Self { folder, looks: Arc::default() }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A look that the software ISP makes of the scene.
    pub(super) fn add_look(&self, name: &str, exposure: f64) {
        let params = Params::NEUTRAL.with(tuner::Parameter::Exposure, exposure);
        let file = isp_hw::PipelineFile::software();
        let mut pipeline = file.open_frame(scene(0.0), &Arc::default()).unwrap();
        let picture = Arc::new(pipeline.query(&params).unwrap());
        self.add_wish(name, LookWish::Finish(picture));
    }

    pub(super) fn add_wish(&self, name: &str, wish: LookWish) {
        self.looks.lock().unwrap().push((name.to_owned(), Ok(wish)));
    }

    /// Damages a look.
    pub(super) fn spoil(&self, name: &str) {
        let trouble = LookTrouble::Unusable(format!("look {name} is damaged"));
        self.looks.lock().unwrap().push((name.to_owned(), Err(trouble)));
    }

    pub(super) fn entry(&self, more: &str) -> CameraEntry {
        let text = format!(
            "keep = {{ check_interval_s = 0.05, dwell_s = 0.2, cool_down_s = 0 }}\n\
             [[camera]]\nname = \"gate\"\ninput = \"scene.png\"\nstrategy = \"model\"\n{more}\n"
        );
        let config = load(&[Layer { path: self.path().join("isptuned.toml"), text }]).unwrap();
        config.cameras[0].clone()
    }

    pub(super) fn spawn(&self, more: &str) -> Supervised {
        let looks = Arc::clone(&self.looks);
        let workshop = Workshop {
            looks: Arc::new(move |name| {
                let looks = looks.lock().unwrap();
                let found = looks.iter().rev().find(|(known, _)| known == name);
                match found {
                    Some((_, wish)) => wish.clone(),
                    None => Err(LookTrouble::Missing(format!("no look {name}"))),
                }
            }),
            actor: Arc::default(),
            state: self.path().to_owned(),
        };
        let (handle, thread) = spawn(self.entry(more), workshop).unwrap();
        Supervised { handle, thread: Some(thread) }
    }
}

pub(super) struct Supervised {
    pub(super) handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl Supervised {
    pub(super) fn wait_for(
        &self,
        what: &str,
        holds: impl Fn(&CameraStatus) -> bool,
    ) -> Arc<CameraStatus> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let status = self.handle.status();
            if holds(&status) {
                return status;
            }
            assert!(Instant::now() < deadline, "{what}: {status:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(super) fn ask(&self, command: Command) -> Result<Answer, Refusal> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.handle.ask(command))
    }

    pub(super) fn stop(mut self) {
        self.handle.stop();
        self.thread.take().unwrap().join().unwrap();
    }
}

fn holds_at(status: &CameraStatus, least_db: f64) -> bool {
    status.state == State::Holding
        && status.reached.is_some_and(|score| score.psnr_db().is_some_and(|db| db > least_db))
}

#[test]
fn a_camera_is_tuned_to_its_look_and_held() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    let status = camera.wait_for("the look", |status| holds_at(status, 45.0));
    assert_eq!(status.history.len(), 1);
    assert_eq!((status.counts.tunes, status.counts.adoptions), (1, 1));
    assert!(status.parameters.iter().any(|p| p.name == "exposure" && p.value > 0.3));
    assert!(camera.handle.picture(PictureKind::Found).is_some());
    assert!(camera.handle.picture(PictureKind::Goal).is_some());
    camera.stop();
}

#[test]
fn after_a_restart_the_good_setting_is_tried_before_anything_is_tuned() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let first = bench.spawn("look = \"day\"");
    let params = first.wait_for("the look", |status| holds_at(status, 45.0)).parameters.clone();
    first.stop();
    let second = bench.spawn("look = \"day\"");
    let status = second.wait_for("the look again", |status| holds_at(status, 45.0));
    assert_eq!(status.counts.queries, 0);
    for (now, then) in status.parameters.iter().zip(&params) {
        assert!((now.value - then.value).abs() < 1e-9, "{now:?}, {then:?}");
    }
    second.stop();
}

#[test]
fn a_scene_that_changes_for_good_is_tuned_again_and_a_short_change_is_not() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    scene(-14.0).save(bench.path().join("scene.png")).unwrap();
    let status = camera
        .wait_for("a retune", |status| status.counts.tunes >= 2 && status.state == State::Holding);
    assert_eq!(status.retunes_last_hour, 1);
    camera.stop();
}

#[test]
fn hold_resume_apply_and_restore_do_what_they_say() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    assert_eq!(camera.ask(Command::Hold), Ok(Answer::Accepted));
    camera.wait_for("hold", |status| status.state == State::Paused && status.paused);
    assert_eq!(camera.ask(Command::Hold), Ok(Answer::Accepted), "asking twice is asking once");
    assert!(matches!(camera.ask(Command::Retune), Err(Refusal::BadValue(_))));
    let params = [("contrast".to_owned(), 0.25)].into();
    assert_eq!(camera.ask(Command::Apply { params }), Ok(Answer::Accepted));
    let status = camera.wait_for("contrast", |status| {
        status.parameters.iter().any(|p| p.name == "contrast" && p.value == 0.25)
    });
    assert_eq!(status.history[0].look, None);
    for (name, value) in [("hue", 0.1), ("contrast", 1.5), ("contrast", f64::NAN)] {
        let params = [(name.to_owned(), value)].into();
        assert!(matches!(camera.ask(Command::Apply { params }), Err(Refusal::BadValue(_))));
    }
    assert_eq!(camera.ask(Command::Resume), Ok(Answer::Accepted));
    camera.wait_for("the look again", |status| holds_at(status, 45.0) && !status.paused);
    assert_eq!(camera.ask(Command::Restore), Ok(Answer::Accepted));
    let status = camera.wait_for("rest", |status| status.state == State::Paused);
    assert_eq!(status.parameters, []);
    camera.stop();
}

#[test]
fn a_plan_writes_nothing_and_predicts() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("");
    camera.wait_for("no look", |status| status.state == State::Holding);
    assert!(matches!(camera.ask(Command::Plan), Err(Refusal::BadValue(_))));
    camera.stop();
    let camera = bench.spawn("look = \"day\"\n");
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    assert_eq!(camera.ask(Command::Restore), Ok(Answer::Accepted));
    assert!(matches!(camera.ask(Command::Plan), Err(Refusal::NotOpen(_))));
    camera.stop();
}

#[test]
fn a_look_that_comes_later_is_taken_and_another_one_replaces_it() {
    let bench = Bench::new();
    let camera = bench.spawn("look = \"day\"");
    let status = camera.wait_for("the fault", |status| status.message.is_some());
    assert!(status.message.as_deref().unwrap().contains("no look day"), "{status:?}");
    bench.add_look("day", 0.4);
    bench.add_look("night", -0.3);
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    let night = Command::Look { name: Some("night".to_owned()), strength: None };
    assert_eq!(camera.ask(night), Ok(Answer::Accepted));
    camera.wait_for("the other look", |status| {
        holds_at(status, 45.0) && status.look.as_deref() == Some("night")
    });
    let none = Command::Look { name: Some("dusk".to_owned()), strength: None };
    assert_eq!(camera.ask(none), Err(Refusal::NoSuchLook("dusk".to_owned())));
    // The choice outlives a restart, until the configuration says something else.
    camera.stop();
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("the choice", |status| status.look.as_deref() == Some("night"));
    camera.handle.configure(bench.entry("look = \"day\"\nstrength = 1.0\nqueries = 9"));
    camera.wait_for("the choice", |status| status.look.as_deref() == Some("night"));
    bench.add_look("dusk", 0.1);
    camera.handle.configure(bench.entry("look = \"dusk\""));
    camera.wait_for("the new look", |status| {
        status.look.as_deref() == Some("dusk") && holds_at(status, 45.0)
    });
    camera.stop();
}

#[test]
fn half_the_strength_goes_half_the_way() {
    let bench = Bench::new();
    bench.add_look("day", 0.6);
    let camera = bench.spawn("look = \"day\"\nstrength = 0.5");
    let status = camera.wait_for("the look", |status| holds_at(status, 35.0));
    let exposure = status.parameters.iter().find(|p| p.name == "exposure").unwrap().value;
    assert!((0.1..0.5).contains(&exposure), "{exposure}");
    camera.stop();
}

#[test]
fn locked_parameters_stay_and_limits_hold() {
    let bench = Bench::new();
    bench.add_look("day", 0.6);
    let camera =
        bench.spawn("look = \"day\"\nlock = [\"contrast\"]\nlimits = { exposure = [-0.1, 0.2] }");
    let status = camera.wait_for("the end of the tune", |status| {
        status.state == State::Holding && status.counts.tunes == 1
    });
    let value = |name: &str| status.parameters.iter().find(|p| p.name == name).unwrap().value;
    assert_eq!(value("contrast"), 0.0);
    assert!((-0.1..=0.2).contains(&value("exposure")));
    camera.stop();
}

#[test]
fn a_camera_that_goes_away_is_waited_for() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    let file = bench.path().join("scene.png");
    std::fs::remove_file(&file).unwrap();
    let status = camera.wait_for("its absence", |status| status.state == State::Waiting);
    assert!(status.message.as_deref().unwrap().contains("scene.png"), "{status:?}");
    scene(0.0).save(&file).unwrap();
    camera.wait_for("its return", |status| holds_at(status, 45.0));
    camera.stop();
}

#[test]
fn little_light_chooses_its_look_and_what_is_set_for_it_does_not_undo_that() {
    let bench = Bench::new();
    bench.add_look("day", 0.0);
    bench.add_look("dim", 0.3);
    let camera = bench
        .spawn("look = \"day\"\nby_light = [{ look = \"dim\", below_ev = -1, dwell_s = 0.3 }]");
    let status = camera.wait_for("the look", |status| holds_at(status, 45.0));
    assert_eq!(status.look.as_deref(), Some("day"));
    let light = camera.wait_for("the light", |status| status.light.is_some()).light.unwrap();
    assert!(light.ev.abs() < 0.11, "{light:?}");
    // A grey world: the scene is nearly one.
    assert!((5000.0..8000.0).contains(&light.kelvin.unwrap()), "{light:?}");
    scene(-60.0).save(bench.path().join("scene.png")).unwrap();
    let status = camera.wait_for("the other look", |status| {
        status.look.as_deref() == Some("dim") && status.state == State::Holding
    });
    let value = |status: &CameraStatus| status.parameters[0].value;
    assert!(value(&status) > 0.2, "{status:?}");
    assert!(status.light.unwrap().ev < -1.0, "{status:?}");
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(camera.handle.status().look.as_deref(), Some("dim"));
    }
    // What a person chooses comes first.
    let day = Command::Look { name: Some("day".to_owned()), strength: None };
    assert_eq!(camera.ask(day), Ok(Answer::Accepted));
    camera.wait_for("the choice", |status| status.look.as_deref() == Some("day"));
    camera.stop();
}

fn tunes_of(camera: &Supervised) -> u64 {
    camera.handle.status().counts.tunes
}

#[test]
fn a_reload_that_changes_nothing_tunes_nothing() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    for _ in 0..3 {
        camera.handle.configure(bench.entry("look = \"day\""));
        std::thread::sleep(Duration::from_millis(200));
    }
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    assert_eq!(tunes_of(&camera), 1);
    assert_eq!(camera.ask(Command::Hold), Ok(Answer::Accepted));
    assert_eq!(camera.ask(Command::Resume), Ok(Answer::Accepted));
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    assert_eq!(tunes_of(&camera), 1);
    camera.stop();
}

#[test]
fn a_look_that_is_replaced_under_its_name_is_taken_up_when_it_is_asked_for_again() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    bench.add_look("day", -0.2);
    let again = Command::Look { name: Some("day".to_owned()), strength: None };
    assert_eq!(camera.ask(again), Ok(Answer::Accepted));
    camera.wait_for("the new picture", |status| status.counts.tunes == 2 && holds_at(status, 45.0));
    camera.stop();
}

#[test]
fn a_lock_holds_what_stands_and_not_where_the_last_tune_began() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    let lock = Command::Lock { parameters: vec!["exposure".to_owned()] };
    assert_eq!(camera.ask(lock), Ok(Answer::Accepted));
    let status = camera.wait_for("the lock", |status| status.parameters[0].locked);
    let exposure = &status.parameters[0];
    assert_eq!((exposure.low, exposure.high), (exposure.value, exposure.value));
    assert!(exposure.value > 0.1, "{exposure:?}");
    camera.stop();
}

#[test]
fn darkness_at_the_start_is_waited_out_and_spoils_no_mixture() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let file = bench.path().join("scene.png");
    Frame::new(96, 72, Samples::U8(vec![0; 96 * 72 * 3])).unwrap().save(&file).unwrap();
    let camera = bench.spawn("look = \"day\"\nstrength = 0.5");
    let status = camera.wait_for("darkness", |status| status.blind.is_some());
    assert!(status.blind.as_deref().unwrap().contains("dark"), "{status:?}");
    scene(0.0).save(&file).unwrap();
    camera.wait_for("the look", |status| holds_at(status, 35.0) && status.blind.is_none());
    let goal = camera.handle.picture(PictureKind::Goal).unwrap();
    let Samples::U8(samples) = goal.samples() else { panic!("made of bytes") };
    let mean = samples.iter().map(|sample| f64::from(*sample)).sum::<f64>() / samples.len() as f64;
    assert!(mean > 110.0, "{mean}");
    camera.stop();
}

#[test]
fn a_camera_that_was_opened_anew_is_not_held_back_by_its_past() {
    let bench = Bench::new();
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("the look", |status| holds_at(status, 45.0));
    // A tune late in the first life of the camera …
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(camera.ask(Command::Retune), Ok(Answer::Accepted));
    camera.wait_for("a second tune", |status| status.counts.tunes == 2 && holds_at(status, 45.0));
    let file = bench.path().join("scene.png");
    std::fs::remove_file(&file).unwrap();
    camera.wait_for("its absence", |status| status.state == State::Waiting);
    scene(0.0).save(&file).unwrap();
    camera.wait_for("its return", |status| holds_at(status, 45.0));
    // … does not lie in the future of the second.
    let began = Instant::now();
    scene(-14.0).save(&file).unwrap();
    camera.wait_for("a tune by itself", |status| status.retunes_last_hour == 1);
    assert!(began.elapsed() < Duration::from_secs(30));
    camera.stop();
}
