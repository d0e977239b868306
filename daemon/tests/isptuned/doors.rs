//! The socket: its file removed, handed over by systemd, open to the wrong people.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use daemon::api::ServiceStatus;
use daemon::client::Client;
use rustix::process::{Pid, Signal, kill_process};

use crate::running::Root;

const PATIENCE: Duration = Duration::from_secs(30);

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_socket_that_somebody_removes_is_listened_on_again() {
    let root = Root::new();
    let service = root.start();
    service.wait_until_held("day");
    fs::remove_file(root.socket()).unwrap();
    wait_for("a new socket", || service.status().is_some());
    let mode = fs::metadata(root.socket()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o660);
    assert!(service.log().contains("was removed; it listens there again"), "{}", service.log());
    // With its folder.
    fs::remove_dir_all(root.path("run/isptune")).unwrap();
    wait_for("a new socket", || service.status().is_some());
}

#[test]
fn what_has_taken_the_place_of_the_socket_is_told_once_and_left() {
    let root = Root::new();
    let mut service = root.start();
    service.wait_until_held("day");
    fs::remove_file(root.socket()).unwrap();
    fs::write(root.socket(), "mine").unwrap();
    let told = || service.log().matches("has taken the place").count();
    wait_for("the message", || told() == 1);
    // Two looks later.
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(told(), 1, "{}", service.log());
    assert_eq!(fs::read_to_string(root.socket()).unwrap(), "mine");
    fs::remove_file(root.socket()).unwrap();
    wait_for("a new socket", || service.status().is_some());
    fs::remove_file(root.socket()).unwrap();
    fs::write(root.socket(), "mine").unwrap();
    service.signal(Signal::TERM);
    assert_eq!(service.end(PATIENCE), Some(0));
    assert_eq!(fs::read_to_string(root.socket()).unwrap(), "mine", "another's file is removed");
}

/// As systemd does it: the socket is number 3, and the number of the process is told. A shell is
/// what knows its own number before it becomes the service.
#[test]
fn a_socket_of_systemd_is_used_and_stays() {
    let root = Root::new();
    let place = root.path("handed-over.sock");
    let listener = UnixListener::bind(&place).unwrap();
    fs::set_permissions(&place, PermissionsExt::from_mode(0o660)).unwrap();
    let service = root.command();
    let script =
        "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=api\nexec \"$@\" 3<&0 </dev/null";
    let log = fs::File::create(root.path("log")).unwrap();
    let mut child = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(service.get_program())
        .args(service.get_args())
        .env_remove("NOTIFY_SOCKET")
        .env_remove("JOURNAL_STREAM")
        .stdin(Stdio::from(OwnedFd::from(listener)))
        .stderr(log)
        .spawn()
        .unwrap();
    // Whoever calls before the service listens waits: that is what the socket is for.
    let status: ServiceStatus = Client::new(place.clone()).unwrap().get("/v1/status").unwrap();
    assert_eq!(status.cameras.len(), 1);
    assert!(!root.socket().exists(), "it has made a socket of its own as well");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(place.exists(), "the socket of systemd was removed");
    let log = fs::read_to_string(root.path("log")).unwrap();
    assert!(log.contains("the API listens on the socket of systemd"), "{log}");
}

/// `isptune status` as a user without any group but `gid`; `None` where that cannot be had.
fn status_as(root: &Root, uid: u32, gid: u32) -> Option<Output> {
    let program = root.path("isptune");
    fs::copy(env!("CARGO_BIN_EXE_isptune"), &program).unwrap();
    fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    for folder in ["", "run", "run/isptune"] {
        fs::set_permissions(root.path(folder), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let output = Command::new("setpriv")
        .args([&format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups"])
        .arg(&program)
        .args(["status", "--socket"])
        .arg(root.socket())
        .output();
    let output =
        output.ok().filter(|output| !String::from_utf8_lossy(&output.stderr).contains("setpriv:"));
    if output.is_none() {
        println!("not run: no other user can be had (needs root and setpriv)");
    }
    output
}

#[test]
fn who_is_not_of_the_group_is_refused_though_the_mode_lets_him_in() {
    let root = Root::new();
    root.configure("look = \"day\"");
    let file = root.path("etc/isptune/isptuned.toml");
    let group = rustix::process::getgid().as_raw();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("[api]\ngroup = \"{group}\"\n{text}")).unwrap();
    let service = root.start();
    service.wait_until_held("day");
    fs::set_permissions(root.socket(), PermissionsExt::from_mode(0o666)).unwrap();
    let Some(stranger) = status_as(&root, 65_533, 65_533) else { return };
    let told = String::from_utf8_lossy(&stranger.stderr);
    assert_eq!(stranger.status.code(), Some(1), "{told}");
    assert!(told.contains("wrong group") && told.contains("sign in again"), "{told}");
    let member = status_as(&root, 65_533, group).unwrap();
    assert!(member.status.success(), "{}", String::from_utf8_lossy(&member.stderr));
    assert!(service.log().contains("uid 65533, gid 65533"), "{}", service.log());
}
