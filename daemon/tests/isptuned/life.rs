//! Start, reload, stop.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::running::{Root, scene};

const STOP: Duration = Duration::from_secs(20);

#[test]
fn a_camera_is_held_and_sigterm_ends_it_all() {
    let root = Root::new();
    let mut service = root.start();
    service.wait_until_held("day");
    let mode = fs::metadata(root.socket()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o660);
    service.signal(Signal::TERM);
    assert_eq!(service.end(STOP), Some(0));
    assert!(!root.socket().exists());
    assert!(service.log().contains("ended"), "{}", service.log());
}

/// A large picture, whose first query takes long to find.
#[test]
fn sigterm_in_the_middle_of_a_search_puts_the_camera_back_at_once() {
    let root = Root::new();
    scene().resized(3200, 2400).unwrap().save(root.path("etc/isptune/scene.png")).unwrap();
    let mut service = root.start();
    // Beyond the comparison of picture and look, which is gone through with.
    service.wait_for("a search", |_| service.log().contains("tune begins"));
    let asked = Instant::now();
    service.signal(Signal::TERM);
    assert_eq!(service.end(STOP), Some(0));
    println!("ended after {:.0} ms", asked.elapsed().as_secs_f64() * 1e3);
    let log = service.log();
    let position = |words: &str| log.find(words).unwrap_or_else(|| panic!("no {words:?}: {log}"));
    assert!(position("tune begins") < position("stopping"), "{log}");
    assert!(position("stopping") < position("left: Restore"), "{log}");
    assert!(position("left: Restore") < position("ended"), "{log}");
    assert!(!log.contains("settled"), "the search was not ended: {log}");
}

#[test]
fn systemd_hears_that_it_is_ready_reloading_alive_and_stopping() {
    let root = Root::new();
    let socket = root.path("notify");
    let listener = UnixDatagram::bind(&socket).unwrap();
    listener.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let hear = |wanted: &str| {
        let mut bytes = [0; 4096];
        loop {
            let length = listener.recv(&mut bytes).unwrap();
            let heard = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if heard.contains(wanted) {
                return heard;
            }
        }
    };
    let mut child = root
        .command()
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "3000000")
        .spawn()
        .unwrap();
    assert!(hear("READY=1").contains("1 camera"));
    hear("WATCHDOG=1");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, Signal::HUP).unwrap();
    assert!(hear("RELOADING=1").contains("MONOTONIC_USEC="));
    hear("READY=1");
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    hear("STOPPING=1");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_second_service_on_the_same_state_refuses() {
    let root = Root::new();
    let first = root.start();
    first.wait_until_held("day");
    let second = root.command().output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(told.contains("another isptuned"), "{told}");
    first.wait_until_held("day");
}

#[test]
fn a_changed_look_is_taken_over_by_a_reload_and_a_bad_file_is_not() {
    let root = Root::new();
    let service = root.start();
    service.wait_until_held("day");
    root.configure("look = \"night\"");
    service.signal(Signal::HUP);
    service.wait_until_held("night");
    root.configure("loook = \"day\"");
    let refused = service.client().post::<serde_json::Value>("/v1/reload").unwrap_err();
    assert!(refused.to_string().contains("did you mean \"look\""), "{refused}");
    service.wait_until_held("night");
}

#[test]
fn cameras_come_and_go_with_the_configuration() {
    let root = Root::new();
    let service = root.start();
    service.wait_until_held("day");
    fs::write(root.path("etc/isptune/isptuned.toml"), "").unwrap();
    service.client().post::<serde_json::Value>("/v1/reload").unwrap();
    assert!(service.status().is_none());
    root.configure("look = \"night\"");
    service.client().post::<serde_json::Value>("/v1/reload").unwrap();
    service.wait_until_held("night");
}
