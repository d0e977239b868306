//! Supervisors of cameras that are held on styles and tastes.

use std::sync::Arc;

use tuner::Parameter;
use tuner::actor::{Actor, Representation};

use super::tests::{Bench, scene};
use super::*;
use crate::keeping::{LookWish, State, TastePolicy};
use crate::look::LookKind;

const TASTE: &[u8] = include_bytes!("../../tests/command_line/taste.onnx");
const GLARING: &[u8] = include_bytes!("../../tests/command_line/glaring_taste.onnx");

fn taste(file: &[u8]) -> LookWish {
    let actor = Actor::of_kind(Representation::Taste, "written down", file).unwrap();
    LookWish::Taste(TastePolicy::new(format!("{:?}", file.last_chunk::<8>()), Arc::new(actor)))
}

/// A bench with the style of a picture that the software ISP makes of a brighter scene.
fn with_style() -> Bench {
    let bench = Bench::new();
    bench.add_wish("still", LookWish::Style(Arc::new(scene(40.0))));
    bench
}

fn is_held(status: &CameraStatus) -> bool {
    status.state == State::Holding && status.reached.is_some()
}

fn distance(score: Option<ScoreStatus>) -> f64 {
    score.unwrap().style_distance().unwrap()
}

fn value(status: &CameraStatus, parameter: Parameter) -> f64 {
    status.parameters.iter().find(|entry| entry.name == parameter.name()).unwrap().value
}

#[test]
fn a_style_is_held_told_and_after_a_restart_tried_before_anything_is_tuned() {
    let bench = with_style();
    let camera = bench.spawn("look = \"still\"");
    let status = camera.wait_for("the style", is_held);
    assert_eq!(status.kind, Some(LookKind::Style));
    assert!(distance(status.reached) < 0.3 * distance(status.found), "{status:?}");
    assert!(status.queries.iter().all(|query| query.score.unwrap().style_distance().is_some()));
    assert!(camera.handle.picture(PictureKind::Goal).is_some());
    let exposure = value(&status, Parameter::Exposure);
    let Ok(Answer::Planned { now, predicted, .. }) = camera.ask(Command::Plan) else {
        panic!("a style can be planned")
    };
    assert!(now.style_distance().is_some() && predicted.style_distance().is_some());
    camera.stop();
    let camera = bench.spawn("look = \"still\"");
    let status = camera.wait_for("the style again", is_held);
    assert_eq!(status.counts.queries, 0);
    assert!((value(&status, Parameter::Exposure) - exposure).abs() < 1e-9);
    camera.stop();
}

#[test]
fn a_taste_is_held_told_and_after_a_restart_not_asked_again() {
    let bench = Bench::new();
    bench.add_wish("mine", taste(TASTE));
    let camera = bench.spawn("look = \"mine\"");
    let status = camera.wait_for("the taste", is_held);
    assert_eq!((status.kind, status.found), (Some(LookKind::Taste), None));
    assert!((1..=2).contains(&status.counts.queries), "{status:?}");
    assert!(status.queries.iter().all(|query| query.score.is_none()));
    assert!(distance(status.reached) < 0.001 && status.history[0].look.is_some(), "{status:?}");
    let saturation = value(&status, Parameter::Saturation);
    assert!(saturation > 0.05, "{status:?}");
    let refused = camera.ask(Command::Plan).unwrap_err().to_string();
    assert!(refused.contains("isptune retune"), "{refused}");
    camera.stop();
    let camera = bench.spawn("look = \"mine\"");
    let status = camera.wait_for("the taste again", is_held);
    assert_eq!((status.counts.queries, status.counts.tunes), (0, 0), "{status:?}");
    assert!((value(&status, Parameter::Saturation) - saturation).abs() < 1e-9);
    // Who asks for it has it asked.
    assert_eq!(camera.ask(Command::Retune), Ok(Answer::Accepted));
    camera.wait_for("a tune", |status| status.counts.tunes == 1 && is_held(status));
    // Another strength is another wish.
    let half = Command::Look { name: Some("mine".to_owned()), strength: Some(0.5) };
    assert_eq!(camera.ask(half), Ok(Answer::Accepted));
    let status =
        camera.wait_for("half of it", |status| status.counts.tunes == 2 && is_held(status));
    assert!(value(&status, Parameter::Saturation) < 0.7 * saturation, "{status:?}");
    camera.stop();
}

#[test]
fn a_taste_is_asked_anew_when_the_light_stays_another() {
    let bench = Bench::new();
    bench.add_wish("mine", taste(TASTE));
    let camera = bench.spawn("look = \"mine\"");
    let before = value(&camera.wait_for("the taste", is_held), Parameter::Exposure);
    scene(-50.0).save(bench.path().join("scene.png")).unwrap();
    let status =
        camera.wait_for("another setting", |status| status.counts.tunes == 2 && is_held(status));
    assert_eq!(status.retunes_last_hour, 1);
    assert!(value(&status, Parameter::Exposure) > before + 0.1, "{status:?}");
    camera.stop();
}

#[test]
fn locks_and_limits_bind_a_policy() {
    let bench = Bench::new();
    bench.add_wish("mine", taste(TASTE));
    let camera = bench
        .spawn("look = \"mine\"\nlock = [\"saturation\"]\nlimits = { exposure = [-0.01, 0.01] }");
    let status = camera.wait_for("the taste", is_held);
    assert_eq!(value(&status, Parameter::Saturation), 0.0);
    assert!(value(&status, Parameter::Exposure).abs() <= 0.01);
    camera.stop();
}

#[test]
fn a_policy_that_clips_is_told_and_changes_nothing() {
    let bench = Bench::new();
    bench.add_wish("glaring", taste(GLARING));
    let camera = bench.spawn("look = \"glaring\"");
    let status = camera.wait_for("the refusal", is_held);
    assert_eq!((status.counts.adoptions, value(&status, Parameter::Exposure)), (0, 0.0));
    assert!(status.limited_by[0].contains("was not taken"), "{status:?}");
    camera.stop();
}

#[test]
fn looks_of_all_kinds_take_turns() {
    let bench = with_style();
    bench.add_wish("mine", taste(TASTE));
    bench.add_look("day", 0.4);
    let camera = bench.spawn("look = \"day\"");
    camera.wait_for("a picture", |status| is_held(status) && status.kind == Some(LookKind::Finish));
    for (name, kind) in [("mine", LookKind::Taste), ("still", LookKind::Style)] {
        let another = Command::Look { name: Some(name.to_owned()), strength: None };
        assert_eq!(camera.ask(another), Ok(Answer::Accepted));
        let status = camera.wait_for(name, |status| is_held(status) && status.kind == Some(kind));
        assert!(status.reached.unwrap().style_distance().is_some(), "{status:?}");
    }
    camera.stop();
}

#[test]
fn a_look_that_has_become_unusable_is_told_and_what_was_held_stays_held() {
    let bench = Bench::new();
    bench.add_wish("mine", taste(TASTE));
    let camera = bench.spawn("look = \"mine\"");
    let status = camera.wait_for("the taste", is_held);
    let saturation = value(&status, Parameter::Saturation);
    bench.spoil("mine");
    camera.handle.configure(bench.entry("look = \"mine\"\nqueries = 9"));
    let status = camera.wait_for("the fault", |status| status.message.is_some());
    assert!(status.message.as_deref().unwrap().contains("damaged"), "{status:?}");
    let status = camera.wait_for("the taste still", is_held);
    assert_eq!((value(&status, Parameter::Saturation), status.counts.tunes), (saturation, 1));
    bench.add_wish("mine", taste(TASTE));
    camera.wait_for("the end of the fault", |status| status.message.is_none());
    camera.stop();
}

#[test]
fn without_a_look_there_is_nothing_to_retune() {
    let bench = Bench::new();
    let camera = bench.spawn("");
    camera.wait_for("rest", |status| status.state == State::Holding);
    let refused = camera.ask(Command::Retune).unwrap_err().to_string();
    assert!(refused.contains("no look") && refused.contains("isptune use"), "{refused}");
    camera.stop();
    let camera = bench.spawn("look = \"missing\"");
    camera.wait_for("rest", |status| status.state == State::Holding);
    let refused = camera.ask(Command::Retune).unwrap_err().to_string();
    assert!(refused.contains("no look missing"), "{refused}");
    camera.stop();
}
