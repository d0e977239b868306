//! Goals that show something else.

use serde_json::Value;
use tuner::{Frame, Planes, Samples, StyleFeatures};

use crate::workbench::{Workbench, picture};

/// A workbench with `still.png`: another scene of another shape, in a look of its own.
fn bench() -> Workbench {
    let bench = Workbench::new();
    picture([120, 120], 2).save(bench.path("scene.png")).unwrap();
    let look = "exposure=0.2,red_gain=0.5,blue_gain=-0.5,saturation=0.2,contrast=0.2";
    bench.run(&format!("render --input scene.png --params {look} --out still.png")).done();
    bench
}

fn features(frame: &Frame) -> StyleFeatures {
    StyleFeatures::of(&Planes::from(frame))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn a_goal_that_shows_something_else_is_matched_by_its_style_and_said_so() {
    let bench = bench();
    let tune = "match --input input.png --goal still.png --out out.png --report r.html --json";
    let ended = bench.run(tune).done();
    ended.said_once(&["another shape: 120x120 beside 160x120", "only its style", "--task finish"]);
    let json = ended.json();
    assert_eq!(json["task"], "style");
    assert_eq!(json["strategy"], "style-hybrid");
    assert!(json["task_reason"].as_str().unwrap().contains("another shape"));
    assert!(json.get("registration").is_none(), "{json}");
    let queries = json["queries"].as_array().unwrap();
    assert!((1..=10).contains(&queries.len()));
    let best = &queries[json["best"].as_u64().unwrap() as usize - 1];
    assert!(best.get("psnr_db").is_none(), "{best}");
    assert_eq!(best["style"]["violations"], Value::Array(Vec::new()));
    // What is written is what was measured, and a good part of the way is made.
    let goal = features(&bench.frame("still.png"));
    let distance = |name: &str| features(&bench.frame(name)).distance(&goal);
    assert!((distance("out.png") - number(&best["style"]["distance"])).abs() < 1e-9);
    assert!((distance("input.png") - number(&json["found_style"]["distance"])).abs() < 1e-9);
    assert!(distance("out.png") < 0.25 * distance("input.png"), "{json}");
    let report = bench.read("r.html");
    assert!(report.contains("What was matched") && !report.contains("PSNR"));
}

#[test]
fn the_task_can_be_chosen() {
    let bench = bench().with_goal();
    // Other content of the same shape: found out by its detail.
    picture([160, 120], 2).save(bench.path("other.png")).unwrap();
    let json = bench.run("match --input input.png --goal other.png --json").done().json();
    assert_eq!(json["task"], "style");
    assert!(json["task_reason"].as_str().unwrap().contains("shows something else"), "{json}");
    // The same content, but only its style is wanted: nothing to explain.
    for words in ["--task style", "--strategy style", "--strategy cmaes --task style"] {
        let tune = format!("match --input input.png --goal goal.png --queries 3 --json {words}");
        let ended = bench.run(&tune).done();
        assert_eq!(ended.json()["task"], "style", "{words}");
        assert!(ended.json().get("task_reason").is_none(), "{words}");
        assert!(!ended.err.contains("isptune: "), "{words}: {}", ended.err);
    }
    let tune = "match --input input.png --goal goal.png";
    bench.refuses(&format!("{tune} --task finish --strategy style"), 1, &["matches a style"]);
    bench.refuses(&format!("{tune} --task style --strategy model"), 1, &["pixel by pixel"]);
    // Whoever asks for a strategy that compares pixels means the pixels.
    let other = "match --input input.png --goal other.png --strategy model";
    bench.refuses(other, 4, &["other content"]);
}

#[test]
fn goals_without_a_style_are_refused_in_words() {
    let bench = Workbench::new();
    let flat = |size: [usize; 2], colour: [u8; 3]| {
        let samples = colour.repeat(size[0] * size[1]);
        Frame::new(size[0], size[1], Samples::U8(samples)).unwrap()
    };
    let cases = [
        (flat([100, 100], [0, 0, 0]), "the goal is black"),
        (flat([100, 100], [200, 90, 30]), "of one colour"),
        (flat([1, 1], [200, 90, 30]), "1x1 pixels is too small"),
        (picture([30_000, 2], 4), "30000x2 pixels is too small"),
    ];
    for (goal, words) in cases {
        goal.save(bench.path("goal.png")).unwrap();
        for task in ["auto", "style"] {
            let tune = format!("match --task {task} --input input.png --goal goal.png --out o.png");
            let ended = bench.run(&tune);
            assert_eq!(ended.code, Some(4), "{words}, {task}: {ended:?}");
            assert!(ended.err.contains(words), "{task}: {}", ended.err);
            assert!(!bench.path("o.png").exists());
        }
    }
}

#[test]
fn an_input_of_one_colour_gets_a_result_that_is_told_honestly() {
    let bench = bench();
    let grey = Frame::new(160, 120, Samples::U8(vec![90; 160 * 120 * 3])).unwrap();
    grey.save(bench.path("grey.png")).unwrap();
    let json = bench.run("match --input grey.png --goal still.png --json").done().json();
    assert_eq!(json["task"], "style");
    assert!(number(&json["confidence"]) < 0.6, "{json}");
}

#[test]
fn a_look_of_the_kind_style_is_matched_by_its_style() {
    let bench = bench().with_goal();
    let json = bench.run("look add film --from still.png --kind style --json").done().json();
    assert_eq!(json["kind"], "style");
    let tune = "match --input input.png --look film --queries 3 --json";
    let ended = bench.run(tune).done();
    assert_eq!(ended.json()["task"], "style");
    assert!(!ended.err.contains("isptune: "), "asked for: {}", ended.err);
    bench.refuses("look add b --from goal.png --kind style --against input.png", 1, &["--against"]);
}

#[test]
fn a_policy_of_style_makes_the_task_style_and_is_refused_where_pixels_count() {
    let bench = bench().with_goal();
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command_line");
    std::fs::copy(fixture.join("style.onnx"), bench.path("style.onnx")).unwrap();
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    std::fs::copy(models.join("actor.onnx"), bench.path("actor.onnx")).unwrap();
    let tune = "match --input input.png --goal goal.png --queries 4 --json --model style.onnx";
    let ended = bench.run(tune).done();
    assert_eq!(ended.json()["task"], "style");
    assert_eq!(ended.json()["strategy"], "style-hybrid");
    let alone = bench.run(&format!("{tune} --strategy style-actor")).done().json();
    assert_eq!(alone["strategy"], "style-actor");
    let first = |json: &Value| json["queries"][0]["params"].clone();
    assert_eq!(first(&alone), first(&ended.json()));
    assert!(number(&first(&alone)["exposure"]).abs() > 0.01, "{alone}");
    assert_eq!(number(&first(&alone)["contrast"]), 0.0);
    // With a strategy or a task that wants pixels it is of no use, and says what it is.
    for words in ["--strategy hybrid", "--task finish"] {
        bench.refuses(&format!("{tune} {words}"), 1, &["style.onnx", "--task style --model"]);
    }
    let other = "match --input input.png --goal still.png --model actor.onnx";
    bench.refuses(other, 1, &["actor.onnx", "that goes to a goal", "train-host style"]);
}
