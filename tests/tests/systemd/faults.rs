//! What happens in the field: a daemon that hangs, a camera that is unplugged.

use std::fs;

use isptune_tests::guest::{controls, run};

use crate::bench::{
    PICTURE_CONTROLS, UNIT, prepare, property, reach, spoil, systemctl, until, watchdog,
};

const DRIVER: &str = "/sys/bus/platform/drivers/vivid";
const DEVICE: &str = "vivid.0";

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn a_daemon_that_hangs_is_killed_started_again_and_still_knows_what_it_found() {
    prepare();
    spoil();
    let found = controls(&PICTURE_CONTROLS);
    watchdog(60);
    systemctl("start");
    reach("holding");
    let hung = property("MainPID");
    run("systemctl", &["kill", "--signal=SIGSTOP", "--kill-whom=main", UNIT]);
    until("killed by the watchdog", || property("NRestarts") == "1");
    until("started again", || property("ActiveState") == "active");
    assert_ne!(property("MainPID"), hung);
    reach("holding");
    assert_ne!(controls(&PICTURE_CONTROLS), found);
    systemctl("stop");
    assert_eq!(controls(&PICTURE_CONTROLS), found, "what was found before the first start");
}

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn a_camera_that_was_unplugged_is_held_again() {
    prepare();
    spoil();
    systemctl("start");
    reach("holding");
    fs::write(format!("{DRIVER}/unbind"), DEVICE).unwrap();
    reach("waiting");
    fs::write(format!("{DRIVER}/bind"), DEVICE).unwrap();
    reach("holding");
    assert_eq!(property("NRestarts"), "0");
}
