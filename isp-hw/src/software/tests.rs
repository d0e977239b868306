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

/// Every parameter alone at its ends and in between, and `count` random vectors, the last of which
/// have several parameters at their ends.
fn vectors(count: usize) -> Vec<Params> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let alone = Parameter::ALL.into_iter().flat_map(|parameter| {
        [-1.0, -0.4, 0.3, 1.0].map(|value| Params::NEUTRAL.with(parameter, value))
    });
    let mut vectors: Vec<Params> = alone.collect();
    for index in 0..count {
        let stretch = if index % 2 == 0 { 1.0 } else { 2.0 };
        let params = random_params(&mut random).values().map(|value| value * stretch);
        vectors.push(Params::clamped(params));
    }
    vectors
}

/// Samples of one channel.
fn channel(frame: &Frame, channel: usize) -> Vec<u16> {
    match frame.samples() {
        Samples::U8(samples) => {
            samples.iter().skip(channel).step_by(3).map(|&v| u16::from(v)).collect()
        }
        Samples::U16(samples) => samples.iter().skip(channel).step_by(3).copied().collect(),
    }
}

#[test]
fn tones_stay_monotone_for_a_thousand_vectors() {
    // Each level is five pixels wide, and its middle pixel is looked at: a tone, not an edge.
    let wide = |level: u16| [level; 15];
    let light = Samples::U16((0..2048).flat_map(|level| wide(level * 32)).collect());
    let light = Frame::new(2048 * 5, 1, light).unwrap();
    let display = Samples::U8((0..=255).flat_map(|level| [level; 15]).collect());
    let display = Frame::new(256 * 5, 1, display).unwrap();
    let inputs = [Input::new(light, crate::Transfer::Linear), Input::srgb(display)];
    let [reference, fast] = isps();
    for (index, params) in vectors(1000).iter().enumerate() {
        // The reference is too slow for every vector and has no rounding to trip over.
        let slow = (index % 25 == 0).then_some(&reference);
        for isp in slow.into_iter().chain([&fast]) {
            for input in &inputs {
                let picture = isp.render_picture(input, params, 0);
                for colour in 0..3 {
                    let levels = channel(&picture, colour);
                    let tones: Vec<u16> = levels.into_iter().skip(2).step_by(5).collect();
                    // Saturation can push a channel below black, where it stays.
                    assert!(tones.is_sorted(), "{colour} {params:?}");
                }
            }
        }
    }
}

#[test]
fn a_smooth_ramp_stays_monotone_also_through_texture() {
    let levels = (0..4096_u16).flat_map(|level| [level * 16; 3]).collect();
    let input = Input::srgb(Frame::new(4096, 1, Samples::U16(levels)).unwrap());
    let fast = SoftwareIsp::default();
    for params in vectors(1000) {
        let picture = fast.render_picture(&input, &params, 0);
        for colour in 0..3 {
            // At the ends the ramp has edges, which texture may overshoot.
            let levels = channel(&picture, colour);
            let inner = &levels[4..levels.len() - 4];
            assert!(inner.is_sorted(), "{colour} {params:?}");
        }
    }
}

#[test]
fn a_16_bit_ramp_does_not_band() {
    let input = Input::srgb(ramp_16_bit());
    let [reference, fast] = isps();
    for params in vectors(24) {
        let [exact, quick] =
            [&reference, &fast].map(|isp| channel(&isp.render_picture(&input, &params, 0), 1));
        assert!(exact.is_sorted(), "{params:?}");
        let falls = quick.windows(2).filter(|pair| pair[1] < pair[0]).count();
        assert_eq!(falls, 0, "{params:?}");
        // Within a 16-bit step of the reference there are no plateaus or jumps of its own.
        let worst = exact.iter().zip(&quick).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(worst <= 1, "{worst} {params:?}");
    }
}

#[test]
fn gains_keep_the_brightness_of_grey() {
    let frame = Frame::new(256, 1, Samples::U16((0..=255).flat_map(|v| [v * 120; 3]).collect()));
    let input = Input::new(frame.unwrap(), crate::Transfer::Linear);
    let pixels =
        |params: &Params| match reference_isp().render_picture(&input, params, 0).into_samples() {
            Samples::U16(samples) => samples,
            Samples::U8(_) => panic!("depth changed"),
        };
    let luminance = |pixel: &[u16]| {
        let linear =
            [pixel[0], pixel[1], pixel[2]].map(|v| tuner::srgb_to_linear(f64::from(v) / 65535.0));
        reference::luminance(linear)
    };
    let plain = pixels(&Params::NEUTRAL);
    for (red, green, blue) in [(1.0, -1.0, -1.0), (-0.5, 0.5, 1.0), (0.3, 0.2, -1.0)] {
        let tinted = pixels(&Params::clamped([0.0, red, green, blue, 0.0, 0.0, 0.0, 0.0, 0.0]));
        for (a, b) in plain.chunks(3).zip(tinted.chunks(3)) {
            // Where a channel clips, brightness cannot be kept.
            if b.iter().all(|&value| value < 65535) {
                assert!((luminance(a) - luminance(b)).abs() < 3e-5, "{a:?} {b:?}");
            }
        }
    }
}

fn reference_isp() -> SoftwareIsp {
    SoftwareIsp::new(Implementation::Reference, Threads::One)
}

#[test]
fn every_instruction_set_renders_the_same_picture() {
    let frame = picture_8_bit(77, 33);
    let input = Input::srgb(frame);
    let params = random_params(&mut ChaCha8Rng::seed_from_u64(5));
    let coefficients = Coefficients::from(&params);
    let expected = reference_isp().render_picture(&input, &params, 0);
    for instructions in fast::Instructions::available() {
        let picture = fast::render_picture(&input, &coefficients, Threads::One, instructions);
        let apart = channel(&picture, 0)
            .iter()
            .zip(channel(&expected, 0))
            .map(|(a, b)| a.abs_diff(b))
            .max();
        assert!(apart.unwrap() <= 1, "{instructions:?}");
    }
}

#[test]
fn tiny_and_narrow_pictures_render() {
    for [width, height] in [[1, 1], [1, 7], [3, 1], [30_000, 2]] {
        let frame = picture_8_bit(width, height);
        for isp in isps() {
            let mut pipeline = PicturePipeline::new(isp, Input::srgb(frame.clone()));
            assert_eq!(pipeline.query(&Params::NEUTRAL).unwrap(), frame);
            let params = Params::NEUTRAL.with(Parameter::Texture, 1.0);
            assert_eq!(pipeline.query(&params).unwrap().size(), [width, height]);
        }
    }
}
