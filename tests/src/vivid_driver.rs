//! The kernel's virtual camera, unplugged and plugged in.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::guest::CAMERA;

const DRIVER: &str = "/sys/bus/platform/drivers/vivid";

/// Takes the driver away from the camera.
///
/// # Panics
/// When the kernel refuses.
pub fn unbind() {
    std::fs::write(format!("{DRIVER}/unbind"), "vivid.0").unwrap();
}

/// Gives the driver back, and waits for the node. Only when nobody holds the old node any more, or
/// the new one gets another number.
///
/// # Panics
/// When the kernel refuses, or the node does not come back.
pub fn bind() {
    std::fs::write(format!("{DRIVER}/bind"), "vivid.0").unwrap();
    for _ in 0..500 {
        if Path::new(CAMERA).exists() {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("{CAMERA} does not come back");
}

/// Both.
///
/// # Panics
/// As [`unbind`] and [`bind`].
pub fn rebind() {
    unbind();
    bind();
}
