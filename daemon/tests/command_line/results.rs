//! What a user gets when all is well.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::schemas::Schemas;
use crate::workbench::{Workbench, picture};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The query that `best` names.
fn best(json: &Value) -> &Value {
    &json["queries"][json["best"].as_u64().unwrap() as usize - 1]
}

#[test]
fn match_prints_exactly_the_documented_keys() {
    let bench = Workbench::new().with_goal();
    let tune = "match --input input.png --goal goal.png --out out.png --log log.jsonl --json";
    let json = bench.run(tune).done().json();
    let wanted = [
        "best",
        "confidence",
        "limited_by",
        "measured_share",
        "out",
        "queries",
        "registration",
        "report",
        "stopped",
        "strategy",
        "task",
    ];
    assert_eq!(keys(&json), wanted.into());
    assert_eq!(json["task"], "finish");
    assert_eq!(keys(&json["registration"]), ["correlation", "dx", "dy"].into());
    let queries = json["queries"].as_array().unwrap();
    assert!((1..=10).contains(&queries.len()));
    let nine: BTreeSet<&str> = tuner::Parameter::ALL.map(|parameter| parameter.name()).into();
    for (query, index) in queries.iter().zip(1..) {
        let wanted = ["delta_e00", "elapsed_ms", "index", "native", "params", "psnr_db", "ssim"];
        assert_eq!(keys(query), wanted.into());
        assert_eq!(query["index"], index);
        assert_eq!(keys(&query["params"]), nine);
        assert_eq!(query["native"].as_object().unwrap().len(), 9);
    }
    assert_eq!(json["strategy"], "hybrid");
    assert_eq!((&json["out"], &json["report"]), (&json!("out.png"), &Value::Null));
    let lines = bench.read("log.jsonl");
    let logged: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(&logged, queries);
    let most = queries.iter().map(|query| number(&query["psnr_db"])).fold(0.0, f64::max);
    assert_eq!(number(&best(&json)["psnr_db"]), most);
    assert!(most > 50.0, "{most} dB");
}

#[test]
fn render_of_a_match_gives_its_picture_bit_by_bit() {
    // Large enough to be tuned by tiles and rendered whole at the end.
    let bench = Workbench::new();
    picture([400, 300], 3).save(bench.path("input.png")).unwrap();
    let bench = bench.with_goal();
    let tune = "match --input input.png --goal goal.png --queries 4 --out out.png --json";
    let ended = bench.run(tune).done();
    assert!(number(&ended.json()["measured_share"]) < 1.0);
    bench.write("found.json", &ended.out);
    bench.run("render --input input.png --params found.json --out again.png").done();
    let bytes = |name: &str| std::fs::read(bench.path(name)).unwrap();
    assert_eq!(bytes("again.png"), bytes("out.png"));
    let json = bench.run("compare out.png again.png --json").done().json();
    assert_eq!(json["psnr_db"], 100.0);
    assert_eq!(json["delta_e00"]["max"], 0.0);
    let before = bench.run("compare input.png goal.png --json").done().json();
    let after = bench.run("compare out.png goal.png --json").done().json();
    assert_eq!(keys(&after), ["delta_e00", "psnr_db", "registration", "ssim"].into());
    assert_eq!(keys(&after["delta_e00"]), ["max", "mean", "p95"].into());
    assert!(number(&after["psnr_db"]) > number(&before["psnr_db"]) + 10.0, "{before} {after}");
}

#[test]
fn compare_refuses_pictures_of_two_sizes() {
    let bench = Workbench::new();
    picture([80, 60], 1).save(bench.path("small.png")).unwrap();
    bench.refuses("compare input.png small.png", 1, &["160x120", "80x60", "one size"]);
}

#[test]
fn locks_and_limits_are_respected() {
    let bench = Workbench::new().with_goal();
    let text = "kind = \"software\"\nlock = [\"texture\"]\n[limits]\nsaturation = [-0.1, 0.05]\n";
    bench.write("limited.toml", text);
    let strategies = tuner::strategy::ACTOR_NAMES.iter().chain(&tuner::strategy::NAMES);
    for strategy in strategies {
        let tune = format!(
            "match --input input.png --goal goal.png --pipeline limited.toml --lock red_gain=0.2 \
             --limit exposure=-0.1..0.1 --queries 6 --strategy {strategy} --json"
        );
        let json = bench.run(&tune).done().json();
        for query in json["queries"].as_array().unwrap() {
            let params = &query["params"];
            assert_eq!(params["texture"], 0.0, "{strategy}: {query}");
            assert_eq!(params["red_gain"], 0.2, "{strategy}: {query}");
            let within = |name: &str, low, high| (low..=high).contains(&number(&params[name]));
            assert!(within("exposure", -0.1, 0.1), "{strategy}: {query}");
            assert!(within("saturation", -0.1, 0.05), "{strategy}: {query}");
        }
        assert!(!json["limited_by"].as_array().unwrap().is_empty(), "{strategy}: {json}");
    }
    let json = bench.run("config show --pipeline limited.toml --json").done().json();
    let shown = json["parameters"].as_array().unwrap().iter();
    let limits =
        |name: &str| shown.clone().find(|p| p["parameter"] == name).unwrap()["limits"].clone();
    assert_eq!(limits("texture"), json!([0.0, 0.0]));
    assert_eq!(limits("saturation"), json!([-0.1, 0.05]));
    assert_eq!(limits("contrast"), json!([-1.0, 1.0]));
}

#[test]
fn demo_leaves_four_files() {
    let bench = Workbench::new();
    let json = bench.run("demo --folder shown --queries 3 --json").done().json();
    let mut names: Vec<String> = std::fs::read_dir(bench.path("shown"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["after.png", "before.png", "goal.png", "report.html"]);
    assert_eq!(json["out"], "shown/after.png");
    assert_eq!(json["report"], "shown/report.html");
    assert!(bench.read("shown/report.html").contains("</html>"));
    assert!(number(&best(&json)["psnr_db"]) > 30.0, "{json}");
}

#[test]
fn shipped_pipeline_files_are_in_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines");
    let bench = Workbench::new();
    for name in
        ["rawtherapee.toml", "graphicsmagick.toml", "session-python.toml", "session-extras.toml"]
    {
        let file = folder.join(name);
        let ended = bench.run(&format!("config check {}", file.display())).done();
        assert!(ended.out.ends_with(": in order\n"), "{ended:#?}");
        let shown = bench.run(&format!("config show --pipeline {}", file.display())).done();
        assert!(shown.out.contains("kind command"), "{shown:#?}");
    }
}

#[test]
fn completions_know_the_verbs() {
    let bench = Workbench::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = bench.run(&format!("completions {shell}")).done();
        for verb in ["match", "render", "compare", "demo", "config"] {
            assert!(ended.out.contains(verb), "{shell}: no {verb}");
        }
    }
    let help = bench.run("--help").done().out;
    assert!(help.contains("Exit codes:") && help.contains("130"), "{help}");
}

/// Holds an answer to its schema in `docs/schema/`; says so when there is nothing to hold it with.
#[test]
fn answers_are_as_their_schemas_say() {
    let Some(schemas) = Schemas::to_hold_with() else { return };
    let bench = Workbench::new().with_goal();
    bench.frame("goal.png").resized(80, 60).unwrap().save(bench.path("small.png")).unwrap();
    bench.write("bad.toml", "kind = \"softwear\"\n");
    bench.write("taste.onnx", include_bytes!("taste.onnx"));
    std::fs::create_dir(bench.path("looks")).unwrap();
    bench.write("looks/junk.look", "junk");
    bench.write("flat.ppm", "P6\n1 1\n255\nxyz");
    for (words, schema) in [
        ("match --input input.png --goal goal.png --queries 3 --out o.png --json", "match"),
        ("match --input input.png --goal small.png --queries 3 --report r.html --json", "match"),
        ("match --task style --input input.png --goal goal.png --queries 3 --json", "match"),
        ("render --input input.png --params exposure=0.1 --out o.png --json", "render"),
        (
            "enhance --model taste.onnx --input input.png --out o.png --report e.html --json",
            "enhance",
        ),
        (
            "enhance --model taste.onnx --input input.png --queries 3 --strength 0.5 --json",
            "enhance",
        ),
        ("compare input.png goal.png --json", "compare"),
        ("compare input.png input.png --json", "compare"),
        ("config check bad.toml --json", "config-check"),
        ("config show --json", "config-show"),
        ("look add a --from goal.png --tag scene=x --state s --json", "look"),
        ("look add b --from goal.png input.png --state s --force --json", "look"),
        ("look add c --from flat.ppm --state s --force --json", "look"),
        ("look add d --kind taste --model taste.onnx --state s --json", "look"),
        ("look add e --kind style --from goal.png --state s --json", "look"),
        ("look show a --state s --json", "look"),
        ("look list --state s --json", "look-list"),
        ("look list --state . --json", "look-list"),
        ("look export a a.look --state s --json", "look-export"),
        ("look remove a --state s --json", "look-remove"),
        ("look import a.look --state s --json", "look"),
    ] {
        schemas.hold(words, &bench.run(words).out, schema);
    }
}
