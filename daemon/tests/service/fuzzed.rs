//! Requests that schemathesis makes up from the description.

use std::process::Command;

use daemon::supervisor::PictureKind;
use tuner::{Frame, Samples};

use crate::fake_service::{FakeService, TOKEN};

const OPENAPI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

#[test]
fn requests_made_up_from_the_description_are_answered_as_it_says() {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let schemathesis = || {
        let mut command = Command::new(&python);
        command.args(["-m", "schemathesis.cli"]);
        command
    };
    let probe = Command::new(&python).args(["-c", "import schemathesis"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("not run: {python} has no schemathesis (set ISPTUNE_PYTHON)");
        return;
    }
    let service = FakeService::held();
    let picture = Frame::new(32, 32, Samples::U8(vec![90; 32 * 32 * 3])).unwrap();
    service.cameras[0].show(PictureKind::Live, picture);
    let output = schemathesis()
        .args(["run", OPENAPI, "--url", &format!("http://{}", service.port)])
        .args(["-H", &format!("Authorization: Bearer {TOKEN}")])
        // Streams do not end.
        .args(["--exclude-path", "/v1/events"])
        // No schema says which pictures make a look.
        .args(["--exclude-operation-id", "putLook"])
        .args(["--checks", "all", "--max-examples", "10", "--max-time", "25"])
        // A run of the tests must not depend on the day's luck.
        .args(["--generation-deterministic", "--phases", "examples,coverage,fuzzing,stateful"])
        .args(["--request-timeout", "5", "--no-color"])
        .current_dir(service.socket().parent().unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    if said.contains("Time limit reached") {
        println!("not run: some requests of schemathesis, for which this machine was too slow");
    } else {
        assert!(!service.commands().is_empty(), "{said}");
    }
}
