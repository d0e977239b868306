//! Cameras that are unplugged, and cameras that another program uses.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use isp_hw::camera::MonotonicTime;
use isp_hw::pixel_format::PixelFormat;
use isp_hw::v4l2::{CameraError, Capture, CaptureOptions, FormatWish, Step};

use crate::vivid::{PATIENCE, find, frames, open, set, small, start, webcam};

const DRIVER: &str = "/sys/bus/platform/drivers/vivid";
/// Times that the camera is unplugged and plugged in again …
const CYCLES: usize = 200;
/// … of which these fill the caches of the allocator: 0.7 MiB in the first 100, nothing in 900 more.
const WARM_UP: usize = 50;

fn plug(action: &str) {
    fs::write(format!("{DRIVER}/{action}"), "vivid.0").unwrap();
}

fn plugged_in() -> PathBuf {
    let begin = Instant::now();
    loop {
        if let Some(path) = find(0).filter(|path| path.exists()) {
            return path;
        }
        assert!(begin.elapsed() < PATIENCE, "the node does not come back");
        thread::sleep(Duration::from_millis(5));
    }
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

fn resident_kib() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Threads that capture, by their names.
fn capture_threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    // A thread may end while its name is read.
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| name.starts_with("capture-"))
        .collect()
}

/// Time that the one capturing thread has had the processor.
fn capture_time() -> Duration {
    let task = fs::read_dir("/proc/self/task").unwrap().find_map(|task| {
        let path = task.unwrap().path();
        let name = fs::read_to_string(path.join("comm")).ok()?;
        name.starts_with("capture-").then_some(path)
    });
    let text = fs::read_to_string(task.unwrap().join("schedstat")).unwrap();
    Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}

/// The kernel takes a moment to clear away a thread that was joined.
fn assert_no_capture_threads() {
    let begin = Instant::now();
    while !capture_threads().is_empty() {
        assert!(begin.elapsed() < PATIENCE, "{:?}", capture_threads());
        thread::sleep(Duration::from_millis(5));
    }
}

/// The end of the capture, told to a reader that waits for a frame.
fn end_of(capture: &Capture) -> CameraError {
    let never = MonotonicTime::now() + Duration::from_secs(3600);
    capture.frame_after(never, PATIENCE).unwrap_err()
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_disconnected_camera_is_gone_and_its_node_is_closed() {
    let path = webcam();
    let files = open_files();
    let capture = start(&path, &small()).unwrap();
    frames(&capture, 1);
    set(&path, "disconnect=1");
    let error = end_of(&capture);
    assert!(matches!(error, CameraError::Gone { .. }), "{error}");
    assert_eq!(open_files(), files, "while the capture is still there");
    // vivid comes back when the last handle is closed.
    frames(&start(&plugged_in(), &small()).unwrap(), 1);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn unplugging_while_streaming_leaks_nothing() {
    let mut at_first = None;
    for cycle in 0..CYCLES {
        let capture = start(&plugged_in(), &small()).unwrap();
        frames(&capture, 1);
        plug("unbind");
        let error = end_of(&capture);
        assert!(matches!(error, CameraError::Gone { .. }), "cycle {cycle}: {error}");
        drop(capture);
        plug("bind");
        if cycle == WARM_UP {
            at_first = Some((open_files(), resident_kib()));
        }
    }
    let (files, kib) = at_first.unwrap();
    let grown = resident_kib() - kib;
    println!("{CYCLES} cycles: {files} files, {kib} KiB and {grown:+} KiB");
    assert_no_capture_threads();
    assert_eq!(open_files(), files);
    assert!(grown.abs() <= 1024, "{grown} KiB");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_second_program_learns_at_which_step_the_camera_is_busy() {
    let path = webcam();
    let (second, negotiated) = open(&path, &small()).unwrap();
    let first = start(&path, &small()).unwrap();
    frames(&first, 1);
    let options = CaptureOptions::default();
    let late = Capture::start(second, negotiated.format, options).unwrap_err();
    assert!(matches!(late, CameraError::Busy { step: Step::RequestBuffers, .. }), "{late}");
    let later = open(&path, &small()).unwrap_err();
    assert!(matches!(later, CameraError::Busy { step: Step::SetFormat, .. }), "{later}");
    frames(&first, 1);
    drop(first);
    frames(&start(&path, &small()).unwrap(), 1);
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_format_that_another_program_changed_is_noticed() {
    let path = webcam();
    let (node, negotiated) = open(&path, &small()).unwrap();
    let other = isp_hw::v4l2::FormatWish { size: Some([640, 360]), ..small() };
    open(&path, &other).unwrap();
    let error = Capture::start(node, negotiated.format, CaptureOptions::default()).unwrap_err();
    assert!(error.to_string().contains("was changed meanwhile"), "{error}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn the_thread_has_a_name_and_ends_with_the_capture() {
    let path = webcam();
    let capture = start(&path, &small()).unwrap();
    // Until it runs, a new thread has the name of its parent.
    frames(&capture, 1);
    let name = format!("capture-{}", path.file_name().unwrap().to_str().unwrap());
    assert_eq!(capture_threads(), [name]);
    let counts = capture.stop();
    assert!(counts.delivered >= 1, "{counts:?}");
    assert_no_capture_threads();
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn the_thread_costs_few_copies_of_a_frame() {
    const FRAMES: u64 = 60;
    const MOST_COPIES: f64 = 8.0;
    let wish =
        FormatWish { pixel: Some(PixelFormat::Yuyv), size: Some([640, 360]), rate: Some(30.0) };
    let capture = start(&webcam(), &wish).unwrap();
    let frame = frames(&capture, 1).remove(0);
    // Nobody fetches them: each replaces the one before.
    let taken = || capture.counts().delivered + capture.counts().replaced;
    let (before, first, begin) = (capture_time(), taken(), Instant::now());
    while taken() - first < FRAMES {
        assert!(begin.elapsed() < 12 * PATIENCE, "{:?}", capture.counts());
        thread::sleep(Duration::from_millis(50));
    }
    let (spent, elapsed) = (capture_time() - before, begin.elapsed());
    let taken = (taken() - first) as f64;
    let mut copy = vec![0_u8; frame.bytes.len()];
    let begin = Instant::now();
    for _ in 0..20 {
        copy.copy_from_slice(std::hint::black_box(&frame.bytes));
        std::hint::black_box(&mut copy);
    }
    let copying = begin.elapsed().as_secs_f64() / 20.0;
    let copies = spent.as_secs_f64() / taken / copying;
    println!(
        "capture thread at 640×360 YUYV, {:.1} frames/s: {:.1} % of the emulated core, {copies:.1} \
         copies of a frame each",
        taken / elapsed.as_secs_f64(),
        100.0 * spent.as_secs_f64() / elapsed.as_secs_f64(),
    );
    assert!(copies < MOST_COPIES, "{copies} copies of a frame");
}
