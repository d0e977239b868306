use super::*;
use crate::demo::{Depth, Illuminant, LightboxScene};
use tuner::Samples;

fn scores(psnr_db: f64, mean: f64) -> ReportScores {
    ReportScores {
        psnr_db,
        ssim: 0.99,
        delta_e00_mean: mean,
        delta_e00_p95: 2.0 * mean,
        style: None,
    }
}

fn report() -> Report {
    Report {
        title: "A tune".to_owned(),
        budget: 10,
        found: scores(18.0, 12.0),
        queries: vec![
            ReportQuery { index: 1, scores: scores(30.0, 3.0), elapsed_ms: 12.0 },
            ReportQuery { index: 2, scores: scores(52.1, 0.4), elapsed_ms: 11.0 },
        ],
        best: 2,
        parameters: vec![ReportParameter {
            label: "Exposure".to_owned(),
            canonical: 0.25,
            native: 0.5,
            unit: "EV".to_owned(),
            low: -0.3,
            high: 0.25,
            locked: false,
        }],
        confidence: 0.93,
        ..Report::default()
    }
}

fn scene(illuminant: Illuminant) -> Frame {
    LightboxScene::new(illuminant, 160, 100).frame(Depth::Sixteen).unwrap()
}

fn render(report: &Report) -> String {
    let (goal, before) = (scene(Illuminant::D65), scene(Illuminant::A));
    report.render(&ReportPictures { goal: &goal, before: &before, after: &goal }).unwrap()
}

#[test]
fn names_from_outside_stay_text() {
    let hostile = "</title><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>";
    let mut report = report();
    report.title = hostile.to_owned();
    report.created = hostile.to_owned();
    report.input_name = hostile.to_owned();
    report.goal_name = hostile.to_owned();
    report.pipeline_name = hostile.to_owned();
    report.strategy = hostile.to_owned();
    report.stopped = hostile.to_owned();
    report.limits = vec![hostile.to_owned()];
    report.command_line = hostile.to_owned();
    for parameter in &mut report.parameters {
        parameter.label = hostile.to_owned();
        parameter.unit = hostile.to_owned();
    }
    let html = render(&report);
    assert!(!html.contains("<script>alert"));
    assert!(!html.contains("<img src=x"));
    assert_eq!(html.matches("<script").count(), 1);
    assert!(html.matches("onerror=alert").count() > 10, "the names are not shown");
}

#[test]
fn page_loads_nothing() {
    let html = render(&report());
    let outside = ["http://", "https://", "//cdn", "@import", "url("];
    for address in outside {
        assert!(!html.contains(address), "{address}");
    }
    for source in html.split("src=\"").skip(1) {
        assert!(source.starts_with("data:"), "{}", &source[..40]);
    }
}

#[test]
fn headline_says_what_was_reached() {
    let html = render(&report());
    assert!(html.contains("Matches within 0.40 ΔE₀₀"));
    assert!(html.contains("52.1 dB · 2 of 10 queries"));
    let mut far = report();
    far.best = 1;
    assert!(render(&far).contains("Comes within 3.0 ΔE₀₀"));
    far.queries.clear();
    far.best = 0;
    assert!(render(&far).contains("No query was measured"));
}

#[test]
fn parameter_at_the_end_of_its_interval_is_marked() {
    let mut report = report();
    assert!(render(&report).contains("at its limit"));
    report.parameters[0].high = 0.5;
    assert!(!render(&report).contains("at its limit"));
    report.parameters[0].locked = true;
    assert!(render(&report).contains(">locked<"));
}

#[test]
fn odd_numbers_are_shown_not_printed_raw() {
    let mut report = report();
    report.queries[1].scores = ReportScores {
        psnr_db: f64::INFINITY,
        ssim: f64::NAN,
        delta_e00_mean: 0.0,
        delta_e00_p95: f64::NAN,
        style: None,
    };
    report.confidence = f64::NAN;
    let html = render(&report);
    let text = html.split("<script>").next().unwrap();
    assert!(text.contains("exact") && !text.contains("NaN") && !text.contains(">inf"));
}

#[test]
fn noise_of_a_large_picture_stays_below_three_megabytes() {
    let mut state = 1u32;
    let mut noise = |count: usize| -> Vec<u8> {
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(count)
        .collect()
    };
    let frame = Frame::new(700, 700, Samples::U8(noise(700 * 700 * 3))).unwrap();
    let other = Frame::new(700, 700, Samples::U8(noise(700 * 700 * 3))).unwrap();
    let pictures = ReportPictures { goal: &frame, before: &other, after: &other };
    let html = report().render(&pictures).unwrap();
    assert!(html.len() < 3_000_000, "{} bytes", html.len());
}

#[test]
fn goal_of_another_size_and_a_single_pixel_make_a_page() {
    let pixel = Frame::new(1, 1, Samples::U8(vec![3, 200, 9])).unwrap();
    let wide = Frame::new(3000, 1, Samples::U16(vec![900; 9000])).unwrap();
    for after in [&pixel, &wide] {
        let goal = scene(Illuminant::D65);
        let pictures = ReportPictures { goal: &goal, before: &pixel, after };
        assert!(report().render(&pictures).unwrap().contains("</html>"));
    }
}

#[test]
fn report_is_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let goal = scene(Illuminant::D65);
    let pictures = ReportPictures { goal: &goal, before: &goal, after: &goal };
    report().write(&pictures, &path).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().ends_with("</html>"));
    let nowhere = folder.path().join("missing/report.html");
    assert!(report().write(&pictures, &nowhere).is_err());
}

#[test]
fn a_style_is_told_by_quantiles_and_palettes_not_by_decibels() {
    let style = |distance, kept| ReportScores {
        style: Some(ReportStyle { distance, histograms: 20.0, content: 0.02, kept }),
        ..scores(20.0, 9.0)
    };
    let mut report = report();
    report.found = style(0.1, true);
    report.queries[0].scores = style(0.004, false);
    report.queries[1].scores = style(0.01, true);
    report.task_reason = Some("the goal shows <b>else</b>".to_owned());
    // The goal is of another shape.
    let goal = LightboxScene::new(Illuminant::D65, 90, 120).frame(Depth::Eight).unwrap();
    let (before, after) = (scene(Illuminant::A), scene(Illuminant::D65));
    let pictures = ReportPictures { goal: &goal, before: &before, after: &after };
    let html = report.render(&pictures).unwrap();
    assert!(html.contains("Takes over the look within 2.6 steps of 255"), "{html}");
    assert!(!html.contains("PSNR") && !html.contains("map-before") && !html.contains("goal-after"));
    assert_eq!(html.matches("class=\"of-goal\" points").count(), 5);
    assert_eq!(html.matches("class=\"palette\"").count(), 3);
    assert!(!html.contains("<b>else"), "text from outside stays text");
    assert!(html.contains(r#"width="90" height="120""#));
}
