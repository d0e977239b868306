use tuner::{Frame, Params, Pipeline, Samples, View};

use super::*;
use crate::{ForeignIsp, Input, PaperIsp, PicturePipeline, Renderer, SoftwareIsp};

fn picture(width: usize, height: usize) -> Frame {
    let samples = (0..width * height * 3)
        .map(|i| ((i / 3 % width * 7 + i / 3 / width * 13 + i % 3 * 40) % 256) as u8)
        .collect();
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}

fn params() -> Params {
    Params::clamped([0.2, -0.3, 0.1, 0.4, 0.5, -0.4, 0.3, 0.6, -0.7])
}

fn query(renderer: impl Renderer) -> Frame {
    let input = Input::srgb(picture(64, 40));
    PicturePipeline::new(renderer, input).query(&params()).unwrap()
}

fn largest_difference(a: &Frame, b: &Frame) -> u8 {
    let [Samples::U8(a), Samples::U8(b)] = [a, b].map(Frame::samples) else {
        panic!("depth changed")
    };
    a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[test]
fn strength_zero_is_the_software_isp() {
    let difference =
        largest_difference(&query(Variation::new(0.0, 5)), &query(SoftwareIsp::default()));
    assert!(difference <= 1, "{difference}");
}

#[test]
fn a_seed_always_gives_the_same_stranger() {
    assert_eq!(query(Variation::new(1.0, 5)), query(Variation::new(1.0, 5)));
    let other = largest_difference(&query(Variation::new(1.0, 5)), &query(Variation::new(1.0, 6)));
    assert!(other > 8, "{other}");
}

#[test]
fn noise_is_fresh_on_each_query_and_as_strong_as_asked() {
    let input = Input::srgb(Frame::new(100, 100, Samples::U8(vec![128; 30_000])).unwrap());
    let run = |seed| {
        let isp = Noisy::new(SoftwareIsp::default(), 2.0, seed);
        let mut pipeline = PicturePipeline::new(isp, input.clone());
        [(); 2].map(|()| pipeline.query(&Params::NEUTRAL).unwrap())
    };
    let [first, second] = run(1);
    assert_ne!(first, second);
    assert_eq!(run(1), [first.clone(), second]);
    let Samples::U8(samples) = first.samples() else { panic!("depth changed") };
    let errors = samples.iter().map(|&v| f64::from(v) - 128.0);
    let mean = errors.clone().sum::<f64>() / 30_000.0;
    let deviation = (errors.map(|e| e * e).sum::<f64>() / 30_000.0).sqrt();
    // Rounding adds a variance of 1/12.
    assert!(mean.abs() < 0.05 && (deviation - 2.02).abs() < 0.05, "{mean} {deviation}");
}

#[test]
fn a_whole_shift_moves_pixels_and_a_half_one_mixes_them() {
    let plain = query(SoftwareIsp::default());
    let pixel = |frame: &Frame, x: usize, y: usize| match frame.samples() {
        Samples::U8(samples) => f64::from(samples[(y * 64 + x) * 3]),
        Samples::U16(_) => panic!("depth changed"),
    };
    let moved = query(Shifted::new(SoftwareIsp::default(), 2.0, -1.0));
    assert_eq!(pixel(&moved, 12, 10), pixel(&plain, 10, 11));
    let half = query(Shifted::new(SoftwareIsp::default(), 0.5, 0.0));
    let mixed = 0.5 * (pixel(&plain, 19, 10) + pixel(&plain, 20, 10));
    assert!((pixel(&half, 20, 10) - mixed).abs() <= 1.0);
}

#[test]
fn views_of_all_pipelines_equal_the_whole() {
    let check = |renderer: Box<dyn Renderer>| {
        let halo = renderer.halo();
        let [width, height] = [700, 390];
        let view = View::of_size(width, height);
        let input = Input::srgb(picture(width, height));
        let whole = PicturePipeline::new(&renderer, input.clone()).query(&params()).unwrap();
        let part = PicturePipeline::new(&renderer, input).query_view(&params(), &view).unwrap();
        assert_eq!(part, view.gather(&whole).unwrap(), "{halo}");
    };
    check(Box::<PaperIsp>::default());
    check(Box::<ForeignIsp>::default());
    check(Box::new(Variation::new(1.0, 3)));
    check(Box::new(Quantised(Noisy::new(Variation::new(1.0, 4), 2.0, 9))));
    check(Box::new(Shifted::new(Noisy::new(PaperIsp::default(), 1.0, 2), -1.3, 2.6)));
}
