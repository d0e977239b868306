//! External programs in sessions: well-behaved ones, and every way of misbehaving.

use std::sync::atomic::Ordering;
use std::time::Duration;

use isptune_tests::program::{Program, bytes, picture, reason};
use tuner::{Parameter, Params, Pipeline, PipelineError};

fn exposure(value: f64) -> Params {
    Params::NEUTRAL.with(Parameter::Exposure, value)
}

/// Asks a misbehaving program twice (its second query is to fail) and returns the message.
fn second_query(body: &str) -> String {
    let program = Program::session(&format!("reply(receive())\nrequest = receive()\n{body}"));
    let mut pipeline = program.open().unwrap();
    pipeline.query(&Params::NEUTRAL).unwrap();
    let message = reason(pipeline.query(&Params::NEUTRAL));
    assert!(message.starts_with("python3 isp.py: query 2: "), "{message}");
    message
}

#[test]
fn requests_are_as_documented_and_pictures_come_back() {
    let program = Program::session("while True: reply(receive())");
    let mut pipeline = program.open().unwrap();
    assert_eq!(pipeline.as_found().unwrap(), picture());
    for value in [0.15, -1.0] {
        assert_eq!(pipeline.query(&exposure(value)).unwrap(), picture());
    }
    let requests = program.wrote("requests");
    let requests: Vec<serde_json::Value> =
        requests.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0]["params"], serde_json::json!({"ev": 0.3}));
    assert_eq!(requests[1]["params"], serde_json::json!({"ev": -2.0}));
    assert_eq!(requests[0]["input"], requests[1]["input"]);
    assert_ne!(requests[0]["output"], requests[1]["output"]);
    assert_eq!(requests[0].as_object().unwrap().len(), 3);
}

#[test]
fn every_format_is_exchanged_without_loss() {
    for format in ["png", "tiff", "ppm"] {
        let keys = format!("input_format = \"{format}\"\noutput_format = \"{format}\"");
        let program = Program::session("while True: reply(receive())").with(&keys);
        let mut pipeline = program.open().unwrap();
        assert_eq!(
            bytes(&pipeline.query(&Params::NEUTRAL).unwrap()),
            bytes(&picture()),
            "{format}"
        );
    }
}

#[test]
fn dies() {
    let message = second_query("print('out of film', file=sys.stderr, flush=True)\nsys.exit(3)");
    assert!(message.contains("it ended (exit status: 3) without a picture"), "{message}");
    assert!(message.ends_with("it printed:\n  out of film"), "{message}");
    let message = second_query("os.kill(os.getpid(), 9)");
    assert!(message.contains("(signal: 9 (SIGKILL))"), "{message}");
    assert!(message.ends_with("it printed nothing"), "{message}");
}

#[test]
fn dies_while_a_grandchild_holds_its_output() {
    let message = second_query(
        "child = subprocess.Popen(['sleep', '1000'])\nopen('pids', 'a').write(f'{child.pid} ')\n\
         sys.exit(4)",
    );
    assert!(message.contains("it ended (exit status: 4)"), "{message}");
}

#[test]
fn is_started_again_after_it_died() {
    let program = Program::session("reply(receive())");
    let mut pipeline = program.open().unwrap();
    pipeline.query(&Params::NEUTRAL).unwrap();
    reason(pipeline.query(&Params::NEUTRAL));
    assert_eq!(pipeline.query(&Params::NEUTRAL).unwrap(), picture());
    assert_eq!(program.wrote("pids").split_whitespace().count(), 2);
}

#[test]
fn closes_its_output_and_lives_on() {
    let message = second_query("os.close(1)\ntime.sleep(1000)");
    assert!(message.contains("it closed its standard output but did not end"), "{message}");
}

#[test]
fn hangs() {
    let body = "receive()\nprint('thinking', file=sys.stderr, flush=True)\ntime.sleep(1000)";
    let program = Program::session(body).with("timeout_ms = 8000");
    let mut pipeline = program.open().unwrap();
    let message = reason(pipeline.query(&Params::NEUTRAL));
    assert!(message.contains("query 1: no picture within 8000 ms"), "{message}");
    assert!(message.contains("timeout_ms"), "{message}");
    assert!(!program.runs());
}

#[test]
fn answers_garbage() {
    let message = second_query("answer('\\x1b[2J done!')");
    assert!(message.contains("its answer is not {\"ok\": true}"), "{message}");
    assert!(message.contains("but \"·[2J done!\""), "{message}");
    assert!(second_query("answer('{\"ok\": \"yes\"}')").contains("invalid type"));
    assert!(second_query("answer('')").contains("its answer is not"));
    let binary = second_query("sys.stdout.buffer.write(b'\\xff\\xfe\\n'); sys.stdout.flush()");
    assert!(binary.contains("its answer is not"), "{binary}");
}

#[test]
fn answers_without_an_end() {
    let message = second_query("while True: sys.stdout.write('x' * 4096)");
    assert!(message.contains("its answer is longer than 1048576 bytes"), "{message}");
}

#[test]
fn greets_on_its_standard_output() {
    // Whether the line is there before the first request or is taken for its answer, it is cited.
    let program = Program::session("answer('Welcome')\nwhile True: reply(receive())");
    let mut pipeline = program.open().unwrap();
    let message = reason(pipeline.query(&Params::NEUTRAL));
    assert!(message.contains("query 1: ") && message.contains("\"Welcome\""), "{message}");
}

#[test]
fn answers_twice() {
    let program = Program::session("reply(receive())\nanswer()\nopen('said', 'w')\nreceive()");
    let mut pipeline = program.open().unwrap();
    pipeline.query(&Params::NEUTRAL).unwrap();
    while !program.folder().join("said").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    // The reader has the line at the latest when the program has written no second picture.
    let message = reason(pipeline.query(&Params::NEUTRAL));
    let told = message.contains("nothing had asked for") || message.contains("wrote no picture");
    assert!(told, "{message}");
}

#[test]
fn refuses_one_query_and_goes_on() {
    let program = Program::session(
        "receive()\nanswer('{\"ok\": false, \"error\": \"no film\"}')\nwhile True: reply(receive())",
    );
    let mut pipeline = program.open().unwrap();
    let message = reason(pipeline.query(&Params::NEUTRAL));
    assert!(message.contains("query 1: it answered: no film"), "{message}");
    assert_eq!(pipeline.query(&Params::NEUTRAL).unwrap(), picture());
    assert_eq!(program.wrote("pids").split_whitespace().count(), 1, "it was started again");
}

#[test]
fn writes_no_picture() {
    assert!(second_query("answer()").contains("it reported success but wrote no picture"));
}

#[test]
fn leaves_a_stale_picture_under_the_next_name() {
    let program = Program::session(
        "request = receive()\n\
         shutil.copy(request['input'], request['output'].replace('0001', '0002'))\n\
         shutil.copy(request['input'], request['output'])\nanswer()\nreceive()\nanswer()\nreceive()",
    );
    let mut pipeline = program.open().unwrap();
    pipeline.query(&Params::NEUTRAL).unwrap();
    let message = reason(pipeline.query(&Params::NEUTRAL));
    assert!(message.contains("query 2: it reported success but wrote no picture"), "{message}");
}

#[test]
fn writes_what_is_no_picture() {
    for body in [
        "data = open(request['input'], 'rb').read()\n\
         open(request['output'], 'wb').write(data[:len(data) // 2])",
        "open(request['output'], 'w').write('no picture')",
        "open(request['output'], 'w')",
        "open(request['output'], 'wb').write(b'P6\\n60000 60000\\n255\\n')",
        "os.mkdir(request['output'])",
        "os.mkfifo(request['output'])",
        "os.symlink('/dev/zero', request['output'])",
    ] {
        let message = second_query(&format!("{body}\nanswer()"));
        assert!(message.contains("the picture that it wrote cannot be read"), "{body}\n{message}");
    }
}

#[test]
fn writes_another_size() {
    let message = second_query(
        "open(request['output'], 'wb').write(b'P6\\n2 1\\n255\\n' + bytes(6))\nanswer()",
    );
    assert!(message.contains("it wrote a 2x1 picture, but its input is 96x64"), "{message}");
}

#[test]
fn prints_more_than_a_pipe_holds() {
    let program = Program::session(
        "while True:\n request = receive()\n sys.stderr.write('noise\\n' * 100000)\n reply(request)",
    );
    let mut pipeline = program.open().unwrap();
    assert_eq!(pipeline.query(&Params::NEUTRAL).unwrap(), picture());
}

#[test]
fn is_missing() {
    let keys = "mode = \"session\"\nprogram = [\"isptune-no-such-program\"]";
    let program = Program::session("");
    let text = format!(
        "kind = \"command\"\n{keys}\n[[parameter]]\nname = \"exposure\"\nrange = [-1, 1]\nneutral = 0"
    );
    let path = program.folder().join("missing.toml");
    std::fs::write(&path, text).unwrap();
    let file = isp_hw::PipelineFile::load(&path).unwrap();
    let message = file.open_frame(picture(), &program.cancel()).err().unwrap().to_string();
    assert!(
        message.contains("missing.toml: isptune-no-such-program: there is no program"),
        "{message}"
    );
}

#[test]
fn is_interrupted() {
    let program = Program::session(
        "request = receive()\nif os.path.exists('asked'):\n reply(request)\n receive()\n\
         child = subprocess.Popen(['sleep', '1000'])\nopen('pids', 'a').write(f'{child.pid} ')\n\
         open('asked', 'w')\ntime.sleep(1000)",
    );
    let mut pipeline = program.open().unwrap();
    let cancel = program.cancel();
    let asked = program.folder().join("asked");
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
    // The flag is still set, but who asks now wants the best picture of the interrupted tune.
    assert_eq!(pipeline.query(&Params::NEUTRAL).unwrap(), picture());
}

#[test]
fn ends_with_its_input() {
    let program =
        Program::session("try:\n while True: reply(receive())\nfinally: open('farewell', 'w')");
    let mut pipeline = program.open().unwrap();
    pipeline.query(&Params::NEUTRAL).unwrap();
    drop(pipeline);
    assert!(program.folder().join("farewell").exists(), "it was killed before it could end");
    assert!(!program.runs());
}

#[test]
fn leaves_nothing_behind() {
    // It ends neither at the end of its input nor when it is asked to.
    let program = Program::session(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
         child = subprocess.Popen(['sleep', '1000'])\nopen('pids', 'a').write(f'{child.pid} ')\n\
         reply(receive())\ntime.sleep(1000)",
    );
    let mut pipeline = program.open().unwrap();
    pipeline.query(&Params::NEUTRAL).unwrap();
    let request: serde_json::Value = serde_json::from_str(&program.wrote("requests")).unwrap();
    let input = std::path::PathBuf::from(request["input"].as_str().unwrap());
    assert!(input.exists());
    drop(pipeline);
    assert!(program.is_gone());
    assert!(!input.parent().unwrap().exists(), "the exchange folder is still there");
}

#[test]
fn is_out_of_reach_of_the_terminal() {
    let program = Program::session(
        "open('group', 'w').write(str(os.getpgid(0) == os.getpid()))\n\
                                    reply(receive())",
    );
    program.open().unwrap().query(&Params::NEUTRAL).unwrap();
    assert_eq!(program.wrote("group"), "True");
}
