//! Ctrl-C in the middle of a tune.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::workbench::{Ended, Workbench};

const TUNE: &str = "match --input input.png --goal goal.png --pipeline pipeline.toml \
                    --strategy random --queries 50 --out out.png --report r.html --json";

const ENHANCE: &str = "enhance --model taste.onnx --input input.png --pipeline pipeline.toml \
                       --strength 0.5 --queries 50 --report r.html --json";

/// Starts what queries a program that hangs in this query, and waits until it is there.
fn in_query(number: usize, words: &str) -> (Workbench, Child) {
    let body = format!(
        "printf '%s ' $$ >> pids\necho query >> count\n\
                [ $(wc -l < count) -lt {number} ] || {{ sleep 1000 & printf '%s ' $! >> pids\n\
                touch hangs; wait; }}\ncp \"$1\" \"$2\""
    );
    let bench = Workbench::new().with_goal().with_oneshot(&body, "");
    bench.write("taste.onnx", include_bytes!("taste.onnx"));
    let mut command = bench.command(words);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while !bench.path("hangs").exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "query {number} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
    (bench, child)
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Whether a process goes on after a busy system had the time to end it. (One that waits for
/// whoever adopted it to reap it has ended.)
fn survives(pid: &str) -> bool {
    let stat = Path::new("/proc").join(pid).join("stat");
    let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    let started = Instant::now();
    while runs() {
        if started.elapsed() > Duration::from_secs(10) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn returns_the_best_so_far_and_leaves_no_process() {
    if !Path::new("/proc/self/stat").exists() {
        println!("not run: no /proc to look for processes in");
        return;
    }
    for number in [Signal::INT, Signal::TERM] {
        let (bench, child) = in_query(3, TUNE);
        signal(&child, number);
        let ended = Ended::of(TUNE, &child.wait_with_output().unwrap());
        assert_eq!(ended.code, Some(130), "{ended:#?}");
        let json = ended.json();
        assert_eq!(json["stopped"], "interrupted");
        assert_eq!(json["queries"].as_array().unwrap().len(), 2);
        assert!(matches!(json["best"].as_u64(), Some(1 | 2)), "{json}");
        assert_eq!(json["out"], "out.png");
        assert_eq!(bench.frame("out.png"), bench.frame("input.png"));
        assert!(bench.read("r.html").contains("interrupted"));
        let pids = bench.read("pids");
        assert_eq!(pids.split_whitespace().count(), 4);
        assert!(!pids.split_whitespace().any(survives), "{pids}");
    }
}

#[test]
fn an_enhancement_reports_what_it_has_made() {
    let (bench, child) = in_query(2, ENHANCE);
    signal(&child, Signal::INT);
    let ended = Ended::of(ENHANCE, &child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(130), "{ended:#?}");
    let json = ended.json();
    assert_eq!((&json["stopped"], &json["report"]), (&"interrupted".into(), &"r.html".into()));
    let html = bench.read("r.html");
    for words in ["1 of 50 queries · interrupted by the user", "It ended before the last query"] {
        assert!(html.contains(words), "no {words}");
    }
}
