//! The devices, and the controls that order their faults. The controls are set by v4l2-ctl, a
//! program that shares no code with what is tested.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use isp_hw::camera::{CapturedFrame, MonotonicTime};
use isp_hw::pixel_format::PixelFormat;
use isp_hw::v4l2::{CameraError, Capture, CaptureOptions, FormatWish, Negotiated, Node, negotiate};

/// More than any frame takes, also under emulation.
pub const PATIENCE: Duration = Duration::from_secs(4);

/// Node of the capture device of an instance.
pub fn find(instance: u32) -> Option<PathBuf> {
    let wanted = format!("vivid-{instance:03}-vid-cap");
    fs::read_dir("/sys/class/video4linux").ok()?.flatten().find_map(|entry| {
        let name = fs::read_to_string(entry.path().join("name")).ok()?;
        (name.trim() == wanted).then(|| Path::new("/dev").join(entry.file_name()))
    })
}

pub fn webcam() -> PathBuf {
    find(0).expect("vivid is loaded")
}

pub fn hdmi() -> PathBuf {
    find(1).expect("vivid is loaded with two instances")
}

/// Sets controls, as `brightness=100,contrast=90`.
pub fn set(node: &Path, controls: &str) {
    let run = Command::new("v4l2-ctl").arg("-d").arg(node).args(["-c", controls]).output().unwrap();
    assert!(run.status.success(), "{controls}: {}", String::from_utf8_lossy(&run.stderr));
}

/// A small, fast, uncompressed format.
pub fn small() -> FormatWish {
    FormatWish { pixel: Some(PixelFormat::Yuyv), size: Some([320, 180]), rate: Some(30.0) }
}

/// Opens and negotiates.
pub fn open(path: &Path, wish: &FormatWish) -> Result<(Arc<Node>, Negotiated), CameraError> {
    let node = Arc::new(Node::open(path)?);
    let negotiated = negotiate(&node, wish)?;
    Ok((node, negotiated))
}

/// Opens, negotiates and captures; no handle but that of the capture stays open.
pub fn start(path: &Path, wish: &FormatWish) -> Result<Capture, CameraError> {
    let (node, negotiated) = open(path, wish)?;
    Capture::start(node, negotiated.format, CaptureOptions::default())
}

/// So many frames, each newer than the one before.
pub fn frames(capture: &Capture, count: usize) -> Vec<CapturedFrame> {
    let mut moment = MonotonicTime::now();
    (0..count)
        .map(|_| {
            let frame = capture.frame_after(moment, PATIENCE).unwrap();
            assert!(frame.captured_at > moment);
            moment = frame.captured_at;
            frame
        })
        .collect()
}
