//! 24-patch charts in photographs by 21 cameras, and how a calibration is checked on them. Needs
//! `charts/` in the data folder. `ISPTUNE_CHARTS` sets on how many of three photographs devices are
//! calibrated; a plain run takes one.

use std::path::PathBuf;

use isp_hw::calibration::{Answers, Calibration, ChartCheck, Questions, calibration_view};
use isp_hw::{ForeignIsp, Input, Noisy, PicturePipeline, Quantised, Renderer, Variation};
use isptune_tests::photographs;
use tuner::chart::{Chart, ChartError, differences_from_reference};
use tuner::{Frame, Params};

/// Middles of dark skin and black in the photographs, in pixels: what the search gave when the outlines
/// of all patches were drawn on the photographs and looked at.
const PHOTOGRAPHS: [(&str, [f64; 2], [f64; 2]); 21] = [
    ("apple_iphone_13_pro", [462.0, 134.0], [140.0, 677.0]),
    ("canon_eos_rp", [111.0, 98.0], [679.0, 437.0]),
    ("canon_powershot_g6", [156.0, 85.0], [545.0, 315.0]),
    ("canon_powershot_sx150is", [490.0, 100.0], [138.0, 697.0]),
    ("canon_rebel_xt_350d", [102.0, 102.0], [687.0, 444.0]),
    ("hp_photosmart_433", [113.0, 116.0], [692.0, 450.0]),
    ("hp_photosmart_735", [99.0, 129.0], [687.0, 482.0]),
    ("hp_photosmart_m425", [92.0, 122.0], [699.0, 477.0]),
    ("hp_photosmart_m627", [100.0, 114.0], [692.0, 463.0]),
    ("kodak_dc260", [388.0, 185.0], [688.0, 366.0]),
    ("kodak_dc280", [189.0, 118.0], [710.0, 438.0]),
    ("nikon_coolpix_s3100", [123.0, 121.0], [688.0, 458.0]),
    ("nikon_d3100", [108.0, 672.0], [420.0, 151.0]),
    ("olympus_c3000", [93.0, 130.0], [698.0, 478.0]),
    ("olympus_c5050", [103.0, 129.0], [665.0, 460.0]),
    ("pentax_ist_dl", [111.0, 88.0], [671.0, 425.0]),
    ("sony_a6400", [88.0, 76.0], [705.0, 439.0]),
    ("sony_fd200", [97.0, 40.0], [695.0, 393.0]),
    ("sony_fd5", [76.0, 102.0], [546.0, 372.0]),
    ("sony_fd88", [122.0, 132.0], [676.0, 447.0]),
    ("sony_slta55", [106.0, 95.0], [659.0, 418.0]),
];

/// Names of those with a patch as bright as a sample can be.
const CLIPPED: [&str; 3] = ["canon_powershot_g6", "hp_photosmart_433", "olympus_c5050"];

fn photograph(name: &str) -> Option<Frame> {
    let file: PathBuf = photographs::data().join("charts").join(format!("{name}.jpg"));
    file.exists().then(|| Frame::load(file).unwrap())
}

#[test]
fn charts_are_found_in_photographs() {
    if photograph(PHOTOGRAPHS[0].0).is_none() {
        println!("not run: no charts (set ISPTUNE_DATA to the folder `shared`)");
        return;
    }
    for (name, dark_skin, black) in PHOTOGRAPHS {
        let frame = photograph(name).unwrap();
        let chart = match Chart::find(&frame) {
            Err(error @ ChartError::Clipped { .. }) => {
                println!("{name}: {error}");
                assert!(CLIPPED.contains(&name), "{name}: {error}");
                continue;
            }
            found => found.unwrap(),
        };
        assert!(!CLIPPED.contains(&name), "{name}");
        let [first, _, last, _] = chart.corners().0;
        // A tenth of the distance of patches at most.
        let near = |found: [f64; 2], put: [f64; 2]| {
            let pitch = (dark_skin[0] - black[0]).hypot(dark_skin[1] - black[1]) / 34_f64.sqrt();
            (found[0] - put[0]).hypot(found[1] - put[1]) < 0.1 * pitch
        };
        assert!(near(first, dark_skin) && near(last, black), "{name}: {}", chart.corners());
        let differences = differences_from_reference(&chart.colours(&frame).unwrap());
        let mean = differences.iter().sum::<f64>() / 24.0;
        println!("{name}: {}, ΔE00 {mean:.1} from the published colours", chart.corners());
    }
}

#[test]
fn no_chart_is_found_where_there_is_none() {
    let files = photographs::validation();
    if files.is_empty() {
        println!("not run: no photographs (set ISPTUNE_DATA to the folder `shared`)");
    }
    for file in files {
        let found = Chart::find(&Frame::load(&file).unwrap());
        assert_eq!(found, Err(ChartError::NotFound), "{}", file.display());
    }
}

/// Calibrates a device that shows this picture, with its chart.
fn calibrated(renderer: impl Renderer, frame: &Frame) -> Calibration {
    let input = Input::srgb(frame.clone());
    let chart = Chart::find(frame).unwrap();
    let view = calibration_view(frame.size());
    let questions = Questions::of(renderer.parameters(), &Params::NEUTRAL);
    let mut device = PicturePipeline::new(renderer, input.clone());
    let asked = Answers::ask_with_chart(&mut device, &view, Some(&chart), &questions, || Ok(()));
    let answers = asked.unwrap();
    let fit = Calibration::fit(&input, &view, &Params::NEUTRAL, &answers).unwrap();
    fit.checked(&input, &chart, &answers).unwrap()
}

fn told(name: &str, device: &str, calibration: &Calibration) -> ChartCheck {
    let check = calibration.chart.clone().unwrap();
    let (worst, missed) = check.fit.worst_patch();
    println!(
        "{name}, {device}: {:.2} steps ({:.1}); ΔE00 mean {:.2}, largest {:.2}, patch {} {missed:.2} \
         (before {:.1}, {:.1})",
        calibration.rms_steps,
        calibration.rms_steps_before,
        check.fit.mean,
        check.fit.max,
        worst + 1,
        check.before.mean,
        check.before.max
    );
    check
}

#[test]
fn charts_agree_with_right_fits_and_not_with_wrong_ones() {
    let wanted = std::env::var("ISPTUNE_CHARTS").ok();
    let count = wanted.and_then(|text| text.parse().ok()).unwrap_or(1);
    let names = ["canon_eos_rp", "kodak_dc260", "sony_fd88"];
    for (number, name) in names.into_iter().take(count).enumerate() {
        let Some(frame) = photograph(name) else {
            println!("not run: no charts (set ISPTUNE_DATA to the folder `shared`)");
            return;
        };
        let seed = 20 + number as u64;
        let variation = Variation::new(1.0, seed);
        let calibration = calibrated(Quantised(variation.clone()), &frame);
        let exact = told(name, "another make", &calibration);
        assert!(calibration.is_trusted() && exact.agrees());
        let noisy = Quantised(Noisy::new(variation, 2.0, seed));
        let calibration = calibrated(noisy, &frame);
        let exact = told(name, "the same with noise of 2 steps", &calibration);
        assert!(calibration.is_trusted() && exact.agrees());
        let foreign = told(name, "foreign structure", &calibrated(ForeignIsp::default(), &frame));
        assert!(!foreign.agrees());
        assert!(foreign.before.mean > foreign.fit.mean);
    }
}
