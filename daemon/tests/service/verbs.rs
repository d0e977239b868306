//! The verbs of the command line against a running service.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command as Program, Stdio};

use daemon::keeping::State;
use daemon::supervisor::{Command, Refusal};
use serde_json::{Value, json};

use crate::fake_service::FakeService;

const ISPTUNE: &str = env!("CARGO_BIN_EXE_isptune");

/// The program with words separated by blanks, and the service's socket in its environment.
pub fn isptune(socket: &Path, words: &str) -> Program {
    let mut program = Program::new(ISPTUNE);
    program.args(words.split_whitespace()).env("ISPTUNE_SOCKET", socket).stdin(Stdio::null());
    program
}

/// Runs it: exit code, standard output, standard error.
pub fn run(socket: &Path, words: &str) -> (i32, String, String) {
    let output = isptune(socket, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn done(service: &FakeService, words: &str) -> String {
    let (code, out, err) = run(&service.socket(), words);
    assert_eq!((code, err.as_str()), (0, ""), "{words}");
    out
}

fn refused(service: &FakeService, words: &str, code: i32, part: &str) {
    let (ended, out, err) = run(&service.socket(), words);
    assert_eq!((ended, out.as_str()), (code, ""), "{words}: {err}");
    assert!(err.contains(part), "{words}: {err}");
}

#[test]
fn status_is_a_line_for_each_camera_and_everything_for_one() {
    let service = FakeService::held();
    assert_eq!(done(&service, "status"), "porch  holding    look day; 41.20 dB, ΔE00 0.84\n");
    let details = done(&service, "status porch");
    for line in [
        "  camera     a camera",
        "  found      24.00 dB, ΔE00 0.84, SSIM 0.980",
        "  tunes      1 (0 by itself in the last hour), 7 queries, 0 settings adopted",
        "  faults     absent 2",
        "  exposure   +0.250   ev = 0.5000 EV   locked",
    ] {
        assert!(details.lines().any(|each| each == line), "no {line}\n{details}");
    }
    let json: Value = serde_json::from_str(&done(&service, "status --json")).unwrap();
    assert_eq!(json["cameras"][0]["counts"]["queries"], 7);
    let empty = FakeService::new(&[]);
    assert!(done(&empty, "status").contains("no cameras"));
}

#[test]
fn every_verb_asks_for_what_it_says() {
    let service = FakeService::held();
    let apply = |pairs: &[(&str, f64)]| Command::Apply {
        params: pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
    };
    let lock = |names: &[&str]| Command::Lock {
        parameters: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let look = |name: Option<&str>, strength| {
        let name = name.map(str::to_owned);
        Command::Look { name, strength }
    };
    for (words, command) in [
        ("retune porch", Command::Retune),
        ("retune", Command::Retune),
        ("hold", Command::Hold),
        ("resume", Command::Resume),
        ("restore", Command::Restore),
        ("apply --params exposure=0.1", apply(&[("exposure", 0.1)])),
        (
            "apply porch --params texture=-1,shadows=0",
            apply(&[("texture", -1.0), ("shadows", 0.0)]),
        ),
        ("use porch --look day --strength 0.5", look(Some("day"), Some(0.5))),
        ("use --look day", look(Some("day"), None)),
        ("use --none", look(None, None)),
        ("lock --only texture,red_gain", lock(&["texture", "red_gain"])),
        ("lock porch --none", lock(&[])),
    ] {
        let out = done(&service, words);
        assert_eq!(out.lines().count(), 1, "{words}: {out}");
        assert_eq!(service.commands(), [command], "{words}");
        let json: Value =
            serde_json::from_str(&done(&service, &format!("{words} --json"))).unwrap();
        assert_eq!(json, json!({"answer": "accepted"}));
        service.commands();
    }
    let plan = done(&service, "plan");
    assert!(plan.contains("predicted  41.20 dB") && plan.contains("nothing was written"), "{plan}");
    assert!(plan.contains("  exposure    +0.125"), "{plan}");
}

#[test]
fn the_camera_has_to_be_named_where_there_are_several() {
    let service = FakeService::new(&["porch", "a/b c"]);
    refused(&service, "hold", 1, "there are several cameras, name one of them: porch, a/b c");
    refused(&service, "hold prch", 1, "no camera \"prch\"");
    refused(&service, "status prch", 1, "no camera \"prch\"");
    refused(&service, "watch prch", 1, "no camera \"prch\"");
    assert_eq!(service.commands(), []);
    let mut named = isptune(&service.socket(), "hold");
    assert!(named.arg("a/b c").status().unwrap().success());
    assert_eq!(service.asked.lock().unwrap().as_slice(), [("a/b c".to_owned(), Command::Hold)]);
    refused(&FakeService::new(&[]), "hold", 1, "the service has no camera");
}

#[test]
fn wrong_use_is_told_before_anybody_is_asked() {
    let service = FakeService::held();
    for (words, part) in [
        ("apply", "--params"),
        ("apply --params exposure=2", "outside [-1, 1]"),
        ("apply --params expsure=0", "did you mean \"exposure\"?"),
        ("use", "--look"),
        ("use --none --strength 0.5", "--none"),
        ("lock", "--only"),
        ("lock --only texture,gamma", "\"gamma\" is no parameter"),
    ] {
        refused(&service, words, 2, part);
    }
    assert_eq!(service.commands(), []);
}

#[test]
fn a_refusal_is_told_as_the_service_words_it() {
    let service = FakeService::held();
    *service.refusal.lock().unwrap() = Some(Refusal::NotOpen("it is unplugged".to_owned()));
    refused(&service, "retune", 1, "isptune: the camera is not there now: it is unplugged\n");
}

#[test]
fn without_a_service_the_way_to_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = folder.path().join("s");
    // A socket whose service was killed.
    let dead = folder.path().join("dead");
    drop(std::os::unix::net::UnixListener::bind(&dead).unwrap());
    for socket in [&nobody, &dead] {
        let (code, out, err) = run(socket, "status");
        assert_eq!((code, out.as_str()), (1, ""));
        let told = format!("isptune: no daemon answers at {}: start it", socket.display());
        assert!(err.starts_with(&told), "{err}");
    }
    let service = FakeService::held();
    let words = format!("status --socket {}", service.socket().display());
    assert_eq!(run(&nobody, &words).0, 0);
}

#[test]
fn who_is_not_of_the_group_is_told_so() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    let service = FakeService::held();
    let socket = service.socket();
    if std::fs::metadata(&socket).unwrap().uid() != 0 {
        println!("not run: another user's call, which root alone can make");
        return;
    }
    // Everybody may come as far as the socket, and run the program.
    let everybody = || std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(socket.parent().unwrap(), everybody()).unwrap();
    let program = socket.parent().unwrap().join("isptune");
    std::fs::copy(ISPTUNE, &program).unwrap();
    let output = Program::new(program)
        .args(["hold", "--socket"])
        .arg(&socket)
        .uid(65_534)
        .gid(65_534)
        .current_dir("/")
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("only root and the members of group root may use"), "{err}");
    assert_eq!(service.commands(), []);
}

#[test]
fn watch_prints_a_line_for_each_change_and_ends_with_its_reader() {
    let service = FakeService::held();
    let mut watch = isptune(&service.socket(), "watch").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert!(next().ends_with("Z  porch  holding    look day; 41.20 dB, ΔE00 0.84"));
    // A change that is not shown.
    service.cameras[0].publish(|status| status.counts.measurements += 1);
    service.cameras[0].publish(|status| status.state = State::Tuning);
    let tuning = next();
    assert!(
        tuning.ends_with("porch  tuning     look day; query 1: 41.20 dB, ΔE00 0.84"),
        "{tuning}"
    );
    drop(lines);
    service.cameras[0].publish(|status| status.state = State::Faulted);
    assert!(watch.wait().unwrap().success());
}

#[test]
fn watch_ends_when_the_service_stops() {
    let service = FakeService::held();
    let mut watch = isptune(&service.socket(), "watch porch --json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let status: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(status["look"], "day");
    drop(service);
    let output = watch.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("no daemon answers at"), "{err}");
}
