//! What capturing costs.

use std::fs;
use std::hint::black_box;
use std::time::Duration;

use isp_hw::camera::MonotonicTime;
use isp_hw::pixel_format::PixelFormat;
use isp_hw::v4l2::{Capture, FormatWish};
use rustix::time::{ClockId, clock_gettime};

use crate::vivid::{PATIENCE, frames, start, webcam};

/// Frames that are counted.
const FRAMES: u32 = 60;
/// The processor's time for a frame, over that for copying its bytes once. The thread copies them
/// once, to memory that is new each time, and makes five calls.
const MOST_COPIES: f64 = 8.0;

/// Time that the capture thread has had the processor.
fn capture_time() -> Duration {
    let task = fs::read_dir("/proc/self/task")
        .unwrap()
        .flatten()
        .find(|task| fs::read_to_string(task.path().join("comm")).unwrap().starts_with("capture-"));
    let statistics = fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
    Duration::from_nanos(statistics.split(' ').next().unwrap().parse().unwrap())
}

fn own_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// Time of the processor for copying so many bytes, on warm memory.
fn copy_time(bytes: usize) -> Duration {
    let (from, mut to) = (vec![1_u8; bytes], vec![0_u8; bytes]);
    let copy = || {
        let begin = own_time();
        black_box(&mut to).copy_from_slice(black_box(&from));
        own_time() - begin
    };
    std::iter::repeat_with(copy).take(20).min().unwrap()
}

/// Frames that came, fetched or not.
fn came(capture: &Capture) -> u64 {
    let counts = capture.counts();
    counts.delivered + counts.replaced
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn capturing_costs_little_more_than_copying_the_frames() {
    let wish =
        FormatWish { pixel: Some(PixelFormat::Yuyv), size: Some([1280, 720]), rate: Some(30.0) };
    let capture = start(&webcam(), &wish).unwrap();
    let bytes = frames(&capture, 5)[0].bytes.len();
    let (spent, before) = (capture_time(), came(&capture));
    let begin = MonotonicTime::now();
    while came(&capture) < before + u64::from(FRAMES) {
        capture.frame_after(MonotonicTime::now(), PATIENCE).unwrap();
    }
    let wall = MonotonicTime::now().since(begin);
    let count = (came(&capture) - before) as f64;
    let a_frame = (capture_time() - spent).as_secs_f64() / count;
    let copy = copy_time(bytes).as_secs_f64();
    println!(
        "{bytes} bytes, {:.1} frames/s: {:.2} ms of the processor a frame, {:.1} % of a core at 30 \
         frames/s; {:.1} copies of {:.2} ms",
        count / wall.as_secs_f64(),
        a_frame * 1e3,
        a_frame * 3e3,
        a_frame / copy,
        copy * 1e3,
    );
    assert!(a_frame <= MOST_COPIES * copy);
}
