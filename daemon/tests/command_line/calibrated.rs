//! A device that was calibrated once: what is stored of it, and what later tunes make of that.

use serde_json::Value;

use crate::workbench::{Ended, ISPTUNE, Workbench};

/// A device of another make: the software ISP behind responses of its own and some cross-talk.
const RESPONSES: &str = "exposure={exposure*0.6+0.12},contrast={contrast*0.5+0.1},\
                         saturation={saturation*0.7+-0.1},shadows={contrast*0.08+0.05}";
const MATCH: &str = "match --input input.png --goal goal.png --pipeline device.toml --json";
const CALIBRATE: &str = "calibrate --input input.png --pipeline device.toml --json";

fn with_device(bench: &Workbench, exposure_range: &str) {
    let parameter = |name: &str, range: &str| {
        format!(
            "[[parameter]]\nname = \"{name}\"\nkey = \"{name}\"\nrange = {range}\nneutral = 0.0\n"
        )
    };
    let tables = parameter("exposure", exposure_range)
        + &parameter("contrast", "[-1.0, 1.0]")
        + &parameter("saturation", "[-1.0, 1.0]");
    bench.write(
        "device.toml",
        format!(
            "kind = \"command\"\nmode = \"oneshot\"\n\
             program = [\"{ISPTUNE}\", \"render\", \"--input\", \"{{input}}\", \"--out\", \
             \"{{output}}\", \"--params\", \"{RESPONSES}\"]\n{tables}"
        ),
    );
}

/// A bench with the device, and a goal that it has made.
fn bench() -> Workbench {
    let bench = Workbench::new();
    with_device(&bench, "[-1.0, 1.0]");
    let look = "exposure=0.4,contrast=-0.5,saturation=0.6";
    bench
        .run(&format!(
            "render --input input.png --pipeline device.toml --params {look} --out goal.png"
        ))
        .done();
    bench
}

fn first_db(ended: &Ended) -> f64 {
    ended.json()["queries"][0]["psnr_db"].as_f64().unwrap()
}

#[test]
fn later_tunes_are_right_at_the_first_query() {
    let bench = bench();
    let before = bench.run(MATCH).done();
    let calibrated = bench.run(CALIBRATE).done().json();
    assert_eq!(calibrated["trusted"], true, "{calibrated}");
    assert!(calibrated["rms_steps"].as_f64().unwrap() < 0.5, "{calibrated}");
    let after = bench.run(MATCH).done();
    assert!(after.err.contains("calibrated: the device is predicted to "), "{}", after.err);
    assert_eq!(after.json()["calibration"]["rms_steps"], calibrated["rms_steps"]);
    assert_eq!(after.json()["calibration"]["extra_queries"], 0);
    let (before, after) = (first_db(&before), first_db(&after));
    assert!(after > 50.0 && after > before + 10.0, "{before} {after}");
    let without = bench.run(&format!("{MATCH} --no-calibration")).done();
    assert_eq!(without.json()["calibration"], Value::Null);
    assert!(!without.err.contains("calibrated"), "{}", without.err);
    assert_eq!(first_db(&without), before);
    let other = bench.run(&format!("{MATCH} --strategy lm --queries 2")).done();
    assert!(!other.err.contains("calibrated"), "lm simulates nothing: {}", other.err);
}

#[test]
fn what_does_not_belong_to_the_device_is_told_and_ignored() {
    let bench = bench();
    let before = bench.run(MATCH).done();
    let file = bench.run(CALIBRATE).done().json()["file"].as_str().unwrap().to_owned();
    let whole = std::fs::read_to_string(&file).unwrap();
    let ignored = |reason: &str| {
        let ended = bench.run(MATCH).done();
        ended.said_once(&[reason, "goes on without a calibration"]);
        assert_eq!(ended.json()["calibration"], Value::Null);
        assert_eq!(first_db(&ended), first_db(&before));
    };
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    ignored("it is no calibration");
    std::fs::write(&file, whole.replace("program:", "usb:")).unwrap();
    ignored("it is of another device");
    std::fs::write(&file, &whole).unwrap();
    with_device(&bench, "[-0.9, 1.0]");
    let ended = bench.run(MATCH).done();
    ended.said_once(&["other keys or ranges", "goes on without a calibration"]);
}

#[test]
fn what_isptune_renders_itself_needs_none() {
    let bench = Workbench::new();
    bench.refuses("calibrate --input input.png", 1, &["software", "nothing to calibrate"]);
}
