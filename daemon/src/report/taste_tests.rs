use super::*;
use crate::demo::{Depth, Illuminant, LightboxScene};
use tuner::{Parameter, Samples};

fn parameter(
    parameter: Parameter,
    label: &str,
    found: f64,
    canonical: f64,
) -> TasteReportParameter {
    TasteReportParameter {
        parameter,
        result: ReportParameter {
            label: label.to_owned(),
            canonical,
            native: 2.0 * canonical,
            unit: "EV".to_owned(),
            low: -1.0,
            high: 1.0,
            locked: false,
        },
        found,
        found_native: 2.0 * found,
    }
}

fn report() -> TasteReport {
    TasteReport {
        input_name: "night.png".to_owned(),
        policy_name: "mine.onnx".to_owned(),
        pipeline_name: "software".to_owned(),
        strength: 0.5,
        budget: 3,
        stopped: "the queries are used up".to_owned(),
        queries: vec![
            TasteReportQuery { index: 1, canonical: vec![0.4, 0.0, -0.1], elapsed_ms: 12.0 },
            TasteReportQuery { index: 2, canonical: vec![0.25, 0.0, -0.3], elapsed_ms: 11.0 },
        ],
        parameters: vec![
            parameter(Parameter::Exposure, "Exposure", 0.1, 0.25),
            parameter(Parameter::Saturation, "Saturation", 0.0, 0.0),
            parameter(Parameter::Shadows, "Shadows", 0.0, -0.3),
        ],
        command_line: "isptune render --params exposure=0.25".to_owned(),
        ..TasteReport::default()
    }
}

fn scene(illuminant: Illuminant) -> Frame {
    LightboxScene::new(illuminant, 160, 100).frame(Depth::Sixteen).unwrap()
}

fn of_grey(value: u8) -> Frame {
    Frame::new(40, 30, Samples::U8(vec![value; 40 * 30 * 3])).unwrap()
}

fn render(report: &TasteReport, before: &Frame, after: &Frame) -> String {
    report.render(&TasteReportPictures { before, after }).unwrap()
}

/// What a person reads: without style sheets, script and the pictures' own letters.
fn read(html: &str) -> String {
    let body = html.split("</style>").nth(1).unwrap().split("<script").next().unwrap();
    let mut pieces = body.split("data:image/jpeg;base64,");
    let mut text = pieces.next().unwrap().to_owned();
    for piece in pieces {
        text.push_str(&piece[piece.find('"').unwrap()..]);
    }
    text
}

#[test]
fn tones_and_colours_before_and_after_are_shown_without_a_goal() {
    let html = render(&report(), &scene(Illuminant::A), &scene(Illuminant::D65));
    assert_eq!(html.matches("src=\"data:image/jpeg").count(), 2);
    for class in ["of-before", "of-after"] {
        assert_eq!(html.matches(&format!("<polyline class=\"{class}\" points=\"50")).count(), 5);
    }
    assert_eq!(html.matches("class=\"palette\"").count(), 2);
    let text = read(&html);
    assert!(text.contains("mine.onnx") && text.contains("0.5: a part of the way"), "{text}");
    // The light has turned from A to D65.
    assert!(text.contains("class=\"plain\">Cooler"), "{text}");
    for word in ["goal", "Goal", "dB", "PSNR", "SSIM", "onfidence", "NaN", "{{", "{%"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    assert!(html.ends_with("</html>"));
}

#[test]
fn changes_are_told_from_where_the_picture_was_found() {
    let text = read(&render(&report(), &scene(Illuminant::A), &scene(Illuminant::D65)));
    let told = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words}: {text}"));
    let shadows =
        told("<b>Shadows</b> lowered by 0.300, from 0.000 to −0.600 EV: dark tones darkened.");
    let exposure =
        told("<b>Exposure</b> raised by 0.150, from 0.200 to 0.500 EV: more light everywhere.");
    assert!(shadows < exposure, "the largest change stands first");
    told("Left as found: saturation.");
    told("<td>Exposure +0.300 · Shadows −0.100</td>");
    told("<td>Exposure +0.150 · Shadows −0.300</td>");
    told("2 of 3 queries · the queries are used up");
}

#[test]
fn the_headline_says_what_is_seen() {
    for (before, after, words) in [
        (60, 90, ">Brighter</h1>"),
        (90, 60, ">Darker</h1>"),
        (90, 90, ">Left as it was</h1>"),
        (90, 93, ">Changed in parts</h1>"),
    ] {
        let text = read(&render(&report(), &of_grey(before), &of_grey(after)));
        assert!(text.contains(words), "{before} {after}: {text}");
    }
    let red = Frame::new(40, 30, Samples::U8([150, 90, 60].repeat(40 * 30))).unwrap();
    let text = read(&render(&report(), &of_grey(90), &red));
    let h1 = text.split("class=\"plain\">").nth(1).unwrap().split('<').next().unwrap();
    let words: Vec<&str> = h1.split(", ").collect();
    assert!(words.iter().any(|word| word.eq_ignore_ascii_case("warmer")), "{h1}");
    assert!(words.iter().any(|word| word.eq_ignore_ascii_case("more colourful")), "{h1}");
    assert!(!h1.contains("contrast"), "{h1}");
}

#[test]
fn nothing_changed_and_nothing_in_the_way_are_said() {
    let mut report = report();
    report.strength = 0.0;
    for parameter in &mut report.parameters {
        parameter.result.canonical = parameter.found;
    }
    report.queries = vec![TasteReportQuery {
        index: 1,
        canonical: report.parameters.iter().map(|each| each.found).collect(),
        elapsed_ms: f64::NAN,
    }];
    let text = read(&render(&report, &of_grey(9), &of_grey(9)));
    for words in [
        "0: nothing is to change",
        "It left every parameter as it was found.",
        "<td>nothing</td><td class=\"number\">–</td>",
        "No lock and no limit stood in the way.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    report.limits = vec!["Saturation was locked at +0.000.".to_owned()];
    let text = read(&render(&report, &of_grey(9), &of_grey(9)));
    assert!(
        text.contains("<li>Saturation was locked at +0.000.</li>") && !text.contains("No lock")
    );
}

#[test]
fn names_from_outside_stay_text() {
    let hostile = "</title><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>";
    let mut report = report();
    let names = [
        &mut report.created,
        &mut report.input_name,
        &mut report.policy_name,
        &mut report.pipeline_name,
        &mut report.stopped,
        &mut report.command_line,
    ];
    names.into_iter().for_each(|name| hostile.clone_into(name));
    report.limits = vec![hostile.to_owned()];
    for parameter in &mut report.parameters {
        parameter.result.label = hostile.to_owned();
        parameter.result.unit = hostile.to_owned();
    }
    let html = render(&report, &of_grey(9), &of_grey(99));
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x"));
    assert_eq!(html.matches("<script").count(), 1);
    assert!(html.matches("onerror=alert").count() > 10, "the names are not shown");
}

#[test]
fn pictures_of_one_pixel_and_large_noise_make_a_page_that_is_not_too_large() {
    let pixel = Frame::new(1, 1, Samples::U8(vec![3, 200, 9])).unwrap();
    let wide = Frame::new(3000, 1, Samples::U16(vec![900; 9000])).unwrap();
    for picture in [&pixel, &wide] {
        assert!(render(&report(), picture, picture).ends_with("</html>"));
    }
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(1300 * 1300 * 3)
    .collect();
    let noise = Frame::new(1300, 1300, Samples::U8(noise)).unwrap();
    let html = render(&report(), &noise, &noise);
    assert!(html.len() < 3_000_000, "{} bytes", html.len());
}
