//! Formats that are asked for and come.

use isp_hw::camera::{MonotonicTime, Mosaic, Timestamp};
use isp_hw::pixel_format::PixelFormat;
use isp_hw::v4l2::negotiation::modes;
use isp_hw::v4l2::{CameraError, FormatWish, Node};

use crate::vivid::{PATIENCE, frames, hdmi, open, set, small, start, webcam};

const COLOURED: [PixelFormat; 7] = [
    PixelFormat::Rgb3,
    PixelFormat::Bgr3,
    PixelFormat::Yuyv,
    PixelFormat::Uyvy,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::Yu12,
];

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn every_format_shows_the_same_picture() {
    let path = webcam();
    set(&path, "osd_text_mode=2");
    let mut reference = None;
    for pixel in COLOURED {
        let wish = FormatWish { pixel: Some(pixel), size: Some([640, 360]), rate: Some(30.0) };
        let capture = start(&path, &wish).unwrap();
        let captured = frames(&capture, 3);
        for pair in captured.windows(2) {
            assert!(pair[1].sequence.wrapping_sub(pair[0].sequence) < 1000);
        }
        let last = &captured[2];
        assert!(last.bytes.len() >= last.format.buffer_len().unwrap(), "{pixel}");
        let mosaic = Mosaic::of(&last.decode().unwrap());
        let reference = reference.get_or_insert_with(|| mosaic.clone());
        let difference = mosaic.difference(reference);
        assert!(difference < 4.0, "{pixel}: {difference}");
        let counts = capture.stop();
        assert_eq!((counts.short, counts.error_flagged, counts.rebuilds), (0, 0, 0), "{pixel}");
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn sensor_formats_and_grey_come_too() {
    let path = webcam();
    let node = Node::open(&path).unwrap();
    let bayer = modes(&node, None).unwrap().into_iter().find_map(|mode| match mode.pixel {
        PixelFormat::Bayer(_) => Some(mode.pixel),
        _ => None,
    });
    drop(node);
    for pixel in [bayer.expect("vivid has formats of colour filter arrays"), PixelFormat::Grey] {
        let wish = FormatWish { pixel: Some(pixel), size: Some([640, 360]), rate: Some(30.0) };
        let capture = start(&path, &wish).unwrap();
        let frame = frames(&capture, 1).remove(0).decode().unwrap();
        assert_eq!(frame.size(), [640, 360]);
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn without_a_wish_the_mode_is_uncompressed_and_fast_enough() {
    for path in [webcam(), hdmi()] {
        let (_node, negotiated) = open(&path, &FormatWish::default()).unwrap();
        let uncompressed = matches!(
            negotiated.format.pixel,
            PixelFormat::Yuyv | PixelFormat::Uyvy | PixelFormat::Rgb3 | PixelFormat::Bgr3
        );
        assert!(uncompressed, "{negotiated:?}");
        let rate = negotiated.interval.unwrap().rate();
        assert!(rate >= 15.0, "{negotiated:?}");
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_wish_that_cannot_be_met_is_refused_with_what_there_is() {
    let wish = FormatWish { size: Some([333, 111]), ..FormatWish::default() };
    let error = open(&webcam(), &wish).unwrap_err();
    assert!(matches!(error, CameraError::Unsuitable { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains("does not offer 333x111; choose one of: "), "{message}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn frames_say_what_their_times_are() {
    let path = webcam();
    for (source, expected) in [(0, Timestamp::EndOfFrame), (1, Timestamp::StartOfExposure)] {
        set(&path, &format!("timestamp_source={source}"));
        let frame = frames(&start(&path, &small()).unwrap(), 1).remove(0);
        assert_eq!(frame.timestamp, expected);
        let age = MonotonicTime::now().since(frame.captured_at);
        assert!(age < PATIENCE, "{age:?}");
    }
}
