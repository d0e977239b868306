//! Policies on the paper's state.

use std::path::Path;

use crate::workbench::{Workbench, picture};

/// A workbench with `goal.png`, brighter than the input, and the policy `paper.onnx`.
fn bench() -> Workbench {
    let bench = Workbench::new();
    bench.run("render --input input.png --params exposure=0.3 --out goal.png").done();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command_line/paper.onnx");
    std::fs::copy(fixture, bench.path("paper.onnx")).unwrap();
    bench
}

#[test]
fn a_policy_on_the_papers_state_finishes_a_picture_by_itself() {
    let bench = bench();
    let tune = "match --input input.png --goal goal.png --queries 3 --json --model paper.onnx";
    let json = bench.run(tune).done().json();
    assert_eq!([&json["task"], &json["strategy"]], ["finish", "actor"]);
    let first = &json["queries"][0]["params"];
    assert!(first["exposure"].as_f64().unwrap() > 0.01, "{json}");
    assert_eq!(first["contrast"], 0.0);
    assert_eq!(bench.run(&format!("{tune} --strategy actor")).done().json()["strategy"], "actor");
    // Strategies without a policy have no use for it, as for any other.
    assert_eq!(bench.run(&format!("{tune} --strategy lm")).done().json()["strategy"], "lm");
}

#[test]
fn where_it_is_of_no_use_it_is_refused_with_what_it_is_good_for() {
    let bench = bench();
    let tune = "match --input input.png --goal goal.png --model paper.onnx";
    for strategy in ["hybrid", "actor-broyden"] {
        let named = format!("strategy {strategy} needs");
        let words = ["paper.onnx", "names parameters", named.as_str(), "--strategy actor"];
        bench.refuses(&format!("{tune} --strategy {strategy}"), 1, &words);
    }
    let words = ["paper.onnx", "on the paper's state", "match --task finish --strategy actor"];
    bench.refuses(&format!("{tune} --task style"), 1, &words);
    bench.refuses("enhance --input input.png --model paper.onnx", 1, &words);
    picture([120, 120], 2).save(bench.path("still.png")).unwrap();
    bench.refuses("match --input input.png --goal still.png --model paper.onnx", 1, &words);
}
