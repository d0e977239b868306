//! Devices whose truth is known, fitted from their answers alone.

use tuner::chart::{PATCHES, REFERENCE, patch_differences};
use tuner::{Frame, Parameter, Params, Pipeline as _, Planes, Samples, mse, psnr_db};

use super::*;
use crate::{ForeignIsp, Noisy, PicturePipeline, Quantised, Renderer, SoftwareIsp, Variation};

/// Shaded patches of many colours with grain: dark and bright, grey and coloured.
fn scene(seed: u32) -> Frame {
    let (width, height) = (128, 96);
    let random = |a: usize, b: usize, salt: u32| {
        let mixed = (a as u32)
            .wrapping_mul(0x9E37_79B1)
            .wrapping_add((b as u32).wrapping_mul(0x85EB_CA77))
            .wrapping_add((seed * 8 + salt).wrapping_mul(0xC2B2_AE3D));
        let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2C1B_3C6D);
        f64::from((mixed ^ (mixed >> 13)).wrapping_mul(0x297A_2D39) >> 16) / 65535.0
    };
    let pixel = |at: usize| {
        let (x, y) = (at % width, at / width);
        let shade = 0.15 + 0.85 * (x % 32) as f64 / 31.0;
        [0, 1, 2].map(|channel| {
            let colour = 0.25 + 0.75 * random(x / 8, y / 8, channel);
            (255.0 * shade * colour * (0.85 + 0.15 * random(x, y, 7))) as u8
        })
    };
    let samples = (0..width * height).flat_map(pixel).collect();
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}

fn calibrated(renderer: impl Renderer, found: &Params) -> Calibration {
    let input = Input::srgb(scene(1));
    let view = calibration_view(input.frame().size());
    let questions = Questions::of(renderer.parameters(), found);
    let mut device = PicturePipeline::new(renderer, input.clone());
    let answers = Answers::ask(&mut device, &view, &questions, || Ok(())).unwrap();
    Calibration::fit(&input, &view, found, &answers).unwrap()
}

/// dB between a device and its calibration on another scene, at parameters that were not asked for.
fn elsewhere_db(renderer: impl Renderer, calibration: &Calibration) -> Vec<f64> {
    let input = Input::srgb(scene(2));
    let mut device = PicturePipeline::new(renderer, input.clone());
    let mut model = PicturePipeline::new(calibration.renderer(), input);
    let asked = [
        [0.3, -0.5, 0.2, 0.6, -0.4, 0.5, -0.7, 0.2, 0.6],
        [-0.4, 0.1, -0.6, 0.3, 0.8, -0.9, 0.4, 0.7, -0.8],
        [0.0, 0.9, 0.4, -0.2, 0.3, 0.1, 0.9, -0.8, 0.1],
    ];
    let db = asked.map(|values| {
        let params = Params::clamped(values);
        let [device, model] = [device.query(&params), model.query(&params)]
            .map(|picture| Planes::from(&picture.unwrap()));
        psnr_db(mse(&device, &model, None).unwrap())
    });
    db.to_vec()
}

#[test]
fn another_make_is_recovered_from_its_answers() {
    let truth = Variation::new(1.0, 7);
    let calibration = calibrated(truth.clone(), &Params::NEUTRAL);
    assert!(calibration.is_trusted());
    assert!(calibration.rms_steps < 0.5, "{}", calibration.rms_steps);
    assert!(calibration.rms_steps_before > 5.0, "{}", calibration.rms_steps_before);
    let (found, wanted) = (&calibration.make, truth.make());
    assert_eq!((found.steps, found.clips), (wanted.steps, wanted.clips));
    let near = |a: f64, b: f64, within: f64| assert!((a - b).abs() < within, "{a} {b}");
    near(found.gamma, wanted.gamma, 0.02);
    near(found.s_curve, wanted.s_curve, 0.05);
    near(found.blur_sigma, wanted.blur_sigma, 0.05);
    for (found, wanted) in found.colour_mix.iter().flatten().zip(wanted.colour_mix.iter().flatten())
    {
        near(*found, *wanted, 0.02);
    }
    let params = Params::clamped([0.3, -0.5, 0.2, 0.6, -0.4, 0.5, -0.7, 0.2, 0.6]);
    let effective = |make: &Make| make.response.effective(&params);
    let pairs = effective(found).into_iter().zip(effective(wanted));
    for (parameter, (found, wanted)) in Parameter::ALL.into_iter().zip(pairs) {
        // A common factor of the gains cancels: they are not told one by one.
        let is_gain =
            [Parameter::RedGain, Parameter::GreenGain, Parameter::BlueGain].contains(&parameter);
        near(found, wanted, if is_gain { 0.5 } else { 0.05 });
    }
    for db in elsewhere_db(truth, &calibration) {
        assert!(db > 50.0, "{db}");
    }
}

#[test]
fn noise_is_not_taken_for_error() {
    let truth = Variation::new(1.0, 8);
    let met = Quantised(Noisy::new(truth.clone(), 2.0, 5));
    let calibration = calibrated(met, &Params::NEUTRAL);
    assert!(calibration.is_trusted());
    assert!(calibration.rms_steps < 0.7, "{}", calibration.rms_steps);
    for db in elsewhere_db(truth, &calibration) {
        assert!(db > 48.0, "{db}");
    }
}

#[test]
fn a_device_of_another_structure_is_not_believed_to_be_known() {
    let calibration = calibrated(ForeignIsp::default(), &Params::NEUTRAL);
    assert!(!calibration.is_trusted(), "{}", calibration.rms_steps);
}

#[test]
fn a_black_picture_teaches_nothing() {
    let input = Input::srgb(Frame::new(64, 64, Samples::U8(vec![0; 64 * 64 * 3])).unwrap());
    let view = calibration_view([64, 64]);
    let questions = Questions::of(SoftwareIsp::default().parameters(), &Params::NEUTRAL);
    let mut device = PicturePipeline::new(Variation::new(1.0, 9), input.clone());
    let answers = Answers::ask(&mut device, &view, &questions, || Ok(())).unwrap();
    let calibration = Calibration::fit(&input, &view, &Params::NEUTRAL, &answers).unwrap();
    assert!(!calibration.is_trusted(), "{calibration:?}");
}

#[test]
fn questions_keep_what_the_device_lacks_as_it_was_found() {
    let table = SoftwareIsp::default().parameters()[..3].to_vec();
    let found = Params::NEUTRAL.with(Parameter::Exposure, 0.2).with(Parameter::Texture, -0.4);
    let questions = Questions::of(&table, &found);
    assert_eq!(questions.fitted[0], found);
    assert_eq!(questions.count(), 1 + 3 * 4 + 40 + 2 * 12);
    for params in questions.fitted.iter().chain(&questions.judging) {
        assert_eq!(params.get(Parameter::Texture), -0.4);
        assert_eq!(params.get(Parameter::Saturation), 0.0);
    }
    let nine = SoftwareIsp::default().parameters().to_vec();
    assert_eq!(Questions::of(&nine, &Params::NEUTRAL).count(), 101);
}

#[test]
fn what_a_chart_may_differ_is_the_error_up_to_which_a_fit_is_trusted() {
    // Every channel of every patch off by as much, up or down.
    let off = |signs: usize| {
        let shown = REFERENCE.map(|patch| patch.colour());
        let off = shown.map(|mut colour| {
            for (channel, value) in colour.iter_mut().enumerate() {
                let sign = if signs >> channel & 1 == 1 { 1.0 } else { -1.0 };
                *value = (*value + sign * TRUSTED_RMS_STEPS / 255.0).clamp(0.0, 1.0);
            }
            colour
        });
        patch_differences(&shown, &off)
    };
    let all: Vec<[f64; PATCHES]> = (0..8).map(off).collect();
    let by_patch: Vec<f64> = (0..PATCHES)
        .map(|patch| all.iter().map(|differences| differences[patch]).sum::<f64>() / 8.0)
        .collect();
    let mean = by_patch.iter().sum::<f64>() / PATCHES as f64;
    let worst = by_patch.iter().copied().fold(0.0, f64::max);
    println!("ΔE00 mean {mean:.2}, of the worst patch {worst:.2}");
    assert!((mean - chart_check::AGREES_MEAN).abs() < 0.1, "{mean}");
    assert!((worst - chart_check::AGREES_PATCH).abs() < 0.1, "{worst}");
}
