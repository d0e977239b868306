//! External programs that do not do what they should, seen from the command line.

use crate::workbench::Workbench;

const TUNE: &str = "match --input input.png --goal goal.png --pipeline pipeline.toml \
                    --strategy random --queries 5 --out out.png --report r.html";

/// The first query fails already: there is no result.
fn has_no_result(bench: &Workbench, parts: &[&str]) {
    bench.refuses(TUNE, 1, parts);
    let render = "render --input input.png --params exposure=0.1 --pipeline pipeline.toml \
                  --out out.png";
    bench.refuses(render, 1, parts);
}

#[test]
fn missing() {
    for mode in ["session", "oneshot"] {
        let keys = match mode {
            "session" => "program = [\"no-such-isp\"]",
            _ => "program = [\"no-such-isp\", \"{input}\", \"{output}\", \"{ev}\"]",
        };
        let bench = Workbench::new().with_goal();
        let bench = bench.with_pipeline(&format!("mode = \"{mode}\"\n{keys}"));
        has_no_result(&bench, &["no-such-isp", "correct `program` in the pipeline file"]);
    }
}

#[test]
fn dies_or_reports_failure() {
    let bench = Workbench::new().with_goal();
    let bench = bench.with_session("read -r line; echo out of film >&2; exit 3", "");
    has_no_result(&bench, &["query 1: it ended (exit status: 3)", "out of film"]);
    let bench = bench.with_oneshot("echo out of film >&2; exit 3", "");
    has_no_result(&bench, &["query 1: it ended (exit status: 3)", "out of film"]);
    let refusal = "while read -r line; do echo '{\"ok\": false, \"error\": \"no lens\"}'; done";
    has_no_result(&bench.with_session(refusal, ""), &["query 1: it answered: no lens"]);
}

#[test]
fn hangs() {
    let bench = Workbench::new().with_goal();
    let bench = bench.with_session("read -r line; sleep 1000", "timeout_ms = 300");
    has_no_result(&bench, &["query 1: no picture within 300 ms", "timeout_ms"]);
    let bench = bench.with_oneshot("sleep 1000", "timeout_ms = 300");
    has_no_result(&bench, &["query 1: no picture within 300 ms", "timeout_ms"]);
}

#[test]
fn answers_garbage_writes_nothing_or_another_size() {
    let bench = Workbench::new().with_goal();
    let bench = bench.with_session("while read -r line; do echo hello; done", "");
    has_no_result(&bench, &["sh isp.sh: query 1: its answer is not {\"ok\": true}", "hello"]);
    let bench = bench.with_session("while read -r line; do echo '{\"ok\": true}'; done", "");
    has_no_result(&bench, &["query 1: it reported success but wrote no picture"]);
    let bench = bench.with_oneshot("true", "");
    has_no_result(&bench, &["query 1: it ended (exit status: 0) without a picture"]);
    let bench = bench.with_oneshot("printf 'P6 1 1 255 abc' > \"$2\"", "");
    has_no_result(&bench, &["query 1: it wrote a 1x1 picture, but its input is 160x120"]);
    let bench = bench.with_oneshot("echo hello > \"$2\"", "");
    has_no_result(&bench, &["query 1: the picture that it wrote cannot be read"]);
}

#[test]
fn dies_on_the_way_and_the_best_so_far_is_kept() {
    let body = "echo query >> count\n[ $(wc -l < count) -lt 3 ] || exit 9\ncp \"$1\" \"$2\"";
    let bench = Workbench::new().with_goal().with_oneshot(body, "");
    let ended = bench.run(&format!("{TUNE} --json"));
    assert_eq!(ended.code, Some(3), "{ended:#?}");
    ended.said_once(&["query 3: it ended (exit status: 9)", "the best query before that was kept"]);
    let json = ended.json();
    assert_eq!(json["stopped"], "error");
    assert_eq!(json["queries"].as_array().unwrap().len(), 2);
    assert!(json["error"].as_str().unwrap().contains("exit status: 9"), "{json}");
    // The program copies its input.
    assert_eq!(bench.frame("out.png"), bench.frame("input.png"));
    assert!(bench.read("r.html").contains("exit status: 9"));
}
