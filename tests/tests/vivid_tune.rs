//! The kernel's virtual camera tuned by its own picture controls, with v4l2-ctl as the independent
//! reader of what stands in it.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use isptune_tests::guest::{
    CAMERA, PICTURE_CONTROLS, controls, output, power_on, run, set_controls, spoil, told,
};
use isptune_tests::vivid_driver::{bind, rebind, unbind};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// An emulated machine on a busy host takes so long until a tune writes, at most.
const LONGEST_START: Duration = Duration::from_secs(60);

fn stored_goal(folder: &Path) -> String {
    let goal = folder.join("goal.png").to_str().unwrap().to_owned();
    run("isptune", &["camera", "capture", CAMERA, "--out", &goal]);
    goal
}

fn tune(goal: &str, options: &[&str]) -> Output {
    let arguments = ["match", "--camera", CAMERA, "--goal", goal, "--json"];
    output("isptune", &[&arguments, options].concat())
}

fn nothing_is_pending() {
    let pending = std::fs::read_dir("/var/lib/isptune/found").unwrap();
    let names: Vec<_> = pending.map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.is_empty(), "{names:?}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn spoiled_controls_are_tuned_back_to_a_stored_frame() {
    let folder = tempfile::tempdir().unwrap();
    for strategy in ["hybrid", "model"] {
        power_on();
        let goal = stored_goal(folder.path());
        let spoiled = spoil();
        let output = tune(&goal, &["--strategy", strategy]);
        assert!(output.status.success(), "{}", told(&output));
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        let queries = result["queries"].as_array().unwrap();
        let best = &queries[result["best"].as_u64().unwrap() as usize - 1];
        let psnr = best["psnr_db"].as_f64().unwrap();
        println!("{strategy}: {psnr:.1} dB at query {} of {}", best["index"], queries.len());
        assert!(psnr >= 40.0 && queries.len() <= 10, "{result}");
        assert_eq!(result["left_at"], "best");
        let stands = controls(&PICTURE_CONTROLS);
        assert_ne!(stands, spoiled);
        for (key, value) in &stands {
            let reported = best["native"][key].as_f64().unwrap();
            assert!((reported - *value as f64).abs() <= 0.5, "{key}: {reported}, read {value}");
        }
        nothing_is_pending();
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_camera_is_put_back_when_asked_or_interrupted_or_the_goal_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    power_on();
    let goal = stored_goal(folder.path());
    let spoiled = spoil();

    let asked = tune(&goal, &["--restore"]);
    assert!(asked.status.success(), "{}", told(&asked));
    assert_eq!(controls(&PICTURE_CONTROLS), spoiled);

    let mut child = started_tune(&goal);
    sleep(Duration::from_secs(4));
    run("kill", &["-INT", &child.id().to_string()]);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(controls(&PICTURE_CONTROLS), spoiled);

    let black = folder.path().join("black.ppm");
    std::fs::write(&black, [b"P6\n640 360\n255\n".to_vec(), vec![0; 640 * 360 * 3]].concat())
        .unwrap();
    let refused = tune(black.to_str().unwrap(), &[]);
    assert_eq!(refused.status.code(), Some(4), "{}", told(&refused));
    assert_eq!(controls(&PICTURE_CONTROLS), spoiled);
    nothing_is_pending();
}

fn started_tune(goal: &str) -> std::process::Child {
    // A target that is never reached keeps it busy.
    Command::new("isptune")
        .args(["match", "--camera", CAMERA, "--goal", goal, "--queries", "500", "--target", "99"])
        .args(["--strategy", "random"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills of the lane; `ISPTUNE_KILLS` sets another number.
fn kills() -> u32 {
    std::env::var("ISPTUNE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn after_a_kill_the_next_start_puts_the_camera_back() {
    let folder = tempfile::tempdir().unwrap();
    power_on();
    let goal = stored_goal(folder.path());
    let spoiled = spoil();
    let mut random = ChaCha8Rng::seed_from_u64(200);
    let mut changed = 0;
    for kill in 0..kills() {
        let mut child = started_tune(&goal);
        // How soon a tune writes is the machine's affair: every other kill waits for that first.
        let deadline = Instant::now() + LONGEST_START;
        while kill % 2 == 1 && controls(&PICTURE_CONTROLS) == spoiled && Instant::now() < deadline {
            sleep(Duration::from_millis(50));
        }
        sleep(Duration::from_millis(random.random_range(0..6000)));
        child.kill().unwrap();
        child.wait().unwrap();
        changed += u32::from(controls(&PICTURE_CONTROLS) != spoiled);
        run("isptune", &["camera", "restore"]);
        assert_eq!(controls(&PICTURE_CONTROLS), spoiled, "kill {kill}");
        nothing_is_pending();
    }
    println!("{} kills, {changed} of them left the camera changed until the next start", kills());
    assert!(changed > 0, "no kill came between a write and the end");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_second_program_is_kept_out_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    power_on();
    let goal = stored_goal(folder.path());
    let spoiled = spoil();
    let mut first = started_tune(&goal);
    sleep(Duration::from_secs(3));
    let second = tune(&goal, &[]);
    assert_eq!(second.status.code(), Some(1), "{}", told(&second));
    assert!(told(&second).contains("another program uses the camera"), "{}", told(&second));
    let shown = run("isptune", &["camera", "show", CAMERA]);
    assert!(shown.contains("exposure") && shown.contains("brightness"), "{shown}");
    run("kill", &["-TERM", &first.id().to_string()]);
    assert_eq!(first.wait().unwrap().code(), Some(130));
    assert_eq!(controls(&PICTURE_CONTROLS), spoiled);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_camera_is_found_by_its_identity_and_other_names_are_told_what_there_is() {
    power_on();
    let list: Value = serde_json::from_str(&run("isptune", &["camera", "list", "--json"])).unwrap();
    let identity = list["cameras"][0]["identity"].as_str().unwrap().to_owned();
    let shown = run("isptune", &["camera", "show", &identity, "--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["node"], CAMERA);
    assert_eq!(shown["parameters"]["saturation"], "saturation");
    let absent = output("isptune", &["camera", "show", "usb:dead:beef:1"]);
    assert!(!absent.status.success() && told(&absent).contains(&identity), "{}", told(&absent));
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_stream_goes_through_the_software_isp_into_a_file_that_other_programs_read() {
    let folder = tempfile::tempdir().unwrap();
    power_on();
    let spoiled = spoil();
    let file = folder.path().join("video.y4m");
    let out = file.to_str().unwrap();
    let options = ["camera", "stream", CAMERA, "--out", out, "--frames", "3"];
    run("isptune", &[&options[..], &["--params", "saturation=-1"]].concat());
    let bytes = std::fs::read(&file).unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let header = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let words: Vec<&str> = header.split(' ').collect();
    let number = |letter: &str| -> usize {
        words.iter().find_map(|word| word.strip_prefix(letter)).unwrap().parse().unwrap()
    };
    let pixels = number("W") * number("H");
    let frame = "FRAME\n".len() + pixels * 3 / 2;
    assert_eq!(bytes.len() - end - 1, 3 * frame, "{header}");
    // Without saturation both chroma planes are grey.
    let chroma = &bytes[bytes.len() - pixels / 2..];
    assert!(chroma.iter().all(|byte| byte.abs_diff(128) <= 1));
    assert_eq!(controls(&PICTURE_CONTROLS), spoiled, "a stream writes no control");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_recording_holds_the_frames_and_what_others_set_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    power_on();
    let out = folder.path().join("recording");
    let mut child = Command::new("isptune")
        .args(["camera", "record", CAMERA, "--out", out.to_str().unwrap(), "--frames", "40"])
        .spawn()
        .unwrap();
    while !out.join("index.jsonl").exists() {
        sleep(Duration::from_millis(50));
    }
    set_controls(&[("brightness", 90)]);
    assert!(child.wait().unwrap().success());
    let replay = isp_hw::camera::recording::Replay::open(&out).unwrap();
    assert_eq!(replay.frames(), 40);
    let write = replay.writes().iter().find(|write| write.control == "brightness");
    assert_eq!(write.map(|write| write.value), Some(90), "{:?}", replay.writes());
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_fault_in_the_middle_of_a_tune_is_named_and_made_good_when_it_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    power_on();
    let goal = stored_goal(folder.path());
    let drop_all = |percent| set_controls(&[("percentage_of_dropped_buffers", percent)]);
    let inject = |key| set_controls(&[(key, 1)]);
    type Act<'a> = Box<dyn Fn() + 'a>;
    let faults: [(&str, Act<'_>, Act<'_>); 4] = [
        ("the camera is gone", Box::new(|| inject("disconnect")), Box::new(rebind)),
        ("the camera is gone", Box::new(unbind), Box::new(bind)),
        ("no frame within", Box::new(|| drop_all(100)), Box::new(|| drop_all(0))),
        (
            "Input/output error",
            Box::new(|| inject("inject_fatal_streaming_error")),
            // A new stream is sound again, and the controls were never out of reach.
            Box::new(|| {}),
        ),
    ];
    for (words, fault, heal) in faults {
        for moment in [2500, 3100, 3900] {
            power_on();
            let spoiled = spoil();
            let child = Command::new("isptune")
                .args(["match", "--camera", CAMERA, "--goal", &goal, "--queries", "500"])
                .args(["--target", "99", "--strategy", "random"])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            sleep(Duration::from_millis(moment));
            fault();
            let output = child.wait_with_output().unwrap();
            assert!(matches!(output.status.code(), Some(1 | 3)), "{}", told(&output));
            assert!(told(&output).contains(words), "{words}: {}", told(&output));
            heal();
            run("isptune", &["camera", "restore"]);
            assert_eq!(controls(&PICTURE_CONTROLS), spoiled, "{words} after {moment} ms");
            nothing_is_pending();
        }
    }
}
