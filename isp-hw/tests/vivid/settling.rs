//! When a control shows, on a real driver.

use std::convert::Infallible;

use isp_hw::camera::{
    LatencyOptions, MonotonicTime, Mosaic, NoiseProfile, SettleOptions, measure_latency, settle,
};
use isp_hw::pixel_format::PixelFormat;
use isp_hw::v4l2::FormatWish;

use crate::vivid::{frames, set, start, webcam};

fn wish() -> FormatWish {
    FormatWish { pixel: Some(PixelFormat::Rgb3), size: Some([320, 180]), rate: Some(30.0) }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_settled_frame_shows_the_new_brightness_and_never_the_old() {
    let path = webcam();
    set(&path, "osd_text_mode=2,brightness=128");
    let mut capture = start(&path, &wish()).unwrap();
    let options = SettleOptions { noise: 0.5, latency_frames: 0, ..SettleOptions::default() };
    let mut shown = Vec::new();
    for round in 0..12 {
        let brightness = if round % 2 == 0 { 128 } else { 90 };
        set(&path, &format!("brightness={brightness}"));
        let settled = settle(&mut capture, MonotonicTime::now(), &options)
            .unwrap_or_else(|error| panic!("{error}: {:?}", capture.counts()));
        assert!(settled.report.settled, "{:?}", settled.report);
        shown.push(Mosaic::of(&settled.frame));
    }
    for (round, mosaic) in shown.iter().enumerate() {
        let same = mosaic.difference(&shown[round % 2]);
        let other = mosaic.difference(&shown[1 - round % 2]);
        assert!(same < 1.0 && other > 10.0, "round {round}: {same}, {other}");
    }
    set(&path, "brightness=128");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn the_latency_of_the_driver_is_a_few_frames() {
    let path = webcam();
    set(&path, "osd_text_mode=2,brightness=128");
    let mut capture = start(&path, &wish()).unwrap();
    let write = |is_first: bool| {
        set(&path, if is_first { "brightness=128" } else { "brightness=90" });
        Ok::<_, Infallible>(MonotonicTime::now())
    };
    let options = LatencyOptions { noise: 0.5, ..LatencyOptions::default() };
    let latency = measure_latency(&mut capture, write, &options).unwrap();
    println!("latency {latency:?}");
    assert!(latency.frames <= 4, "{latency:?}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn a_generated_picture_has_no_noise() {
    let path = webcam();
    set(&path, "osd_text_mode=2");
    let capture = start(&path, &wish()).unwrap();
    let pictures: Vec<_> =
        frames(&capture, 4).iter().map(|frame| frame.decode().unwrap()).collect();
    assert_eq!(NoiseProfile::of(&pictures).unwrap().typical(), 0.0);
}
