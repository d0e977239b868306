//! Every fault that the kernel's virtual camera can have, at every moment of a tune: before it,
//! while pictures are measured, and between a write and the frame that shows it. v4l2-ctl is the
//! independent reader of what stands in the camera.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use isp_hw::v4l2::{Controls, Events};
use isptune_tests::guest::{
    CAMERA, PICTURE_CONTROLS, controls, output, power_on, run, set_controls, spoil, told,
};
use isptune_tests::vivid_driver::{bind, rebind, unbind};
use v4l::control::{Control, Value};
use v4l::device::Device;

/// From the fault to the end of the program, of which the wait for a frame takes three seconds.
const LONGEST_FAREWELL: Duration = Duration::from_secs(5);
/// A program that is still there then hangs.
const HANGS: Duration = Duration::from_secs(120);
/// Somebody who is in no group.
const NOBODY: u32 = 65534;

/// When a fault comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Before the tune is started.
    Idle,
    /// In the second half of a query, when frames that count are looked at.
    Measuring,
    /// As soon as the kernel tells of a write.
    AfterWrite,
}

const MOMENTS: [Moment; 3] = [Moment::Idle, Moment::Measuring, Moment::AfterWrite];

/// What a tune makes of a fault.
#[derive(Clone, Copy)]
enum Outcome {
    /// It ends, and says this.
    Ends(&'static str),
    /// It comes to its end as if nothing had been.
    GoesOn,
}
use Outcome::{Ends, GoesOn};

struct Fault {
    name: &'static str,
    happen: fn(&Camera),
    heal: fn(),
    /// In the order of [`MOMENTS`].
    outcomes: [Outcome; 3],
    /// The camera comes back with its defaults.
    forgets: bool,
}

impl Fault {
    fn outcome(&self, moment: Moment) -> Outcome {
        let index = MOMENTS.iter().position(|other| *other == moment).unwrap();
        self.outcomes[index]
    }
}

/// The camera as the one who makes the faults has it open.
struct Camera {
    file: File,
    device: Device,
}

impl Camera {
    fn open() -> Self {
        let file = File::options().read(true).write(true).open(CAMERA).unwrap();
        Self { file, device: Device::with_path(CAMERA).unwrap() }
    }

    fn number_of(&self, control: &str) -> u32 {
        Controls::new(self.file.as_fd(), Path::new(CAMERA)).by_key(control).unwrap().id
    }

    /// Sets a control, in no time: a program would take longer than a frame.
    fn set(&self, control: &str, value: i64) {
        let value = Value::Integer(value);
        self.device.set_control(Control { id: self.number_of(control), value }).unwrap();
    }

    /// Waits for the moment in a running tune. A query of this strategy writes brightness once, so
    /// an event is a query.
    fn wait_for(&self, moment: Moment) {
        let events = Events::new(self.file.as_fd(), Path::new(CAMERA));
        events.subscribe_control(self.number_of("brightness")).unwrap();
        let written = || assert!(events.next(HANGS).unwrap().is_some(), "nothing is written");
        (0..2).for_each(|_| written());
        let started = Instant::now();
        written();
        if moment == Moment::Measuring {
            sleep(started.elapsed() * 6 / 10);
        }
    }
}

const GONE: &str = "the camera is gone";

const FAULTS: [Fault; 9] = [
    Fault {
        name: "60 % of the frames lost",
        happen: |camera| camera.set("percentage_of_dropped_buffers", 60),
        heal: || set_controls(&[("percentage_of_dropped_buffers", 0)]),
        outcomes: [GoesOn; 3],
        forgets: false,
    },
    Fault {
        name: "no frames",
        happen: |camera| camera.set("percentage_of_dropped_buffers", 100),
        heal: || set_controls(&[("percentage_of_dropped_buffers", 0)]),
        outcomes: [Ends("no frame within"); 3],
        forgets: false,
    },
    Fault {
        name: "a damaged frame",
        happen: |camera| camera.set("inject_v4l2_buf_flag_error", 1),
        heal: || {},
        outcomes: [GoesOn; 3],
        forgets: false,
    },
    Fault {
        name: "a refused buffer",
        happen: |camera| camera.set("inject_vidioc_qbuf_error", 1),
        heal: || {},
        outcomes: [GoesOn; 3],
        forgets: false,
    },
    // Of these two a running stream knows nothing; the next start meets them.
    Fault {
        name: "refused buffers at the start",
        happen: |camera| camera.set("inject_vidioc_reqbufs_error", 1),
        heal: || {},
        outcomes: [GoesOn; 3],
        forgets: false,
    },
    Fault {
        name: "a refused start of the stream",
        happen: |camera| camera.set("inject_vidioc_streamon_error", 1),
        heal: || {},
        outcomes: [GoesOn; 3],
        forgets: false,
    },
    Fault {
        name: "a fatal error",
        happen: |camera| camera.set("inject_fatal_streaming_error", 1),
        heal: || {},
        // Without a stream there is nothing that could fail.
        outcomes: [GoesOn, Ends("Input/output error"), Ends("Input/output error")],
        forgets: false,
    },
    Fault {
        name: "disconnected",
        happen: |camera| camera.set("disconnect", 1),
        heal: rebind,
        outcomes: [Ends("no such camera"), Ends(GONE), Ends(GONE)],
        forgets: true,
    },
    Fault {
        name: "unplugged",
        happen: |_| unbind(),
        heal: bind,
        outcomes: [Ends("no such camera"), Ends(GONE), Ends(GONE)],
        forgets: true,
    },
];

const NO_SIGNAL: Fault = Fault {
    name: "no signal",
    happen: |camera| camera.set("dv_timings_signal_mode", 1),
    heal: || set_controls(&[("dv_timings_signal_mode", 0)]),
    outcomes: [Ends("no signal at its input"); 3],
    forgets: false,
};

fn stored_goal(folder: &Path) -> String {
    power_on();
    let goal = folder.join("goal.png").to_str().unwrap().to_owned();
    run("isptune", &["camera", "capture", CAMERA, "--out", &goal]);
    goal
}

/// A tune that makes 8 queries, whatever they show.
fn tune(goal: &str) -> Command {
    let mut command = Command::new("isptune");
    command
        .args(["match", "--camera", CAMERA, "--goal", goal, "--restore"])
        .args(["--queries", "8", "--target", "99", "--strategy", "random"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Waits for the end, and says how long that took.
fn end_of(mut child: Child) -> (Output, Duration) {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > HANGS {
            child.kill().unwrap();
            panic!("hangs: {}", told(&child.wait_with_output().unwrap()));
        }
        sleep(Duration::from_millis(20));
    }
    let took = started.elapsed();
    (child.wait_with_output().unwrap(), took)
}

fn nothing_is_pending() {
    let pending = std::fs::read_dir("/var/lib/isptune/found").unwrap();
    let names: Vec<_> = pending.map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.is_empty(), "{names:?}");
}

fn assert_outcome(outcome: Outcome, output: &Output, took: Duration, cell: &str) {
    let said = told(output);
    match outcome {
        GoesOn => assert!(output.status.success(), "{cell}: {said}"),
        Ends(words) => {
            assert!(matches!(output.status.code(), Some(1 | 3)), "{cell}: {said}");
            assert!(said.contains(words), "{cell}: {said}");
            assert!(took < LONGEST_FAREWELL, "{cell}: {took:?}");
        }
    }
    println!("{cell}: {}, {:.1} s", output.status, took.as_secs_f64());
}

/// Has one fault at one moment of a tune, then after it has gone another tune.
fn meet(fault: &Fault, moment: Moment, goal: &str) {
    let cell = format!("{}, {moment:?}", fault.name);
    power_on();
    let defaults = controls(&PICTURE_CONTROLS);
    let spoiled = spoil();
    let camera = Camera::open();
    let child = if moment == Moment::Idle {
        (fault.happen)(&camera);
        tune(goal).spawn().unwrap()
    } else {
        let child = tune(goal).spawn().unwrap();
        camera.wait_for(moment);
        (fault.happen)(&camera);
        child
    };
    let (output, took) = end_of(child);
    // The node of a camera that has gone lives as long as somebody holds it.
    drop(camera);
    assert_outcome(fault.outcome(moment), &output, took, &cell);
    (fault.heal)();
    run("isptune", &["camera", "restore"]);
    // A camera that was gone before it was tuned is left as it came back.
    let is_new = fault.forgets && moment == Moment::Idle;
    let expected = if is_new { defaults } else { spoiled };
    assert_eq!(controls(&PICTURE_CONTROLS), expected, "{cell}");
    nothing_is_pending();
    let (again, _) = end_of(tune(goal).spawn().unwrap());
    assert!(again.status.success(), "{cell}, healed: {}", told(&again));
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn every_fault_at_every_moment_is_named_and_made_good_when_it_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    let goal = stored_goal(folder.path());
    for fault in &FAULTS {
        MOMENTS.iter().for_each(|moment| meet(fault, *moment, &goal));
    }
}

/// The lane's script runs it by name, with an HDMI receiver as the camera.
#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn an_hdmi_receiver_that_loses_its_signal_is_named_and_tuned_when_it_has_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let goal = stored_goal(folder.path());
    MOMENTS.iter().for_each(|moment| meet(&NO_SIGNAL, *moment, &goal));
}

/// Another program that captures.
fn other_program(frames: u32) -> Child {
    Command::new("v4l2-ctl")
        .args(["-d", CAMERA, "--stream-mmap", &format!("--stream-count={frames}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn another_program_keeps_a_tune_out_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let goal = stored_goal(folder.path());
    let spoiled = spoil();
    let mut other = other_program(100_000);
    sleep(Duration::from_secs(2));
    let (output, took) = end_of(tune(&goal).spawn().unwrap());
    assert_outcome(Ends("another program uses the camera"), &output, took, "busy, Idle");
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(controls(&PICTURE_CONTROLS), spoiled);
    let (output, _) = end_of(tune(&goal).spawn().unwrap());
    assert!(output.status.success(), "{}", told(&output));
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn another_program_that_comes_in_the_middle_of_a_tune_is_the_one_that_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let goal = stored_goal(folder.path());
    for moment in [Moment::Measuring, Moment::AfterWrite] {
        let spoiled = spoil();
        let camera = Camera::open();
        let child = tune(&goal).spawn().unwrap();
        camera.wait_for(moment);
        drop(camera);
        let refused = output("v4l2-ctl", &["-d", CAMERA, "--stream-mmap", "--stream-count=1"]);
        let said = told(&refused);
        assert!(said.contains("busy"), "{said}");
        let (output, took) = end_of(child);
        assert_outcome(GoesOn, &output, took, &format!("busy, {moment:?}"));
        assert_eq!(controls(&PICTURE_CONTROLS), spoiled);
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn of_two_programs_that_start_at_once_one_gets_the_camera() {
    let folder = tempfile::tempdir().unwrap();
    let goal = stored_goal(folder.path());
    let spoiled = spoil();
    let mut kept_out = 0;
    let starts = 16;
    for start in 0..starts {
        // One or the other is first, by up to a third of a second.
        let (ours_ms, other_ms) = (20 * u64::max(8, start) - 160, 40 * (8 - u64::min(8, start)));
        sleep(Duration::from_millis(ours_ms));
        let child = tune(&goal).spawn().unwrap();
        sleep(Duration::from_millis(other_ms));
        let mut other = other_program(3);
        let (output, took) = end_of(child);
        other.wait().unwrap();
        if !output.status.success() {
            kept_out += 1;
            let outcome = Ends("another program uses the camera");
            assert_outcome(outcome, &output, took, &format!("start {start}"));
        }
        assert_eq!(controls(&PICTURE_CONTROLS), spoiled, "start {start}");
        nothing_is_pending();
    }
    println!("{kept_out} of {starts} starts found the camera in use");
}

/// A tune by somebody who is not root, with a folder for what is found in the camera.
fn tune_by_nobody(goal: &str, state: &Path) -> Command {
    let mut command = tune(goal);
    command.uid(NOBODY).gid(NOBODY).env("STATE_DIRECTORY", state);
    command
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_user_without_permission_is_told_so_and_may_as_soon_as_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    std::fs::create_dir(&state).unwrap();
    set_mode(folder.path(), 0o755);
    std::os::unix::fs::chown(&state, Some(NOBODY), Some(NOBODY)).unwrap();
    let goal = stored_goal(folder.path());
    let node = Path::new(CAMERA);
    let spoiled = spoil();

    // As a node is before udev has come to it.
    set_mode(node, 0o600);
    let (output, took) = end_of(tune_by_nobody(&goal, &state).spawn().unwrap());
    assert_outcome(Ends("permission denied"), &output, took, "no permission, Idle");
    assert!(told(&output).contains("\"video\""), "{}", told(&output));
    assert_eq!(controls(&PICTURE_CONTROLS), spoiled);

    for moment in [Moment::Measuring, Moment::AfterWrite] {
        set_mode(node, 0o666);
        let camera = Camera::open();
        let child = tune_by_nobody(&goal, &state).spawn().unwrap();
        camera.wait_for(moment);
        // Who has it open keeps it.
        set_mode(node, 0o600);
        let (output, took) = end_of(child);
        assert_outcome(GoesOn, &output, took, &format!("no permission, {moment:?}"));
        assert_eq!(controls(&PICTURE_CONTROLS), spoiled);
    }
}
