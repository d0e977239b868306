use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{Frame, Parameter, Params, Pipeline, Samples, View};

use super::*;
use crate::PicturePipeline;

fn random_params(random: &mut ChaCha8Rng) -> Params {
    Params::clamped([(); 9].map(|()| random.random_range(-1.0..=1.0)))
}

/// Smooth blobs with noise on top: every tone and colour, and detail.
fn picture_8_bit(width: usize, height: usize) -> Frame {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let samples = (0..width * height * 3).map(|i| {
        let (x, y, channel) = ((i / 3) % width, i / 3 / width, i % 3);
        let wave = ((x * (channel + 2)) as f64 * 0.05).sin() * ((y * 3) as f64 * 0.04).cos();
        (127.5 + 140.0 * wave + random.random_range(-20.0..20.0)).clamp(0.0, 255.0) as u8
    });
    Frame::new(width, height, Samples::U8(samples.collect())).unwrap()
}

fn ramp_16_bit() -> Frame {
    let samples = (0..=65535).flat_map(|level| [level; 3]).collect();
    Frame::new(65536, 1, Samples::U16(samples)).unwrap()
}

fn isps() -> [SoftwareIsp; 2] {
    [Implementation::Reference, Implementation::Fast].map(|i| SoftwareIsp::new(i, Threads::All))
}

#[test]
fn neutral_parameters_change_no_sample() {
    for isp in isps() {
        for frame in [picture_8_bit(97, 61), ramp_16_bit()] {
            let mut pipeline = PicturePipeline::new(isp.clone(), Input::srgb(frame.clone()));
            assert_eq!(pipeline.query(&Params::NEUTRAL).unwrap(), frame, "{isp:?}");
        }
    }
}

#[test]
fn fast_and_reference_agree_within_a_step() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let [reference, fast] = isps();
    let frame = picture_8_bit(160, 90);
    let [mut reference, mut fast] =
        [reference, fast].map(|isp| PicturePipeline::new(isp, Input::srgb(frame.clone())));
    let mut differing = 0;
    for _ in 0..30 {
        let params = random_params(&mut random);
        let pictures = [reference.query(&params).unwrap(), fast.query(&params).unwrap()];
        let [Samples::U8(a), Samples::U8(b)] = pictures.each_ref().map(Frame::samples) else {
            panic!("depth changed")
        };
        assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1), "{params:?}");
        differing += a.iter().zip(b).filter(|(a, b)| a != b).count();
    }
    assert!(differing < 30 * 160 * 90 * 3 / 1000, "{differing}");
}

#[test]
fn a_view_equals_the_whole_picture() {
    let params = random_params(&mut ChaCha8Rng::seed_from_u64(3));
    for isp in isps() {
        let frame = picture_8_bit(700, 400);
        let mut pipeline = PicturePipeline::new(isp, Input::srgb(frame));
        let view = View::of_size(700, 400);
        assert!(!view.is_whole());
        let whole = pipeline.query(&params).unwrap();
        assert_eq!(pipeline.query_view(&params, &view).unwrap(), view.gather(&whole).unwrap());
    }
}

#[test]
fn one_parameter_at_a_time_moves_the_picture_its_way() {
    let frame = picture_8_bit(64, 64);
    let mean = |frame: &Frame| match frame.samples() {
        Samples::U8(samples) => samples.iter().map(|&v| f64::from(v)).sum::<f64>(),
        Samples::U16(_) => panic!("depth changed"),
    };
    let mut pipeline = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(frame.clone()));
    for parameter in [Parameter::Exposure, Parameter::Highlights, Parameter::Shadows] {
        let mut at =
            |value| mean(&pipeline.query(&Params::NEUTRAL.with(parameter, value)).unwrap());
        assert!(at(-0.5) < mean(&frame) && mean(&frame) < at(0.5), "{parameter}");
    }
}
