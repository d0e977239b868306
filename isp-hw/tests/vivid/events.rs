//! What the camera tells by itself.

use std::os::fd::AsFd as _;
use std::time::Duration;

use isp_hw::v4l2::{CameraError, Event, Events};

use crate::virtual_camera::{BRIGHTNESS, GAIN, VirtualCamera};

const PATIENCE: Duration = Duration::from_secs(5);

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn changes_by_others_are_told_and_own_ones_are_not() {
    let camera = VirtualCamera::open();
    let events = Events::new(camera.file.as_fd(), &camera.node);
    events.subscribe_control(BRIGHTNESS).unwrap();
    camera.controls().write(&[(BRIGHTNESS, 5)]).unwrap();
    assert_eq!(events.next(Duration::ZERO).unwrap(), None);
    camera.set("brightness=77");
    let Some(Event::Control { id, value, change, .. }) = events.next(PATIENCE).unwrap() else {
        panic!("no event of a control");
    };
    assert_eq!((id, value), (BRIGHTNESS, 77));
    assert!(change.value && !change.range);
    assert_eq!(events.next(Duration::ZERO).unwrap(), None);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn control_that_an_automatic_frees_tells_its_flags() {
    let camera = VirtualCamera::open();
    let events = Events::new(camera.file.as_fd(), &camera.node);
    events.subscribe_control(GAIN).unwrap();
    camera.set("gain_automatic=0");
    let Some(Event::Control { flags, change, .. }) = events.next(PATIENCE).unwrap() else {
        panic!("no event of a control");
    };
    assert!(change.flags && !flags.inactive() && !flags.volatile());
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn unknown_control_and_unplugged_camera_are_errors() {
    let camera = VirtualCamera::open();
    let events = Events::new(camera.file.as_fd(), &camera.node);
    assert!(events.subscribe_control(0x0098_09FF).is_err());
    events.subscribe_source_change().unwrap();
    camera.set("disconnect=1");
    let error = events.next(Duration::from_millis(100)).unwrap_err();
    camera.rebind();
    assert!(matches!(error, CameraError::Gone { .. }), "{error}");
}
