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

const REPORTED: &str = "enhance --model taste.onnx --input input.png --report r.html";

#[test]
fn report_shows_the_pictures_their_tones_and_colours_and_the_policy() {
    let bench = bench();
    let more =
        "--queries 2 --strength 0.5 --lock saturation --limit exposure=-0.01..0.01 --out o.png";
    let ended = bench.run(&format!("{REPORTED} {more}")).done();
    assert!(ended.out.ends_with("picture: o.png\nreport: r.html\n"), "{ended:#?}");
    let html = bench.read("r.html");
    assert_eq!(html.matches("src=\"data:image/jpeg;base64,").count(), 2);
    assert_eq!(html.matches("<polyline class=\"of-").count(), 10);
    assert_eq!(html.matches("class=\"palette\"").count(), 2);
    for words in [
        "<span class=\"what\">Policy</span> taste.onnx</li>",
        "<span class=\"what\">Strength</span> 0.5: a part of the way</li>",
        "<span class=\"what\">Input</span> input.png</li>",
        "Saturation was locked at 0.000.",
        "Exposure may go from −0.010 to +0.010; the policy’s taste ended at a limit.",
        "isptune render --input input.png --params exposure=",
        "of 2 allowed were used",
    ] {
        assert!(html.contains(words), "no {words}");
    }
    let text = html.split("</style>").nth(1).unwrap().split("<script").next().unwrap();
    for placeholder in ["{{", "{%", "NaN", ">inf", "Goal", "PSNR", " dB"] {
        assert!(!text.contains(placeholder), "{placeholder}");
    }
    let json = bench.run(&format!("{REPORTED} --json")).done().json();
    assert_eq!((&json["out"], &json["report"]), (&Value::Null, &json!("r.html")));
    let moved = value(&json, "exposure");
    let word = if moved < 0.0 { "lowered" } else { "raised" };
    let told = format!("<b>Exposure</b> {word} by {:.3}", moved.abs());
    assert!(bench.read("r.html").contains(&told), "{told}");
    let json = bench.run("enhance --model taste.onnx --input input.png --json").done().json();
    assert_eq!(json["report"], Value::Null);
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_any_query() {
    let bench = bench();
    std::fs::create_dir(bench.path("folder.html")).unwrap();
    bench.write("kept.html", "old");
    let read_only = std::os::unix::fs::PermissionsExt::from_mode(0o444);
    std::fs::set_permissions(bench.path("kept.html"), read_only).unwrap();
    for (path, part) in [
        ("no/r.html", "no such folder"),
        ("folder.html", "give the name of a file in it"),
        ("kept.html", "write-protected"),
    ] {
        let enhance = format!("enhance --model taste.onnx --input input.png --report {path}");
        bench.refuses(&enhance, 1, &[path, part]);
    }
    bench.write("broken.png", "no picture");
    let broken = "enhance --model taste.onnx --input broken.png --report r.html";
    bench.refuses(broken, 1, &["broken.png"]);
}

#[test]
fn an_enhancement_that_fails_on_the_way_reports_what_it_has() {
    let body = "echo query >> count\n[ $(wc -l < count) -lt 2 ] || exit 3\ncp \"$1\" \"$2\"";
    let bench = bench().with_oneshot(body, "");
    let enhance = format!("{REPORTED} --pipeline pipeline.toml --queries 3 --strength 0.5 --json");
    let ended = bench.run(&enhance);
    assert_eq!(ended.code, Some(3), "{ended:#?}");
    let json = ended.json();
    assert_eq!((&json["stopped"], &json["report"]), (&json!("error"), &json!("r.html")));
    let html = bench.read("r.html");
    for words in [
        "1 of 3 queries · the pipeline failed",
        "It ended before the last query",
        "The pipeline does not have: red gain, green gain",
        "query 2: ",
    ] {
        assert!(html.contains(words), "no {words}");
    }
}
