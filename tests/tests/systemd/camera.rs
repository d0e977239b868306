//! The camera: tuned and held, and given back as it was found.

use std::time::{Duration, Instant};

use isptune_tests::guest::controls;

use crate::bench::{PICTURE_CONTROLS, allowed, prepare, property, reach, spoil, systemctl};

/// From SIGTERM to the end of the process, with the controls put back.
const STOP: Duration = Duration::from_secs(2);

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn a_spoiled_camera_is_tuned_held_and_given_back() {
    prepare();
    spoil();
    let found = controls(&PICTURE_CONTROLS);
    systemctl("start");
    let held = reach("holding");
    println!("{} dB, found at {} dB", held["now"]["psnr_db"], held["found"]["psnr_db"]);
    assert!(held["now"]["psnr_db"].as_f64().unwrap() >= 40.0, "{held}");
    assert_ne!(controls(&PICTURE_CONTROLS), found);

    let started = Instant::now();
    systemctl("stop");
    let stopped = started.elapsed();
    println!("stopped in {} ms", stopped.as_millis());
    assert_eq!(controls(&PICTURE_CONTROLS), found);
    assert_eq!(property("Result"), "success");
    assert!(stopped <= allowed(STOP), "{stopped:?}");
}

#[test]
#[ignore = "needs a guest with systemd; cargo xtask test runs it in a virtual machine"]
fn what_is_turned_by_hand_is_tuned_again() {
    prepare();
    systemctl("start");
    reach("holding");
    let held = controls(&PICTURE_CONTROLS);
    spoil();
    crate::bench::until("turned back", || controls(&PICTURE_CONTROLS) == held);
    reach("holding");
}
