//! Parameters beside the nine, on the shipped example of a session in Python.

use std::path::Path;

use serde_json::{Value, json};

use crate::schemas::Schemas;
use crate::workbench::{Ended, Workbench};

const LOOK: &str =
    "exposure=0.2,red_gain=-0.15,saturation=0.2,shadows=0.3,vignette=-0.6,vibrance=0.5";

/// The input, and the goal in [`LOOK`].
struct Bench {
    bench: Workbench,
    source: String,
}

impl Bench {
    fn new() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines/session-extras.toml");
        let source = format!("--input input.png --pipeline {}", file.display());
        Self { bench: Workbench::new(), source }
    }

    fn render(&self, words: &str) -> Ended {
        self.bench.run(&format!("render {} {words}", self.source))
    }

    fn tune(&self, words: &str) -> Ended {
        self.bench.run(&format!("match {} --goal goal.png {words}", self.source))
    }
}

fn best(json: &Value) -> &Value {
    &json["queries"][json["best"].as_u64().unwrap() as usize - 1]
}

fn db(json: &Value) -> f64 {
    best(json)["psnr_db"].as_f64().unwrap()
}

fn extra(json: &Value, name: &str) -> f64 {
    best(json)["extra"][name].as_f64().unwrap()
}

#[test]
fn a_tune_finds_what_the_nine_cannot_do_and_its_result_is_rendered_again() {
    let bench = Bench::new();
    let goal = bench.render(&format!("--params {LOOK} --out goal.png --json")).done().json();
    assert_eq!(goal["extra"], json!({"vignette": -0.6, "vibrance": 0.5}));
    assert_eq!(goal["native"]["vignette"], -0.36);
    let locked =
        bench.tune("--lock vignette --lock vibrance --strategy model --json").done().json();
    let lines =
        bench.tune("--strategy model --out found.png --report r.html --log log.jsonl").done();
    let line = |name: &str| lines.out.lines().any(|line| line.trim_start().starts_with(name));
    assert!(line("exposure") && line("vignette") && line("vibrance"), "{lines:#?}");
    let report = bench.bench.read("r.html");
    assert!(report.contains("Vignette") && report.contains("vignette=-0."), "no extras in it");
    let free = bench.tune("--strategy model --json").done();
    bench.bench.write("found.json", &free.out);
    let free = free.json();
    println!("locked {:.1} dB, free {:.1} dB", db(&locked), db(&free));
    assert!(db(&free) > db(&locked) + 10.0, "{:.1} {:.1}", db(&free), db(&locked));
    assert_eq!((extra(&locked, "vignette"), extra(&locked, "vibrance")), (0.0, 0.0));
    assert!((extra(&free, "vignette") + 0.6).abs() < 0.05, "{}", best(&free)["extra"]);
    assert_eq!(best(&free)["params"].get("vignette"), None);
    let again = bench.render("--params found.json --out again.png --json").done().json();
    for key in ["params", "extra", "native"] {
        assert_eq!(again[key], best(&free)[key], "{key}");
    }
    assert_eq!(bench.bench.frame("again.png"), bench.bench.frame("found.png"));
    let shown = bench
        .bench
        .run(&format!(
            "config show {} --json",
            bench.source.trim_start_matches("--input input.png ")
        ))
        .done();
    assert_eq!(shown.json()["extra"][0]["parameter"], "vignette");
    if let Some(schemas) = Schemas::to_hold_with() {
        schemas.hold("match", &free.to_string(), "match");
        schemas.hold("render", &again.to_string(), "render");
        schemas.hold("config-show", &shown.json().to_string(), "config-show");
    }
}

#[test]
fn limits_and_locks_hold_extra_parameters_in_every_query() {
    let bench = Bench::new();
    bench.render(&format!("--params {LOOK} --out goal.png")).done();
    for strategy in ["model", "lm", "cmaes"] {
        let words = format!(
            "--strategy {strategy} --queries 14 --limit vignette=-0.1..0.2 --lock vibrance=0.25 --json"
        );
        let json = bench.tune(&words).done().json();
        for query in json["queries"].as_array().unwrap() {
            let vignette = query["extra"]["vignette"].as_f64().unwrap();
            assert!((-0.1..=0.2).contains(&vignette), "{strategy}: {query}");
            assert_eq!(query["extra"]["vibrance"], 0.25, "{strategy}");
        }
    }
    let enhanced = "--lock vibrance=0.25 --json";
    let json = bench.bench.run(&format!("enhance {} {enhanced}", bench.source)).done().json();
    assert_eq!(json["extra"], json!({"vignette": 0.0, "vibrance": 0.25}));
    if let Some(schemas) = Schemas::to_hold_with() {
        schemas.hold("enhance", &json.to_string(), "enhance");
    }
}

#[test]
fn names_that_the_pipeline_does_not_have() {
    let bench = Bench::new();
    bench.bench.write("far.json", r#"{"params": {}, "extra": {"vignette": 2}}"#);
    bench.bench.write("unknown.json", r#"{"params": {}, "extra": {"haze": 0.5}}"#);
    bench.bench.write("nine.json", r#"{"params": {}, "extra": {"texture": 0.5}}"#);
    let has = "beside them the pipeline has: vignette, vibrance";
    for (params, parts) in [
        ("vinette=0.5", ["did you mean \"vignette\"?", has]),
        ("vignette=2", ["vignette = 2 is outside [-1, 1]", ""]),
        ("far.json", ["vignette = 2 is outside [-1, 1]", ""]),
        ("unknown.json", ["\"haze\" is no parameter", has]),
        ("nine.json", ["\"texture\" belongs in \"params\"", ""]),
    ] {
        let words = format!("render {} --params {params} --out out.png", bench.source);
        bench.bench.refuses(&words, 2, &["--params", params, parts[0], parts[1]]);
    }
    for option in ["--lock vinette", "--limit vinette=0..1"] {
        let words = format!("match {} --goal input.png {option}", bench.source);
        bench.bench.refuses(&words, 2, &[&option[..7], "did you mean \"vignette\"?", has]);
    }
    let words = format!("match {} --goal input.png --limit vignette=0.5..2", bench.source);
    bench.bench.refuses(&words, 1, &["limit of vignette: [0.5, 2] is no interval"]);
    let software = "render --input input.png --params vignette=0.5 --out out.png";
    bench.bench.refuses(software, 2, &["\"vignette\" is no parameter", "The nine are"]);
}
