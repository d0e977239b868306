//! What each route does, and how it refuses.

use std::collections::BTreeMap;

use daemon::supervisor::{Command, Refusal};
use serde_json::json;

use crate::fake_service::{ADOPTED_MS, FakeService};
use crate::http::ask;

#[test]
fn status_tells_of_the_service_and_its_cameras() {
    let service = FakeService::new(&["porch", "the gate"]);
    let status = ask(&service.socket(), "GET /v1/status", "").json();
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["model"], "0f1e2d");
    assert_eq!(status["cameras"][1]["name"], "the gate");
    let cameras = ask(&service.socket(), "GET /v1/cameras", "").json();
    assert_eq!(cameras["cameras"], status["cameras"]);
    let gate = ask(&service.socket(), "GET /v1/cameras/the%20gate", "").json();
    assert_eq!(gate["state"], "waiting");
    service.cameras[1].publish(|status| status.paused = true);
    let paused = ask(&service.socket(), "GET /v1/cameras/the%20gate", "").json();
    assert_eq!(paused["paused"], true);
    assert_eq!(paused["revision"], gate["revision"].as_u64().unwrap() + 1);
}

#[test]
fn every_command_reaches_its_camera_and_twice_is_as_once() {
    let service = FakeService::held();
    let exposure = BTreeMap::from([("exposure".to_owned(), 0.1)]);
    let adopted = BTreeMap::from([("exposure".to_owned(), 0.25), ("contrast".to_owned(), -0.1)]);
    let revert = json!({"at_ms": ADOPTED_MS}).to_string();
    let look = |name: Option<&str>, strength| {
        let name = name.map(str::to_owned);
        Command::Look { name, strength }
    };
    let lock = |names: &[&str]| {
        let parameters = names.iter().map(|name| (*name).to_owned()).collect();
        Command::Lock { parameters }
    };
    for (line, body, command) in [
        ("POST retune", "", Command::Retune),
        ("POST hold", "", Command::Hold),
        ("POST resume", "", Command::Resume),
        ("POST restore", "", Command::Restore),
        ("PUT params", r#"{"exposure": 0.1}"#, Command::Apply { params: exposure }),
        ("POST revert", revert.as_str(), Command::Apply { params: adopted }),
        ("PUT look", r#"{"name": "day", "strength": 0.5}"#, look(Some("day"), Some(0.5))),
        ("PUT look", r#"{"name": "day"}"#, look(Some("day"), None)),
        ("PUT look", r#"{"name": null}"#, look(None, None)),
        ("PUT locks", r#"{"parameters": ["texture", "shadows"]}"#, lock(&["texture", "shadows"])),
        ("PUT locks", r#"{"parameters": []}"#, lock(&[])),
    ] {
        let line = line.replace(' ', " /v1/cameras/porch/");
        for _ in 0..2 {
            let answer = ask(&service.socket(), &line, body);
            assert_eq!(answer.status, 200, "{line} {body}: {answer:?}");
            assert_eq!(answer.json(), json!({"answer": "accepted"}));
            assert_eq!(service.commands(), std::slice::from_ref(&command), "{line} {body}");
        }
    }
    let plan = ask(&service.socket(), "POST /v1/cameras/porch/plan", "").json();
    assert_eq!(plan["answer"], "planned");
    assert_eq!(plan["native"], json!({"ev": 0.25}));
    assert_eq!(service.commands(), [Command::Plan]);
}

#[test]
fn what_cannot_be_used_is_refused_before_any_camera_is_asked() {
    let service = FakeService::held();
    for (line, body, status, part) in [
        ("PUT params", "", 400, "EOF"),
        ("PUT params", "{\"exposure\"", 400, "EOF"),
        ("PUT params", "exposure=0.1", 400, "expected value"),
        ("PUT params", "\u{0}", 400, "expected value"),
        ("PUT params", "{\"exposure\": NaN}", 400, "expected value"),
        ("PUT params", "[]", 422, "expected a map"),
        ("PUT params", "{}", 422, "no parameter is named"),
        ("PUT params", r#"{"exposure": "much"}"#, 422, "expected f64"),
        ("PUT params", r#"{"exposure": 1.01}"#, 422, "exposure = 1.01 is outside [-1, 1]"),
        ("PUT params", r#"{"exposure": -1e300}"#, 422, "outside [-1, 1]"),
        ("PUT params", r#"{"expsure": 0.1}"#, 422, "did you mean \"exposure\"?"),
        ("PUT look", r#"{"name": "day", "strenght": 1}"#, 422, "unknown field `strenght`"),
        ("PUT look", r#"{"name": "day", "strength": 2}"#, 422, "strength = 2 is outside [0, 1]"),
        ("PUT look", "[\"day\", 0.5]", 422, "expected a map"),
        ("POST revert", "[1]", 422, "expected a map"),
        ("PUT look", r#"{"strength": 1}"#, 422, "name"),
        ("PUT locks", r#"{"parameters": ["gamma"]}"#, 422, "\"gamma\" is no parameter"),
        ("PUT locks", r#"{"parameters": "texture"}"#, 422, "expected a sequence"),
        ("POST revert", r#"{"at_ms": 1}"#, 404, "no setting of 1"),
        ("POST revert", r#"{"at_ms": -1}"#, 422, "-1 is no whole number"),
        ("POST revert", r#"{"at_ms": 1.5}"#, 422, "1.5 is no whole number"),
        ("POST revert", r#"{"at_ms": 1.0}"#, 404, "no setting of 1"),
    ] {
        let line = line.replace(' ', " /v1/cameras/porch/");
        let text = ask(&service.socket(), &line, body).refused(status);
        assert!(text.contains(part), "{line} {body}: {text}");
    }
    assert_eq!(service.commands(), []);
}

#[test]
fn what_there_is_not_is_said() {
    let service = FakeService::held();
    for line in ["GET ", "GET picture", "POST hold", "POST plan"] {
        let line = line.replace(' ', " /v1/cameras/prch/").replace("prch/ ", "prch");
        let line = line.trim_end_matches('/');
        let text = ask(&service.socket(), line, "").refused(404);
        assert!(text.contains("no camera \"prch\""), "{line}: {text}");
    }
    for path in
        ["/v1/nothing", "/v2/status", "/v1/cameras/porch/fly", "/nothing", "/..%2f..%2fetc/passwd"]
    {
        let text = ask(&service.socket(), &format!("GET {path}"), "").refused(404);
        assert!(text.contains("there is no /"), "{path}: {text}");
    }
    for line in ["POST /v1/status", "GET /v1/cameras/porch/hold", "DELETE /v1/cameras/porch"] {
        let text = ask(&service.socket(), line, "").refused(405);
        assert!(text.contains("cannot be asked with"), "{line}: {text}");
    }
    assert_eq!(service.commands(), []);
}

#[test]
fn a_supervisor_s_refusal_has_a_status_of_its_own() {
    let service = FakeService::held();
    let text = || "the reason".to_owned();
    for (refusal, status) in [
        (Refusal::NoSuchLook("dusk".to_owned()), 404),
        (Refusal::NotOpen(text()), 409),
        (Refusal::BadValue(text()), 422),
        (Refusal::Failed(text()), 503),
        (Refusal::Unanswered, 503),
    ] {
        *service.refusal.lock().unwrap() = Some(refusal.clone());
        let answer = ask(&service.socket(), "POST /v1/cameras/porch/retune", "");
        assert_eq!(answer.refused(status), refusal.to_string());
        assert_eq!(answer.header("retry-after").is_some(), status == 503);
    }
}

#[test]
fn a_reload_says_why_the_old_configuration_stays() {
    let service = FakeService::new(&[]);
    let reloaded = ask(&service.socket(), "POST /v1/reload", "").json();
    assert_eq!(reloaded, json!({"answer": "accepted"}));
    *service.reloaded.lock().unwrap() = Err("isptuned.toml:3:1: unknown key".to_owned());
    let text = ask(&service.socket(), "POST /v1/reload", "").refused(422);
    assert_eq!(text, "isptuned.toml:3:1: unknown key");
}
