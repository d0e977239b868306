//! The service keeps the kernel's virtual camera on a look, with v4l2-ctl as the independent reader
//! and writer of what stands in it.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use daemon::api::ServiceStatus;
use daemon::client::Client;
use daemon::keeping::State;
use daemon::look::LookKind;
use daemon::supervisor::{CameraStatus, ScoreStatus};
use isptune_tests::guest::{
    PICTURE_CONTROLS, controls, power_on, run, set_controls, spoil, still_scene,
};
use isptune_tests::vivid_driver::{bind, unbind};
use tuner::{Frame, Samples};

const SOCKET: &str = "/run/isptune/isptuned.sock";
/// Exposure up where the picture is dark, a little saturation always (`taste_policies.rs`).
const POLICY: &[u8] = include_bytes!("../../daemon/tests/command_line/taste.onnx");
/// Emulated on a busy host, a tune takes minutes.
const LONGEST: Duration = Duration::from_secs(400);

/// A service that is killed when the test fails.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Service {
    fn start() -> Self {
        Self(Command::new("isptuned").stdin(Stdio::null()).spawn().unwrap())
    }

    fn wait_for(&self, what: &str, holds: impl Fn(&CameraStatus) -> bool) -> CameraStatus {
        let deadline = Instant::now() + LONGEST;
        let mut last = None;
        while Instant::now() < deadline {
            let client = Client::new(SOCKET.into()).unwrap();
            if let Ok(status) = client.get::<ServiceStatus>("/v1/status") {
                let status = status.cameras.into_iter().next().unwrap();
                if holds(&status) {
                    println!("{what}: {} queries", status.counts.queries);
                    return status;
                }
                last = Some(status);
            }
            sleep(Duration::from_millis(200));
        }
        panic!("{what}: {last:?}");
    }

    /// Ends it as systemd does; how long that took.
    fn stop(mut self) -> Duration {
        let began = Instant::now();
        run("kill", &["-TERM", &self.0.id().to_string()]);
        assert!(self.0.wait().unwrap().success());
        began.elapsed()
    }
}

fn is_held(status: &CameraStatus) -> bool {
    status.state == State::Holding
        && status.reached.and_then(|score| score.psnr_db()).is_some_and(|db| db > 40.0)
}

/// A still scene of medium levels, the camera at its defaults, and a look of it; then everything is
/// spoiled. Returns the values that the service will find.
fn prepare() -> BTreeMap<String, i64> {
    let _ = fs::remove_dir_all("/var/lib/isptune");
    fs::create_dir_all("/etc/isptune").unwrap();
    power_on();
    run("isptune", &["look", "add", "bars", "--force", "--from", "camera"]);
    configure("bars");
    spoil()
}

fn configure(look: &str) {
    let config = format!(
        "[keep]\ndwell_s = 1\ncool_down_s = 0\n[[camera]]\nname = \"gate\"\nlook = \"{look}\"\n"
    );
    fs::write("/etc/isptune/isptuned.toml", config).unwrap();
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_spoiled_camera_is_tuned_held_and_given_back() {
    let found = prepare();
    let service = Service::start();
    let status = service.wait_for("the look", is_held);
    let held = controls(&PICTURE_CONTROLS);
    assert_ne!(held, found);
    for parameter in &status.parameters {
        let stands = held[&parameter.key] as f64;
        assert!((parameter.native - stands).abs() <= 0.5, "{parameter:?}, read {stands}");
    }
    // Another program turns a knob: what was held is put back.
    set_controls(&[("brightness", 60)]);
    let deadline = Instant::now() + LONGEST;
    while controls(&PICTURE_CONTROLS) != held {
        assert!(Instant::now() < deadline, "{:?}", controls(&PICTURE_CONTROLS));
        sleep(Duration::from_millis(200));
    }
    let status = service.wait_for("the look again", is_held);
    assert_eq!(status.counts.tunes, 1, "putting back is no tune");
    let took = service.stop();
    println!("stopped in {:.2} s", took.as_secs_f64());
    assert_eq!(controls(&PICTURE_CONTROLS), found);
    assert!(fs::read_dir("/var/lib/isptune/found").unwrap().next().is_none());
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_service_that_is_stopped_or_killed_in_the_middle_of_a_tune_leaves_what_was_found() {
    let found = prepare();
    let service = Service::start();
    service.wait_for("a query", |status| !status.queries.is_empty());
    let took = service.stop();
    println!("stopped in {:.2} s", took.as_secs_f64());
    assert_eq!(controls(&PICTURE_CONTROLS), found);

    let service = Service::start();
    service.wait_for("a query", |status| !status.queries.is_empty());
    drop(service);
    // The next start begins where the camera was before, and ends there too.
    let service = Service::start();
    service.wait_for("the look", is_held);
    service.stop();
    assert_eq!(controls(&PICTURE_CONTROLS), found);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_camera_that_is_unplugged_is_waited_for_and_held_again() {
    prepare();
    let service = Service::start();
    service.wait_for("the look", is_held);
    unbind();
    let status = service.wait_for("its absence", |status| status.state == State::Waiting);
    assert!(status.message.is_some(), "{status:?}");
    bind();
    // A camera that comes back has forgotten what it was set to, and shows its own pattern.
    still_scene();
    service.wait_for("the look again", is_held);
    service.stop();
}

fn is_held_on(status: &CameraStatus, kind: LookKind) -> bool {
    status.state == State::Holding && status.kind == Some(kind) && status.reached.is_some()
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_spoiled_camera_is_tuned_to_a_style_and_given_back() {
    prepare();
    // What the camera showed at its defaults, upside down and a part of it: only its style is left.
    power_on();
    run("isptune", &["camera", "capture", "--out", "/tmp/bars.png"]);
    let bars = Frame::load(Path::new("/tmp/bars.png")).unwrap();
    upside_down(bars).save("/tmp/still.png").unwrap();
    let add = ["look", "add", "still", "--kind", "style", "--force", "--from", "/tmp/still.png"];
    run("isptune", &add);
    configure("still");
    let found = spoil();
    let service = Service::start();
    let status = service.wait_for("the style", |status| is_held_on(status, LookKind::Style));
    let distance = |score: Option<ScoreStatus>| score.unwrap().style_distance().unwrap();
    let (was, reached) = (distance(status.found), distance(status.reached));
    println!("style: {was:.4} as found, {reached:.4} reached");
    assert!(reached < 0.5 * was, "{status:?}");
    assert_ne!(controls(&PICTURE_CONTROLS), found);
    service.stop();
    assert_eq!(controls(&PICTURE_CONTROLS), found);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_camera_is_held_on_what_a_policy_makes_of_it_and_given_back() {
    let found = prepare();
    fs::write("/tmp/mine.onnx", POLICY).unwrap();
    run("isptune", &["look", "add", "mine", "--kind", "taste", "--model", "/tmp/mine.onnx"]);
    configure("mine");
    let service = Service::start();
    let status = service.wait_for("the taste", |status| is_held_on(status, LookKind::Taste));
    println!("taste: {:?}, {:?}", status.reached, status.limited_by);
    assert!((1..=2).contains(&status.counts.queries), "{status:?}");
    assert_eq!((status.counts.adoptions, &status.limited_by), (1, &Vec::new()), "{status:?}");
    let held = controls(&PICTURE_CONTROLS);
    assert_ne!(held, found);
    // Another program turns a knob: what was held is put back, and the policy is not asked.
    set_controls(&[("brightness", 60)]);
    let deadline = Instant::now() + LONGEST;
    while controls(&PICTURE_CONTROLS) != held {
        assert!(Instant::now() < deadline, "{:?}", controls(&PICTURE_CONTROLS));
        sleep(Duration::from_millis(200));
    }
    let status = service.wait_for("the taste again", |s| is_held_on(s, LookKind::Taste));
    assert_eq!(status.counts.tunes, 1, "putting back is no tune");
    service.stop();
    assert_eq!(controls(&PICTURE_CONTROLS), found);
}

fn upside_down(picture: Frame) -> Frame {
    fn turned<T: Copy>(samples: &[T], row: usize) -> Vec<T> {
        samples.chunks(row).rev().flatten().copied().collect()
    }
    let [width, height] = picture.size();
    let samples = match picture.samples() {
        Samples::U8(samples) => Samples::U8(turned(samples, width * 3)),
        Samples::U16(samples) => Samples::U16(turned(samples, width * 3)),
    };
    Frame::new(width, height, samples).unwrap()
}
