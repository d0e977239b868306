use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use super::*;

fn of<'a>(findings: &'a [Finding], subject: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.subject == subject).collect()
}

#[test]
fn an_empty_machine_lacks_a_configuration_and_nothing_panics() {
    let root = tempfile::tempdir().unwrap();
    let findings = examine(&Places::under(root.path(), None));
    let [configuration] = of(&findings, "configuration")[..] else { panic!("{findings:?}") };
    assert_eq!(configuration.severity, Severity::Fault);
    assert!(configuration.text.contains("[[camera]]"), "{configuration:?}");
    assert_eq!(of(&findings, "policy")[0].severity, Severity::Fine);
    assert_eq!(of(&findings, "clock")[0].severity, Severity::Fine);
}

#[test]
fn what_is_missing_is_named_with_the_way_out() {
    let root = tempfile::tempdir().unwrap();
    let places = Places::under(root.path(), None);
    fs::create_dir_all(places.config.parent().unwrap()).unwrap();
    let text = "model = \"no.onnx\"\n[[camera]]\nname = \"gate\"\ninput = \"no.png\"\nlook = \"day\"\n\
                [[camera]]\nname = \"yard\"\ncamera = \"no such camera\"\n";
    fs::write(&places.config, text).unwrap();
    let findings = examine(&places);
    for (subject, what) in [("policy", "no.onnx"), ("look day", "day"), ("camera gate", "no.png")] {
        let found = of(&findings, subject);
        let fault = found.iter().find(|finding| finding.severity == Severity::Fault);
        assert!(fault.is_some_and(|fault| fault.text.contains(what)), "{subject}: {findings:?}");
    }
    if cfg!(target_os = "linux") {
        let yard = of(&findings, "camera yard");
        assert!(yard.iter().any(|finding| finding.text.contains("no such camera")), "{yard:?}");
    }
}

#[test]
fn a_clock_of_the_past_is_a_fault() {
    let early = UNIX_EPOCH + Duration::from_secs(86_400);
    assert_eq!(machine::clock(early).severity, Severity::Fault);
}

#[test]
fn a_state_that_is_a_file_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    fs::write(&file, "").unwrap();
    assert_eq!(machine::state(&file).severity, Severity::Fault);
}
