//! External programs that are started for every query.

use std::sync::atomic::Ordering;
use std::time::Duration;

use isptune_tests::program::{Program, picture, reason};
use tuner::{Parameter, Params, Pipeline, PipelineError};

const PATHS_AND_VALUE: [&str; 3] = ["{input}", "{output}", "{ev}"];

fn failing(body: &str) -> String {
    let program = Program::oneshot(body, &PATHS_AND_VALUE);
    let message = reason(program.open().unwrap().query(&Params::NEUTRAL));
    assert!(message.starts_with("sh isp.sh {input} {output} {ev}: query 1: "), "{message}");
    message
}

#[test]
fn arguments_params_and_template_are_filled_in() {
    let arguments = ["{input}", "{output}", "{value:ev*50+10|round} %", "{params}", "{template}"];
    let body = "cp \"$1\" \"$2\"; printf '%s' \"$3\" > value; cp \"$4\" params; cp \"$5\" filled\n\
                echo \"$2 $4 $5\" >> paths";
    let program = Program::oneshot(body, &arguments).with("template = \"settings.pp3\"");
    let template = "[Exposure]\nCompensation={ev}; {{x}} {ev|min0*2}\n";
    std::fs::write(program.folder().join("settings.pp3"), template).unwrap();
    let mut pipeline = program.open().unwrap();
    let params = Params::NEUTRAL.with(Parameter::Exposure, -0.25);
    assert_eq!(pipeline.query(&params).unwrap(), picture());
    assert_eq!(program.wrote("value"), "-15 %");
    assert_eq!(program.wrote("filled"), "[Exposure]\nCompensation=-0.5; {x} -1\n");
    let native: serde_json::Value = serde_json::from_str(&program.wrote("params")).unwrap();
    assert_eq!(native, serde_json::json!({"ev": -0.5}));
    pipeline.query(&Params::NEUTRAL).unwrap();
    assert_eq!(program.wrote("value"), "10 %");
    let paths = program.wrote("paths");
    let [first, second] = paths.lines().collect::<Vec<_>>()[..] else { panic!("{paths}") };
    assert!(first.split(' ').zip(second.split(' ')).all(|(a, b)| a != b), "{paths}");
    assert!(first.ends_with(".pp3"), "{paths}");
}

#[test]
fn fails_with_a_message() {
    let message = failing("echo rendering; echo 'out of film' >&2; exit 7");
    assert!(message.contains("it ended (exit status: 7) without a picture"), "{message}");
    assert!(message.contains("  rendering") && message.contains("  out of film"), "{message}");
}

#[test]
fn fails_after_it_wrote_a_picture() {
    assert!(failing("cp \"$1\" \"$2\"; exit 1").contains("exit status: 1"));
}

#[test]
fn writes_nothing() {
    let message = failing("echo all fine");
    assert!(message.contains("it ended (exit status: 0) without a picture"), "{message}");
    assert!(message.ends_with("  all fine"), "{message}");
}

#[test]
fn writes_half_a_picture_or_another_size() {
    let message = failing("head -c 1000 \"$1\" > \"$2\"");
    assert!(message.contains("the picture that it wrote cannot be read"), "{message}");
    let message = failing("printf 'P6 1 1 255 abc' > \"$2\"");
    assert!(message.contains("it wrote a 1x1 picture, but its input is 96x64"), "{message}");
}

#[test]
fn hangs() {
    let body = "echo thinking; sleep 1000 & printf '%s ' $! >> pids; wait";
    let program = Program::oneshot(body, &PATHS_AND_VALUE).with("timeout_ms = 8000");
    let message = reason(program.open().unwrap().query(&Params::NEUTRAL));
    assert!(message.contains("no picture within 8000 ms"), "{message}");
    assert!(message.ends_with("  thinking"), "{message}");
    assert!(program.is_gone());
}

#[test]
fn leaves_a_background_process() {
    let body = "sleep 1000 > /dev/null 2>&1 & printf '%s ' $! >> pids; cp \"$1\" \"$2\"";
    let program = Program::oneshot(body, &PATHS_AND_VALUE);
    assert_eq!(program.open().unwrap().query(&Params::NEUTRAL).unwrap(), picture());
    assert!(program.is_gone());
}

#[test]
fn is_interrupted() {
    let body = "sleep 1000 & printf '%s ' $! >> pids; touch asked; wait";
    let program = Program::oneshot(body, &PATHS_AND_VALUE);
    let mut pipeline = program.open().unwrap();
    let (cancel, asked) = (program.cancel(), program.folder().join("asked"));
    let interrupter = std::thread::spawn(move || {
        while !asked.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        cancel.store(true, Ordering::Relaxed);
    });
    let interrupted = pipeline.query(&Params::NEUTRAL);
    interrupter.join().unwrap();
    assert!(matches!(interrupted, Err(PipelineError::Interrupted)), "{interrupted:?}");
    assert!(program.is_gone());
}

#[test]
fn prints_more_than_a_pipe_holds() {
    let body = "i=0; while [ $i -lt 20000 ]; do echo noise noise noise; i=$((i+1)); done\n\
                cp \"$1\" \"$2\"";
    let program = Program::oneshot(body, &PATHS_AND_VALUE);
    assert_eq!(program.open().unwrap().query(&Params::NEUTRAL).unwrap(), picture());
}

#[test]
fn is_missing_or_not_executable() {
    let program = Program::oneshot("", &PATHS_AND_VALUE);
    for (name, expected) in
        [("isptune-no-such-program", "there is no program"), ("./isp.sh", "cannot be started")]
    {
        let text = format!(
            "kind = \"command\"\nmode = \"oneshot\"\n\
             program = [\"{name}\", \"{{input}}\", \"{{output}}\", \"{{ev}}\"]\n[[parameter]]\n\
             name = \"exposure\"\nkey = \"ev\"\nrange = [-1, 1]\nneutral = 0"
        );
        let path = program.folder().join("missing.toml");
        std::fs::write(&path, text).unwrap();
        let file = isp_hw::PipelineFile::load(&path).unwrap();
        let mut pipeline = file.open_frame(picture(), &program.cancel()).unwrap();
        let message = reason(pipeline.query(&Params::NEUTRAL));
        assert!(message.contains("query 1: ") && message.contains(expected), "{message}");
    }
}
