//! Looks of the kinds style and taste, from `isptune look add` to a held camera.

use daemon::keeping::State;
use daemon::look::LookKind;
use daemon::supervisor::CameraStatus;
use rustix::process::Signal;

use crate::running::{Root, scene};

fn is_held(status: &CameraStatus, kind: LookKind) -> bool {
    status.state == State::Holding && status.kind == Some(kind) && status.reached.is_some()
}

fn added(root: &Root, words: &[&str], file: &std::path::Path) {
    let output = root.isptune(words, Some(file));
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_style_and_a_taste_are_held_one_after_the_other() {
    let root = Root::new();
    // Another shape: nothing of it can be compared pixel by pixel.
    let still = root.path("still.png");
    scene().resized(80, 80).unwrap().save(&still).unwrap();
    added(&root, &["look", "add", "still", "--kind", "style", "--force", "--from"], &still);
    let model = root.path("mine.onnx");
    std::fs::write(&model, include_bytes!("../command_line/taste.onnx")).unwrap();
    added(&root, &["look", "add", "mine", "--kind", "taste", "--model"], &model);
    root.configure("look = \"still\"");
    let service = root.start();
    let status = service.wait_for("the style", |status| is_held(status, LookKind::Style));
    assert!(status.reached.unwrap().style_distance().unwrap() < 0.01, "{status:?}");
    root.configure("look = \"mine\"");
    service.signal(Signal::HUP);
    let status = service.wait_for("the taste", |status| is_held(status, LookKind::Taste));
    assert!(status.parameters.iter().any(|p| p.name == "saturation" && p.value > 0.05));
    // Another file in its place that is none changes nothing that is held.
    std::fs::write(root.path("var/lib/isptune/looks/mine.look"), "junk").unwrap();
    service.signal(Signal::HUP);
    let status = service.wait_for("the fault", |status| status.message.is_some());
    assert!(status.message.as_deref().unwrap().contains("mine.look"), "{status:?}");
    assert!(status.parameters.iter().any(|p| p.name == "saturation" && p.value > 0.05));
}
