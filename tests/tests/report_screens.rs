//! The report in a real browser: headless Chromium at desktop and phone width.
//!
//! Needs `chromium` (or ISPTUNE_CHROMIUM), `node`, and `npm ci` in `tests/browser`. Reference
//! screenshots are written anew with ISPTUNE_REFRESH_SCREENS=1; ISPTUNE_SCREENS names a folder
//! that keeps the full-size screenshots.

use std::path::Path;

use daemon::demo::{Depth, Illuminant, LightboxScene};
use daemon::report::{
    Report, ReportParameter, ReportPictures, ReportQuery, ReportRegistration, ReportScores,
    TasteReport, TasteReportParameter, TasteReportPictures, TasteReportQuery,
};
use isptune_tests::browser::{
    Browser, check_html, check_screen, check_slider, check_width, facts, number,
};
use serde_json::Value;
use tuner::{Frame, Parameter, Samples};

/// The goal with a little cast and noise left: what a good tune ends with.
fn nearly(goal: &Frame) -> Frame {
    let Samples::U16(samples) = goal.samples() else { panic!("16 bits are rendered") };
    let mut state = 7u32;
    let near = samples.iter().enumerate().map(|(number, &value)| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (f64::from(state >> 16) / 65536.0 - 0.5) * 500.0;
        let gain = [1.006, 1.0, 0.992][number % 3];
        (f64::from(value) * gain + noise).clamp(0.0, 65535.0) as u16
    });
    Frame::new(goal.width(), goal.height(), Samples::U16(near.collect())).unwrap()
}

fn sample_parameters() -> Vec<ReportParameter> {
    let parameter = |label: &str, canonical: f64, native: f64, unit: &str| ReportParameter {
        label: label.to_owned(),
        canonical,
        native,
        unit: unit.to_owned(),
        low: -1.0,
        high: 1.0,
        locked: false,
    };
    let mut parameters = vec![
        parameter("Exposure", 0.214, 0.428, "EV"),
        parameter("Red gain", -0.387, 0.765, "×"),
        parameter("Green gain", 0.052, 1.037, "×"),
        parameter("Blue gain", 0.441, 1.357, "×"),
        parameter("Saturation", 0.18, 1.18, "×"),
        parameter("Contrast", 0.093, 9.3, "%"),
        parameter("Highlights", -0.5, -50.0, "%"),
        parameter("Shadows", 0.127, 12.7, "%"),
        parameter("Texture", 0.0, 0.0, "%"),
    ];
    parameters[0].low = -0.3;
    parameters[0].high = 0.5;
    parameters[6].low = -0.5;
    parameters[8].locked = true;
    parameters[8].low = 0.0;
    parameters[8].high = 0.0;
    parameters
}

fn sample_report() -> Report {
    let scores = |psnr_db: f64, ssim: f64, mean: f64| ReportScores {
        psnr_db,
        ssim,
        delta_e00_mean: mean,
        delta_e00_p95: mean * 2.4,
        style: None,
    };
    let course = [
        (27.4, 0.956, 4.6),
        (34.8, 0.981, 2.1),
        (41.2, 0.991, 1.1),
        (40.3, 0.990, 1.2),
        (47.9, 0.996, 0.62),
        (50.6, 0.997, 0.47),
        (52.1, 0.9981, 0.40),
        (51.7, 0.998, 0.42),
    ];
    let queries = course.into_iter().enumerate().map(|(number, (psnr, ssim, mean))| ReportQuery {
        index: number + 1,
        scores: scores(psnr, ssim, mean),
        elapsed_ms: 41.0 + 1.3 * number as f64,
    });
    let parameters = sample_parameters();
    Report {
        title: "Lightbox, A to D65".to_owned(),
        created: "22 November 2026, 10:40".to_owned(),
        input_name: "lightbox-A.png".to_owned(),
        goal_name: "reference-camera/with a rather long name of a file, 2026-11-22.tif".to_owned(),
        pipeline_name: "software".to_owned(),
        strategy: "model".to_owned(),
        budget: 10,
        stopped: "stopped because nothing better was expected".to_owned(),
        queries: queries.collect(),
        found: scores(18.3, 0.871, 11.9),
        best: 7,
        parameters,
        confidence: 0.93,
        limits: vec![
            "0.4 % of the goal is clipped: those pixels were left out.".to_owned(),
            "Texture was locked.".to_owned(),
            "Highlights ended at the limit that was set.".to_owned(),
        ],
        registration: Some(ReportRegistration { dx: 0.0, dy: 0.0, correlation: 0.997 }),
        task_reason: None,
        command_line: "isptune render --input lightbox-A.png --params exposure=0.214,\
            red_gain=-0.387,green_gain=0.052,blue_gain=0.441,saturation=0.18,contrast=0.093,\
            highlights=-0.5,shadows=0.127,texture=0 --out matched.png"
            .to_owned(),
    }
}

fn sample_taste_report() -> TasteReport {
    let parameters = sample_parameters();
    let canonical: Vec<f64> = parameters.iter().map(|each| each.canonical).collect();
    let first = canonical.iter().map(|value| value * 1.3).collect();
    let parameters = parameters.into_iter().zip(Parameter::ALL);
    TasteReport {
        created: "22 November 2026, 10:40".to_owned(),
        input_name: "holidays/with a rather long name of a file, 2026-11-22.tif".to_owned(),
        policy_name: "the taste that comes with isptune".to_owned(),
        pipeline_name: "software".to_owned(),
        strength: 0.8,
        budget: 2,
        stopped: "the queries are used up".to_owned(),
        queries: vec![
            TasteReportQuery { index: 1, canonical: first, elapsed_ms: 41.0 },
            TasteReportQuery { index: 2, canonical, elapsed_ms: 42.3 },
        ],
        parameters: parameters
            .map(|(result, parameter)| TasteReportParameter {
                parameter,
                found: 0.0,
                found_native: if result.unit == "×" { 1.0 } else { 0.0 },
                result,
            })
            .collect(),
        limits: vec![
            "Exposure may go from −0.300 to +0.500; it stayed between.".to_owned(),
            "Highlights may go from −0.500 to +1.000; the policy’s taste ended at a limit."
                .to_owned(),
            "Texture was locked at +0.000.".to_owned(),
        ],
        command_line: sample_report().command_line,
    }
}

/// Writes a report, opens it, and returns what the browser met.
fn browse(folder: &Path, chromium: &Path) -> Value {
    let [width, height] = LightboxScene::SIZE;
    let scene =
        |illuminant| LightboxScene::new(illuminant, width, height).frame(Depth::Sixteen).unwrap();
    let (goal, before) = (scene(Illuminant::D65), scene(Illuminant::A));
    let after = nearly(&goal);
    let file = folder.join("report.html");
    let pictures = ReportPictures { goal: &goal, before: &before, after: &after };
    sample_report().write(&pictures, &file).unwrap();
    assert!(std::fs::metadata(&file).unwrap().len() < 3_000_000);
    facts("report.mjs", &[&file, folder, chromium], folder)
}

/// The same of an enhancement; the names of its screenshots begin with `prefix`.
fn browse_taste(folder: &Path, chromium: &Path, prefix: &str) -> Value {
    let [width, height] = LightboxScene::SIZE;
    let scene =
        |illuminant| LightboxScene::new(illuminant, width, height).frame(Depth::Sixteen).unwrap();
    let (before, after) = (scene(Illuminant::A), nearly(&scene(Illuminant::D65)));
    let file = folder.join("report.html");
    let pictures = TasteReportPictures { before: &before, after: &after };
    sample_taste_report().write(&pictures, &file).unwrap();
    assert!(std::fs::metadata(&file).unwrap().len() < 3_000_000);
    facts("report.mjs", &[&file, folder, chromium, Path::new(prefix)], folder)
}

/// The report without its pictures, which only take time, as HTML Tidy sees it.
fn check_thin_html(file: &Path) {
    let html = std::fs::read_to_string(file).unwrap();
    let mut parts = html.split("data:image/jpeg;base64,");
    let mut thin = parts.next().unwrap().to_owned();
    for part in parts {
        thin.push_str("data:,");
        thin.push_str(&part[part.find('"').unwrap()..]);
    }
    let thin_file = file.with_file_name("thin.html");
    std::fs::write(&thin_file, thin).unwrap();
    check_html(&thin_file);
}

/// Nothing sticks out or is missing at any width; `shown` pictures are.
fn check_layout(facts: &Value, shown: usize) {
    assert_eq!(facts["console"], serde_json::json!([]), "the console is not silent");
    let requests = facts["requests"].as_array().unwrap();
    assert!(requests.iter().all(|scheme| scheme == "file"), "{requests:?}");
    for width in [1280, 390, 360] {
        check_width(facts, width);
        let view = &facts["views"][width.to_string()];
        assert_eq!(view["without_alt"], 0);
        let pictures = view["pictures"].as_array().unwrap();
        assert_eq!(pictures.len(), shown);
        let decoded =
            |picture: &Value| number(picture, "/0") > 100.0 && number(picture, "/1") > 60.0;
        assert!(pictures.iter().all(decoded), "{width}: {pictures:?}");
    }
    assert_eq!(facts["slider"]["start"]["left"], "Before");
    assert_eq!(facts["printed_slider"], false);
    assert_ne!(facts["dark_page"], "rgb(246, 246, 244)");
}

fn check_maps(facts: &Value) {
    assert!(number(facts, "/maps/before/spread") > 10.0, "blank map: {}", facts["maps"]);
    assert!(number(facts, "/maps/after/spread") > 1.0, "blank map: {}", facts["maps"]);
    let (before, after) = (number(facts, "/maps/before/mean"), number(facts, "/maps/after/mean"));
    assert!(before > 2.0 * after, "before {before}, after {after}");
}

#[test]
fn report_holds_on_desktop_and_phone() {
    let Some(browser) = Browser::found() else { return };
    let (chromium, folder) = (browser.program(), browser.folder());
    let facts = browse(folder, chromium);
    check_thin_html(&folder.join("report.html"));
    check_layout(&facts, 7);
    check_slider(&facts);
    assert_eq!(facts["slider"]["goal"]["left"], "Goal");
    check_maps(&facts);
    for (name, width) in [("desktop", 200), ("desktop-dark", 200), ("phone", 80)] {
        check_screen(folder, name, width);
    }
}

#[test]
fn report_of_an_enhancement_holds_on_desktop_and_phone() {
    let Some(browser) = Browser::found() else { return };
    let folder = browser.folder().join("enhanced");
    std::fs::create_dir_all(&folder).unwrap();
    let facts = browse_taste(&folder, browser.program(), "enhanced-");
    check_thin_html(&folder.join("report.html"));
    check_layout(&facts, 4);
    check_slider(&facts);
    assert_eq!(facts["switches"], 0);
    for (name, width) in [("enhanced-desktop", 180), ("enhanced-phone", 80)] {
        check_screen(&folder, name, width);
    }
}
