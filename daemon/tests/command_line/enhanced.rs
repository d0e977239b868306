//! `enhance`: a taste without a goal.

use serde_json::{Value, json};

use crate::workbench::Workbench;

/// A workbench with a policy of taste in it: that of `tests/tests/taste_policies.rs`.
fn bench() -> Workbench {
    let bench = Workbench::new();
    bench.write("taste.onnx", include_bytes!("taste.onnx"));
    bench
}

fn value(json: &Value, name: &str) -> f64 {
    json["params"][name].as_f64().unwrap()
}

#[test]
fn one_query_changes_the_picture_and_its_parameters_render_it_again() {
    let bench = bench();
    let enhance = "enhance --model taste.onnx --input input.png --out out.png --json";
    let json = bench.run(enhance).done().json();
    assert_eq!(json["queries"].as_array().unwrap().len(), 1);
    assert_eq!(json["queries"][0]["params"], json["params"]);
    assert_eq!((&json["stopped"], &json["out"]), (&json!("budget"), &json!("out.png")));
    assert_ne!(bench.frame("out.png"), bench.frame("input.png"));
    bench.write("taste.json", json.to_string());
    bench.run("render --input input.png --params taste.json --out again.png").done();
    assert_eq!(bench.frame("again.png"), bench.frame("out.png"));
}

/// The automatic editor that the shipped taste has learned from lightens what is dark.
#[test]
fn without_a_file_the_shipped_taste_enhances() {
    let bench = bench();
    bench.run("render --input input.png --params exposure=-0.5 --out dark.png").done();
    let json = bench.run("enhance --input dark.png --out out.png --json").done().json();
    assert!(json["model"].as_str().unwrap().contains("comes with isptune"));
    assert!(value(&json, "exposure") > 0.1, "{json}");
}

#[test]
fn strength_goes_a_part_of_the_way_and_locks_and_limits_hold() {
    let bench = bench();
    let enhance = |more: &str| {
        bench
            .run(&format!("enhance --model taste.onnx --input input.png --json {more}"))
            .done()
            .json()
    };
    let (whole, half, none) = (enhance(""), enhance("--strength 0.5"), enhance("--strength 0"));
    for parameter in tuner::Parameter::ALL {
        let name = parameter.name();
        assert!((value(&half, name) - 0.5 * value(&whole, name)).abs() < 1e-9, "{name}");
        assert_eq!(value(&none, name), 0.0);
    }
    let held = enhance("--lock saturation --lock red_gain=0.2 --limit exposure=-0.01..0.01");
    assert_eq!((value(&held, "saturation"), value(&held, "red_gain")), (0.0, 0.2));
    assert!(value(&held, "exposure").abs() <= 0.01);
}

#[test]
fn bad_pictures_models_and_values_are_refused_with_a_way_out() {
    let bench = bench();
    let black = tuner::Frame::new(64, 48, tuner::Samples::U8(vec![0; 64 * 48 * 3])).unwrap();
    black.save(bench.path("black.png")).unwrap();
    let refused = |words: &str, part: &str| bench.refuses(words, 1, &[part]);
    refused("enhance --model taste.onnx --input black.png", "the picture is black");
    bench.refuses(
        "enhance --model taste.onnx --input input.png --strength 3",
        2,
        &["outside 0 to 2"],
    );
    refused("enhance --model taste.onnx --input input.png --out nowhere/out.png", "no such folder");
    refused("enhance --model taste.onnx --input input.png --out out.xyz", "out.xyz");
    refused("enhance --input input.png --model input.png", "input.png");
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    std::fs::copy(models.join("actor.onnx"), bench.path("actor.onnx")).unwrap();
    refused("enhance --input input.png --model actor.onnx", "isptune match --model");
    refused(
        "match --input input.png --goal input.png --model taste.onnx",
        "isptune enhance --model",
    );
}
