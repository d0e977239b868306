//! The unit by itself: installed, sound, started without a camera, reloaded, alone.

use std::fs;
use std::time::Duration;

use isptune_tests::guest::{output, run, told};

use crate::bench::{
    CONFIG, UNIT, allowed, configure, journal, plug, prepare, property, reach, systemctl, unplug,
    until,
};

/// From the start of the program, before its sandbox is shut, to READY=1.
const START_TO_READY: Duration = Duration::from_secs(1);

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn the_installed_units_are_sound_and_shut_in() {
    for unit in [UNIT, "isptuned@front.service"] {
        run("systemd-analyze", &["verify", "--man=no", unit]);
    }
    let report = run("systemd-analyze", &["security", "--no-pager", UNIT]);
    let exposure = report.lines().last().unwrap();
    println!("{exposure}");
    assert!(exposure.contains("SAFE"), "{report}");
    // Installing it has started nothing.
    let enabled = output("systemctl", &["is-enabled", UNIT]);
    assert_eq!(String::from_utf8_lossy(&enabled.stdout).trim(), "disabled");
}

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn it_is_ready_before_its_camera_exists() {
    prepare();
    unplug();
    systemctl("start");
    let since = |name| property(name).parse::<u64>().unwrap();
    let ready = since("ActiveEnterTimestampMonotonic") - since("ExecMainStartTimestampMonotonic");
    let ready = Duration::from_micros(ready);
    println!("ready after {} ms without a camera", ready.as_millis());
    assert_eq!(reach("waiting")["camera"], serde_json::Value::Null);
    assert!(ready <= allowed(START_TO_READY), "{ready:?}");
    // Not even the driver was loaded, and the sandbox was shut before it was.
    plug();
    reach("holding");
}

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn a_reload_takes_a_new_look_and_refuses_a_bad_file() {
    prepare();
    systemctl("start");
    reach("holding");
    let process = property("MainPID");

    configure(&CONFIG.replace("look", "lok"));
    // Whether systemd calls this a failed reload is the program's choice; what it kept is not.
    let _ = output("systemctl", &["reload", UNIT]);
    until("told what is wrong", || journal().contains("isptuned.toml:3:1"));
    assert_eq!(reach("holding")["look"], "bars");

    configure(&CONFIG.replace("look = \"bars\"", "look = \"bars\"\nstrength = 0.5"));
    systemctl("reload");
    until("half of the look", || crate::bench::status().is_some_and(|s| s["strength"] == 0.5));
    reach("holding");
    assert_eq!(property("MainPID"), process, "a reload is no restart");
}

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn a_second_daemon_refuses() {
    prepare();
    systemctl("start");
    reach("holding");
    for user in ["root", "isptune"] {
        let second = output("setpriv", &["--reuid", user, "--clear-groups", "isptuned"]);
        assert_eq!(second.status.code(), Some(1), "{}", told(&second));
        println!("{}", String::from_utf8_lossy(&second.stderr).trim());
    }
    assert_eq!(property("ActiveState"), "active");
    reach("holding");
}

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn one_instance_for_each_camera() {
    prepare();
    fs::copy("/etc/isptune/isptuned.toml", "/etc/isptune/isptuned-front.toml").unwrap();
    run("systemctl", &["start", "isptuned@front.service"]);
    let socket = "/run/isptune-front/isptuned.sock";
    let status = run("isptune", &["status", "--json", "--socket", socket]);
    assert!(status.contains("\"front\""), "{status}");
    run("systemctl", &["stop", "isptuned@front.service"]);
}
