//! Writing, automatics, snapshot and restore on a camera with the habits of real drivers.

use super::automatic_table::id;
use super::fake_camera::{BUTTON, FakeCamera, GRABBED, Habits, READ_ONLY, WIDE, WRITE_ONLY};
use super::*;
use crate::v4l2::CameraError;

fn camera() -> FakeCamera {
    FakeCamera::new(Habits::default())
}

fn reason(error: CameraError) -> String {
    match error {
        CameraError::Control { control, reason, .. } => format!("{control}: {reason}"),
        other => panic!("{other}"),
    }
}

#[test]
fn list_has_every_control_once_with_menus_and_their_gaps() {
    let camera = camera();
    let list = camera.controls().list().unwrap();
    assert_eq!(list.len(), 9);
    let exposure = camera.controls().by_key("auto_exposure").unwrap();
    let items: Vec<i64> = exposure.menu.iter().map(|item| item.value).collect();
    assert_eq!(items, [1, 3]);
    let message = reason(camera.controls().by_key("contrast").unwrap_err());
    assert!(message.contains("choose one of brightness, "), "{message}");
}

#[test]
fn controls_of_all_classes_are_written_in_one_call_and_read_back() {
    let camera = camera();
    let wide = (1 << 40) + 5;
    let written = camera.controls().write(&[(id::BRIGHTNESS, 300), (WIDE, wide)]).unwrap();
    assert_eq!(*camera.written.borrow(), [vec![id::BRIGHTNESS, WIDE]]);
    assert_eq!((written[0].asked, written[0].sent, written[0].read_back), (300, 255, Some(255)));
    assert_eq!(written[1].read_back, Some(wide));
    assert_eq!(written[1].applied(), Some(true));
}

#[test]
fn driver_that_refuses_mixed_classes_gets_them_one_by_one() {
    let camera = FakeCamera::new(Habits { one_class_only: true, ..Habits::default() });
    let written = camera.controls().write(&[(id::BRIGHTNESS, 7), (WIDE, 9)]).unwrap();
    assert!(written.iter().all(|written| written.applied() == Some(true)));
    let lists = camera.written.borrow();
    assert_eq!(*lists, [vec![id::BRIGHTNESS, WIDE], vec![id::BRIGHTNESS], vec![WIDE]]);
}

#[test]
fn controls_set_before_the_one_that_failed_are_not_set_again() {
    let habits = Habits { fails_in_lists: Some(id::GAIN), ..Habits::default() };
    let camera = FakeCamera::new(habits);
    camera.spoil(id::AUTOGAIN, 0);
    let values = [(id::BRIGHTNESS, 7), (id::GAIN, 8), (WIDE, 9)];
    let written = camera.controls().write(&values).unwrap();
    assert!(written.iter().all(|written| written.applied() == Some(true)));
    let lists = camera.written.borrow();
    assert_eq!(*lists, [vec![id::BRIGHTNESS, id::GAIN, WIDE], vec![id::GAIN], vec![WIDE]]);
}

#[test]
fn value_that_the_camera_accepts_and_drops_is_not_applied() {
    let habits = Habits { ignores: Some(id::BRIGHTNESS), ..Habits::default() };
    let camera = FakeCamera::new(habits);
    let written = camera.controls().write(&[(id::BRIGHTNESS, 7)]).unwrap();
    assert_eq!((written[0].read_back, written[0].applied()), (Some(128), Some(false)));
}

#[test]
fn inactive_control_is_refused_with_the_switch_that_frees_it() {
    let camera = camera();
    let values = [(id::BRIGHTNESS, 7), (id::EXPOSURE_ABSOLUTE, 500)];
    let message = reason(camera.controls().write(&values).unwrap_err());
    assert!(message.contains("exposure_time_absolute: inactive while auto_exposure is 3"));
    assert!(message.contains("set auto_exposure to 1 first"), "{message}");
    assert_eq!(camera.value(id::BRIGHTNESS), 128, "written although another was refused");
    // Together with its switch it is written, the switch first wherever it stands.
    let values = [(id::EXPOSURE_ABSOLUTE, 500), (id::EXPOSURE_AUTO, 1)];
    camera.controls().write(&values).unwrap();
    let lists = camera.written.borrow();
    assert_eq!(*lists, [vec![id::EXPOSURE_AUTO], vec![id::EXPOSURE_ABSOLUTE]]);
}

#[test]
fn controls_that_cannot_be_written_say_why() {
    let camera = camera();
    camera.flag(id::BRIGHTNESS, READ_ONLY);
    camera.flag(id::AUTOGAIN, GRABBED);
    let refused =
        |control, value| reason(camera.controls().write(&[(control, value)]).unwrap_err());
    assert!(refused(id::BRIGHTNESS, 7).contains("only be read"));
    assert!(refused(id::AUTOGAIN, 0).contains("stop the stream"));
    assert!(refused(BUTTON, 1).contains("button"));
    assert!(refused(id::EXPOSURE_AUTO, 2).contains("no item 2"));
    assert!(refused(id::HUE, 0).contains("no such control"));
    assert!(camera.written.borrow().is_empty());
}

#[test]
fn write_only_control_is_written_and_never_said_to_be_applied() {
    let camera = camera();
    camera.flag(id::BRIGHTNESS, WRITE_ONLY);
    let written = camera.controls().write(&[(id::BRIGHTNESS, 7)]).unwrap();
    assert_eq!((written[0].applied(), camera.value(id::BRIGHTNESS)), (None, 7));
    assert!(reason(camera.controls().read(&[id::BRIGHTNESS]).unwrap_err()).contains("no value"));
}

#[test]
fn volatile_value_is_never_compared() {
    let camera = FakeCamera::new(Habits { volatile_automatics: true, ..Habits::default() });
    // Both at once: the automatic is on at the end, whatever the gain was set to.
    camera.spoil(id::AUTOGAIN, 0);
    let written = camera.controls().write(&[(id::AUTOGAIN, 1), (id::GAIN, 55)]).unwrap();
    assert_eq!((written[0].applied(), written[1].applied()), (Some(true), None));
}

#[test]
fn automatics_leave_what_they_held() {
    let camera = FakeCamera::new(Habits { volatile_automatics: true, ..Habits::default() });
    let controls = camera.controls();
    let automatics = Automatics::off(&controls, &Topic::AGAINST_A_TUNE).unwrap();
    let found = [(id::EXPOSURE_AUTO, 3), (id::AUTOGAIN, 1), (id::AUTO_WHITE_BALANCE, 1)];
    assert_eq!(automatics.found, found);
    // Each automatic had drifted by 40 from the manual value.
    assert_eq!(camera.value(id::EXPOSURE_ABSOLUTE), 290);
    assert_eq!(camera.value(id::GAIN), 140);
    assert_eq!(camera.value(id::WHITE_BALANCE_TEMPERATURE), 4040);
    assert_eq!(camera.written.borrow().len(), 2, "first the switches, then the values");
    automatics.put_back(&controls).unwrap();
    assert_eq!(found.map(|(id, _)| camera.value(id)), [3, 1, 1]);
    let gain_only = Automatics::off(&controls, &[Topic::Gain]).unwrap();
    assert_eq!(gain_only.found, [(id::AUTOGAIN, 1)]);
    assert_eq!(Automatics::off(&controls, &[Topic::Gain]).unwrap(), Automatics::default());
}

#[test]
fn automatic_that_does_not_switch_off_is_an_error_and_the_others_are_on_again() {
    let habits = Habits { ignores: Some(id::AUTO_WHITE_BALANCE), ..Habits::default() };
    let camera = FakeCamera::new(habits);
    let error = Automatics::off(&camera.controls(), &Topic::ALL).unwrap_err();
    assert!(reason(error).contains("does not switch off"));
    assert_eq!([id::EXPOSURE_AUTO, id::AUTOGAIN].map(|id| camera.value(id)), [3, 1]);
}

#[test]
fn untouched_camera_gets_no_write() {
    for volatile_automatics in [false, true] {
        let camera = FakeCamera::new(Habits { volatile_automatics, ..Habits::default() });
        let snapshot = Snapshot::take(&camera.controls()).unwrap();
        // What the automatic moves by itself is no touch either.
        camera.spoil(id::EXPOSURE_ABSOLUTE, 900);
        let restored = snapshot.restore(&camera.controls()).unwrap();
        assert_eq!(restored, Restored::default());
        assert!(camera.written.borrow().is_empty());
    }
}

#[test]
fn everything_spoiled_comes_back_whatever_the_state_of_the_automatics() {
    for (exposure, spoiled) in [(1, 3), (3, 1), (1, 1)] {
        for one_class_only in [false, true] {
            let camera = FakeCamera::new(Habits { one_class_only, ..Habits::default() });
            camera.spoil(id::EXPOSURE_AUTO, exposure);
            let snapshot = Snapshot::take(&camera.controls()).unwrap();
            camera.spoil(id::EXPOSURE_AUTO, spoiled);
            for (id, value) in [(id::BRIGHTNESS, 0), (id::AUTOGAIN, 0), (id::GAIN, 3), (WIDE, 1)] {
                camera.spoil(id, value);
            }
            camera.spoil(id::EXPOSURE_ABSOLUTE, 77);
            let restored = snapshot.restore(&camera.controls()).unwrap();
            assert!(restored.is_complete(), "{restored:?}");
            assert_eq!(Snapshot::take(&camera.controls()).unwrap(), snapshot);
            assert!(restored.restored.contains(&"exposure_time_absolute".to_owned()));
        }
    }
}

#[test]
fn what_cannot_be_restored_is_named_and_the_rest_is_restored() {
    let habits = Habits { ignores: Some(id::GAIN), ..Habits::default() };
    let camera = FakeCamera::new(habits);
    camera.spoil(id::AUTOGAIN, 0);
    let snapshot = Snapshot::take(&camera.controls()).unwrap();
    camera.spoil(id::GAIN, 3);
    camera.spoil(id::BRIGHTNESS, 3);
    camera.spoil(id::AUTO_WHITE_BALANCE, 0);
    camera.flag(id::AUTO_WHITE_BALANCE, GRABBED);
    camera.remove(WIDE);
    let restored = snapshot.restore(&camera.controls()).unwrap();
    assert_eq!(restored.restored, ["brightness"]);
    let failed: Vec<String> = restored.failed.iter().map(ToString::to_string).collect();
    assert_eq!(failed.len(), 3);
    let names = |text: &str| failed.iter().any(|failure| failure.contains(text));
    assert!(names("gain is 3, not 100: the camera does not keep"), "{failed:?}");
    assert!(names("white_balance_automatic is 0, not 1: it is locked"), "{failed:?}");
    assert!(names("pixel_rate is not 1099511627776: the camera has no such"), "{failed:?}");
}

#[test]
fn restore_ends_when_the_range_no_longer_has_the_value() {
    let camera = camera();
    let snapshot = Snapshot::take(&camera.controls()).unwrap();
    camera.shift_range(id::BRIGHTNESS, 200);
    camera.spoil(id::BRIGHTNESS, 201);
    let restored = snapshot.restore(&camera.controls()).unwrap();
    assert_eq!((restored.failed.len(), restored.failed[0].found), (1, Some(200)));
}

#[test]
fn camera_that_goes_while_it_is_restored_is_gone_and_not_a_list_of_refusals() {
    let camera = FakeCamera::new(Habits { gone_after: Some(1), ..Habits::default() });
    let snapshot = Snapshot::take(&camera.controls()).unwrap();
    camera.spoil(id::BRIGHTNESS, 3);
    camera.spoil(id::AUTOGAIN, 0);
    let error = snapshot.restore(&camera.controls()).unwrap_err();
    assert!(matches!(error, CameraError::Gone { .. }), "{error}");
}
