//! The report in a real browser: headless Chromium at desktop and phone width.
//!
//! Needs `chromium` (or ISPTUNE_CHROMIUM), `node`, and `npm ci` in `tests/browser`. Reference
//! screenshots are written anew with ISPTUNE_REFRESH_SCREENS=1; ISPTUNE_SCREENS names a folder
//! that keeps the full-size screenshots.

use std::path::{Path, PathBuf};
use std::process::Command;

use daemon::demo::{Depth, Illuminant, LightboxScene};
use daemon::report::{
    Report, ReportParameter, ReportPictures, ReportQuery, ReportRegistration, ReportScores,
};
use serde_json::Value;
use tuner::{Frame, Planes, Samples};

const CHROMIUM_NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Largest mean difference to a reference, in 8-bit steps: other fonts move text, a broken layout
/// moves everything.
const LARGEST_DIFFERENCE: f64 = 9.0;

fn browser_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}

/// The browser, or what is missing.
fn chromium() -> Result<PathBuf, &'static str> {
    if Command::new("node").arg("--version").output().is_err() {
        return Err("node is not installed");
    }
    if !browser_folder().join("node_modules/playwright-core").exists() {
        return Err("tests/browser/node_modules is missing; run `npm ci` in tests/browser");
    }
    if let Some(named) = std::env::var_os("ISPTUNE_CHROMIUM") {
        return Ok(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| CHROMIUM_NAMES.map(|name| folder.join(name)))
        .find(|program| program.is_file())
        .ok_or("chromium is not installed; install it or name it in ISPTUNE_CHROMIUM")
}

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

fn sample_report() -> Report {
    let scores = |psnr_db: f64, ssim: f64, mean: f64| ReportScores {
        psnr_db,
        ssim,
        delta_e00_mean: mean,
        delta_e00_p95: mean * 2.4,
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
        registration: ReportRegistration { dx: 0.0, dy: 0.0, correlation: 0.997 },
        command_line: "isptune render --input lightbox-A.png --params exposure=0.214,\
            red_gain=-0.387,green_gain=0.052,blue_gain=0.441,saturation=0.18,contrast=0.093,\
            highlights=-0.5,shadows=0.127,texture=0 --out matched.png"
            .to_owned(),
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
    let run = Command::new("node")
        .arg(browser_folder().join("report.mjs"))
        .args([file.as_path(), folder, chromium])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&std::fs::read(folder.join("facts.json")).unwrap()).unwrap()
}

/// HTML Tidy finds nothing to say about the page; its pictures are left out, they only take time.
fn check_html(file: &Path) {
    let html = std::fs::read_to_string(file).unwrap();
    let mut parts = html.split("data:image/jpeg;base64,");
    let mut thin = parts.next().unwrap().to_owned();
    for part in parts {
        thin.push_str("data:,");
        thin.push_str(&part[part.find('"').unwrap()..]);
    }
    let thin_file = file.with_file_name("thin.html");
    std::fs::write(&thin_file, thin).unwrap();
    match Command::new("tidy")
        .args(["-q", "-e", "--drop-empty-elements", "no"])
        .arg(&thin_file)
        .output()
    {
        Ok(said) => assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr)),
        Err(_) => println!("not run: the check by HTML Tidy; tidy is not installed"),
    }
}

fn number(facts: &Value, pointer: &str) -> f64 {
    facts.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {pointer}"))
}

fn check_layout(facts: &Value) {
    assert_eq!(facts["console"], serde_json::json!([]), "the console is not silent");
    let requests = facts["requests"].as_array().unwrap();
    assert!(requests.iter().all(|scheme| scheme == "file"), "{requests:?}");
    for width in ["1280", "390", "360"] {
        let view = &facts["views"][width];
        assert_eq!(view["scroll_width"], view["inner_width"], "{width}: {}", view["wide"]);
        assert_eq!(view["inner_width"], width.parse::<u64>().unwrap());
        assert_eq!(view["wide"], serde_json::json!([]), "{width}: something sticks out");
        assert_eq!(view["without_alt"], 0);
        assert!(number(view, "/smallest_plot_text") >= 9.0, "{width}: text too small in plots");
        let pictures = view["pictures"].as_array().unwrap();
        assert_eq!(pictures.len(), 7);
        let decoded =
            |picture: &Value| number(picture, "/0") > 100.0 && number(picture, "/1") > 60.0;
        assert!(pictures.iter().all(decoded), "{width}: {pictures:?}");
    }
    assert_eq!(facts["printed_slider"], false);
    assert_ne!(facts["dark_page"], "rgb(246, 246, 244)");
}

fn check_slider(facts: &Value) {
    let at = |step: &str| {
        let state = &facts["slider"][step];
        assert_eq!(state["same_source"], false, "{step}: both sides show the same picture");
        let value = number(state, "/value");
        assert!((number(state, "/bar") * 100.0 - value).abs() < 1.0, "{step}: bar is elsewhere");
        (value, state["clip"].as_str().unwrap().to_owned())
    };
    assert_eq!(at("start").0, 50.0);
    assert_eq!(at("keyboard").0, 62.0);
    assert_eq!(at("home").0, 0.0);
    assert!((at("drag").0 - 20.0).abs() <= 1.0, "{:?}", at("drag"));
    assert_eq!(at("released"), at("drag"), "the slider follows a released mouse");
    assert!((at("touch").0 - 80.0).abs() <= 2.0, "{:?}", at("touch"));
    let clips = ["start", "keyboard", "home", "drag"].map(|step| at(step).1);
    for (number, clip) in clips.iter().enumerate() {
        assert!(clips.iter().skip(number + 1).all(|other| other != clip), "{clips:?}");
    }
    assert_eq!(facts["slider"]["start"]["left"], "Before");
    assert_eq!(facts["slider"]["goal"]["left"], "Goal");
}

fn check_maps(facts: &Value) {
    assert!(number(facts, "/maps/before/spread") > 10.0, "blank map: {}", facts["maps"]);
    assert!(number(facts, "/maps/after/spread") > 1.0, "blank map: {}", facts["maps"]);
    let (before, after) = (number(facts, "/maps/before/mean"), number(facts, "/maps/after/mean"));
    assert!(before > 2.0 * after, "before {before}, after {after}");
}

/// Compares a screenshot with its reference, both reduced; or makes the reference.
fn check_screen(folder: &Path, name: &str, width: usize) {
    let screen = Frame::load(folder.join(format!("{name}.png"))).unwrap();
    let height = screen.height() * width / screen.width();
    let reference_path = browser_folder().join(format!("references/{name}.png"));
    if std::env::var_os("ISPTUNE_REFRESH_SCREENS").is_some() {
        screen.resized(width, height).unwrap().save(&reference_path).unwrap();
        let size = std::fs::metadata(&reference_path).unwrap().len();
        assert!(size <= 200_000, "{}: {size} bytes", reference_path.display());
    }
    let reference = Frame::load(&reference_path).unwrap();
    let longer = reference.height() as f64 / height as f64;
    assert!((0.93..1.07).contains(&longer), "{name}: height {height}, was {}", reference.height());
    // Lines of text blur into grey, so that only where things stand is compared.
    let coarse = |frame: &Frame| {
        let small = frame.resized(width / 2, reference.height() / 2).unwrap();
        Planes::from(&small)
    };
    let (screen, reference) = (coarse(&screen), coarse(&reference));
    let pairs = screen.channels().into_iter().zip(reference.channels());
    let difference: f64 = pairs
        .flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())))
        .sum::<f64>()
        / (3 * screen.pixel_count()) as f64
        * 255.0;
    println!("{name}: mean difference {difference:.2} of 255");
    assert!(difference <= LARGEST_DIFFERENCE, "{name}: {difference:.1} of 255 from the reference");
}

#[test]
fn report_holds_on_desktop_and_phone() {
    let chromium = match chromium() {
        Ok(program) => program,
        Err(missing) => {
            println!("not run: {missing}");
            return;
        }
    };
    let temporary = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("ISPTUNE_SCREENS").map(PathBuf::from);
    let folder = kept.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(folder).unwrap();
    let facts = browse(folder, &chromium);
    check_html(&folder.join("report.html"));
    check_layout(&facts);
    check_slider(&facts);
    check_maps(&facts);
    for (name, width) in [("desktop", 200), ("desktop-dark", 200), ("phone", 80)] {
        check_screen(folder, name, width);
    }
}
