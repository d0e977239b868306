//! Faults that a driver can have while it streams.

use std::path::Path;
use std::time::{Duration, Instant};

use isp_hw::camera::MonotonicTime;
use isp_hw::v4l2::{CameraError, FormatWish, Step};

use crate::vivid::{PATIENCE, frames, hdmi, set, small, start, webcam};

/// Runs `test` with a control set, and sets it back whatever happens.
fn with<T>(path: &Path, control: &str, value: u32, test: impl FnOnce() -> T) -> T {
    struct Reset<'a>(&'a Path, &'a str);
    impl Drop for Reset<'_> {
        fn drop(&mut self) {
            set(self.0, &format!("{}=0", self.1));
        }
    }
    set(path, &format!("{control}={value}"));
    let _reset = Reset(path, control);
    test()
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn most_frames_lost_are_counted_and_the_rest_come() {
    let path = webcam();
    let capture = start(&path, &small()).unwrap();
    with(&path, "percentage_of_dropped_buffers", 60, || frames(&capture, 10));
    let counts = capture.stop();
    assert!(counts.lost >= 5, "{counts:?}");
    assert!(counts.delivered >= 10, "{counts:?}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_silent_camera_is_stalled_in_time_and_recovers() {
    let path = webcam();
    let capture = start(&path, &small()).unwrap();
    frames(&capture, 1);
    with(&path, "percentage_of_dropped_buffers", 100, || {
        let begin = Instant::now();
        let now = MonotonicTime::now() + Duration::from_millis(200);
        let error = capture.frame_after(now, Duration::from_secs(60)).unwrap_err();
        assert!(matches!(error, CameraError::Stalled { waited_ms: 5000, .. }), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    });
    frames(&capture, 3);
    let counts = capture.stop();
    assert!(counts.stalls >= 1 && counts.rebuilds >= 1, "{counts:?}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn frames_with_the_error_flag_are_dropped() {
    let path = webcam();
    let capture = start(&path, &small()).unwrap();
    for _ in 0..3 {
        set(&path, "inject_v4l2_buf_flag_error=1");
        frames(&capture, 2);
    }
    let counts = capture.stop();
    assert_eq!((counts.error_flagged, counts.rebuilds), (3, 0), "{counts:?}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_refused_buffer_is_offered_again() {
    let path = webcam();
    let capture = start(&path, &small()).unwrap();
    for _ in 0..6 {
        // Each refusal would cost one buffer for good, and there are four.
        set(&path, "inject_vidioc_qbuf_error=1");
        frames(&capture, 2);
    }
    let counts = capture.stop();
    assert_eq!((counts.queue_faults, counts.rebuilds, counts.stalls), (6, 0, 0), "{counts:?}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_driver_that_refuses_to_start_once_is_asked_again() {
    let path = webcam();
    for fault in ["inject_vidioc_reqbufs_error=1", "inject_vidioc_streamon_error=1"] {
        set(&path, fault);
        let capture = start(&path, &small()).unwrap_or_else(|error| panic!("{fault}: {error}"));
        frames(&capture, 2);
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_fatal_fault_ends_the_capture_and_a_new_one_runs() {
    let path = webcam();
    let capture = start(&path, &small()).unwrap();
    frames(&capture, 1);
    set(&path, "inject_fatal_streaming_error=1");
    let later = MonotonicTime::now() + Duration::from_secs(3600);
    let error = capture.frame_after(later, PATIENCE).unwrap_err();
    let is_fatal = matches!(error, CameraError::Io { step: Step::DequeueBuffer, .. });
    assert!(is_fatal, "{error}");
    // Nothing of the first one is in the way, although it is not dropped yet.
    frames(&start(&path, &small()).unwrap(), 2);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn an_input_without_a_signal_says_so_instead_of_showing_noise() {
    let path = hdmi();
    let capture = start(&path, &FormatWish::default()).unwrap();
    frames(&capture, 1);
    with(&path, "dv_timings_signal_mode", 1, || {
        // What is noticed a moment late may have got through.
        std::thread::sleep(Duration::from_secs(1));
        let error = capture.frame_after(MonotonicTime::now(), PATIENCE).unwrap_err();
        assert!(matches!(error, CameraError::NoSignal { .. }), "{error}");
    });
    frames(&capture, 1);
    let counts = capture.stop();
    assert!(counts.without_signal >= 1 && counts.stalls == 0, "{counts:?}");
}
