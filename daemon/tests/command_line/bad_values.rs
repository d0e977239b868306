//! Options and pipeline files that say something impossible.

use crate::workbench::Workbench;

#[test]
fn parameters_that_are_none() {
    let bench = Workbench::new();
    bench.write("nan.json", "{\"params\": {\"exposure\": NaN}}");
    bench.write("far.json", "{\"params\": {\"exposure\": 1.5}}");
    bench.write("none.json", "{\"parameters\": {}}");
    for (params, part) in [
        ("exposure=nan", "\"nan\" is not finite"),
        ("exposure=inf", "\"inf\" is not finite"),
        ("exposure=1.01", "exposure = 1.01 is outside [-1, 1]"),
        ("exposure=", "\"\" is no number"),
        ("expsure=0.1", "did you mean \"exposure\"?"),
        ("nan.json", "line 1 column 25"),
        ("far.json", "exposure = 1.5 is outside [-1, 1]"),
        ("none.json", "no \"params\" object"),
        ("missing.json", "nor a readable JSON file"),
    ] {
        let words = format!("render --input input.png --params {params} --out out.png");
        bench.refuses(&words, 2, &["--params", params, part]);
    }
}

#[test]
fn options_that_are_none() {
    let bench = Workbench::new();
    for (option, part) in [
        ("--queries 0", "0 is not in 1..=100000"),
        ("--strategy modle", "a similar value exists: 'model'"),
        ("--lock expsure", "did you mean \"exposure\"?"),
        ("--limit exposure=0.5", "write low..high"),
        ("--region 1,2,3", "x,y,width,height"),
    ] {
        let words = format!("match --input input.png --goal input.png {option}");
        bench.refuses(&words, 2, &[part]);
    }
    for option in ["--limit exposure=0.5..-0.5", "--limit exposure=-2..2", "--lock exposure=3"] {
        let words = format!("match --input input.png --goal input.png {option}");
        bench.refuses(&words, 1, &["limit of exposure", "no interval within [-1, 1]"]);
    }
}

#[test]
fn model_that_is_missing_empty_or_garbage() {
    let bench = Workbench::new();
    bench.write("empty.onnx", "");
    bench.write("garbage.onnx", "this is no network");
    for (file, part) in [("missing.onnx", "No such file"), ("empty.onnx", ""), ("garbage.onnx", "")]
    {
        let words = format!("match --input input.png --goal input.png --model {file}");
        bench.refuses(&words, 1, &[file, part]);
    }
}

#[test]
fn pipeline_file_with_a_slip_is_told_by_line_column_and_nearest_key() {
    let bench = Workbench::new().with_oneshot("cp \"$1\" \"$2\"", "tiemout_ms = 5");
    let parts = ["pipeline.toml:4:1: unknown key \"tiemout_ms\"", "did you mean \"timeout_ms\"?"];
    let pipeline = "--pipeline pipeline.toml";
    let tune = format!("match --input input.png --goal input.png {pipeline} --out out.png");
    bench.refuses(&tune, 1, &parts);
    let render = format!("render --input input.png --params exposure=0 {pipeline} --out out.png");
    bench.refuses(&render, 1, &parts);
    bench.refuses("config check pipeline.toml", 1, &parts);
    bench.refuses(&format!("config show {pipeline}"), 1, &parts);
    let json = bench.run("config check pipeline.toml --json");
    assert_eq!(json.code, Some(1));
    let file = &json.json()["files"][0];
    assert_eq!(file["ok"], false);
    assert!(file["error"].as_str().unwrap().contains(parts[0]), "{file}");
}

#[test]
fn pipeline_file_that_is_missing_or_no_toml() {
    let bench = Workbench::new();
    bench.write("broken.toml", "kind = \"software\"\nlock = [\n");
    bench.refuses("config check nowhere.toml", 1, &["nowhere.toml"]);
    bench.refuses("config check broken.toml", 1, &["broken.toml:"]);
    bench.write("camera.toml", "kind = \"v4l2\"\nsize = 720\n");
    bench.refuses("config check camera.toml", 1, &["camera.toml:2:8", "size"]);
}
