//! A colour chart in the picture as an extra check of a calibration.

use serde_json::Value;
use tuner::chart::{COLUMNS, REFERENCE, ROWS};
use tuner::{Frame, Samples};

use crate::schemas::Schemas;
use crate::workbench::{ISPTUNE, Workbench, picture};

/// Corners of the painted chart, and the option that gives them.
const AT: [[usize; 2]; 4] = [[50, 40], [150, 40], [150, 100], [50, 100]];
const CHART: &str = "--chart 50,40,150,40,150,100,50,100";
const CALIBRATE: &str = "calibrate --input input.png --pipeline device.toml";
/// The software ISP behind responses of its own.
const RESPONSES: &str = "exposure={exposure*0.6+0.12},contrast={contrast*0.5+0.1},\
                         saturation={saturation*0.7+-0.1}";
/// Index of light skin.
const LIGHT_SKIN: usize = 1;

/// A picture of 640×480 with a small chart, whose patches lie between the 8×8 tiles of 4×4 pixels
/// that a calibration looks at.
fn with_chart(colour: impl Fn(usize) -> [u8; 3]) -> Frame {
    let size = [640, 480];
    let Samples::U8(mut samples) = picture(size, 1).into_samples() else { panic!("8 bits") };
    let mut paint = |[x, y]: [usize; 2], half: [usize; 2], colour: [u8; 3]| {
        for row in y - half[1]..=y + half[1] {
            for column in x - half[0]..=x + half[0] {
                let at = 3 * (row * size[0] + column);
                samples[at..at + 3].copy_from_slice(&colour);
            }
        }
    };
    paint([100, 70], [64, 44], [38, 38, 38]);
    for patch in 0..COLUMNS * ROWS {
        let middle = [AT[0][0] + 20 * (patch % COLUMNS), AT[0][1] + 20 * (patch / COLUMNS)];
        paint(middle, [7, 7], colour(patch));
    }
    Frame::new(size[0], size[1], Samples::U8(samples)).unwrap()
}

/// A bench with the picture and a device that counts its queries in the file `asked`; it renders
/// the picture of that name.
fn bench(rendered: &str) -> Workbench {
    let bench = Workbench::new();
    with_chart(|patch| REFERENCE[patch].srgb).save(bench.path("input.png")).unwrap();
    let rendered = bench.path(rendered);
    let asked = bench.path("asked");
    bench.write(
        "device.sh",
        format!(
            "echo x >> '{}'\nexec '{ISPTUNE}' render --input '{}' --out \"$2\" --params \"$3\"\n",
            asked.display(),
            rendered.display()
        ),
    );
    let script = bench.path("device.sh");
    let parameters = ["exposure", "contrast", "saturation"].map(|name| {
        format!("[[parameter]]\nname = \"{name}\"\nkey = \"{name}\"\nrange = [-1.0, 1.0]\nneutral = 0.0\n")
    });
    bench.write(
        "device.toml",
        format!(
            "kind = \"command\"\nmode = \"oneshot\"\nprogram = [\"sh\", \"{}\", \"{{input}}\", \
             \"{{output}}\", \"{RESPONSES}\"]\n{}",
            script.display(),
            parameters.concat()
        ),
    );
    bench
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn a_chart_agrees_with_a_right_fit() {
    let bench = bench("input.png");
    let ended = bench.run(&format!("{CALIBRATE} --chart auto --json")).done();
    if let Some(schemas) = Schemas::to_hold_with() {
        schemas.hold("calibrate --chart", &ended.out, "calibrate");
    }
    let calibrated = ended.json();
    assert_eq!(calibrated["trusted"], true, "{calibrated}");
    let queries = calibrated["queries"].as_u64().unwrap();
    assert_eq!(bench.read("asked").lines().count() as u64, queries, "the chart takes no query");
    let chart = &calibrated["chart"];
    assert_eq!(chart["agrees"], true, "{chart}");
    assert!(number(&chart["delta_e00"]["mean"]) < 0.5, "{chart}");
    assert!(number(&chart["delta_e00_before"]["mean"]) > 2.0, "{chart}");
    assert!(number(&chart["as_found"]["max"]) < 0.1, "it is painted as published: {chart}");
    for (found, painted) in chart["corners"].as_array().unwrap().iter().zip(AT) {
        for (found, painted) in found.as_array().unwrap().iter().zip(painted) {
            assert!((number(found) - painted as f64).abs() < 1.0, "{chart}");
        }
    }
    let patches = chart["patches"].as_array().unwrap();
    assert_eq!(patches.len(), 24);
    assert_eq!(patches[LIGHT_SKIN]["name"], "light skin");
}

#[test]
fn a_fit_that_misses_one_patch_is_not_trusted() {
    let bench = bench("altered.png");
    // What the device shows there is not what was found there: the fit cannot know of it.
    let altered = |patch: usize| {
        let srgb = REFERENCE[patch].srgb;
        if patch == LIGHT_SKIN { [194, 120, 130] } else { srgb }
    };
    with_chart(altered).save(bench.path("altered.png")).unwrap();
    let without = bench.run(&format!("{CALIBRATE} --json")).done().json();
    assert_eq!(without["trusted"], true, "{without}");
    assert_eq!(without.get("chart"), None);
    let ended = bench.run(&format!("{CALIBRATE} {CHART}")).done();
    assert!(ended.out.contains("chart at 50,40,150,40,150,100,50,100:\n"), "{}", ended.out);
    assert!(ended.out.contains("light skin most, by "), "{}", ended.out);
    assert!(ended.out.contains("the chart does not agree with the fit"), "{}", ended.out);
    // Later tunes know it too.
    let later = bench
        .run("match --input input.png --goal altered.png --pipeline device.toml --queries 2 --json")
        .done();
    assert!(later.err.contains("misses the patches of the chart"), "{}", later.err);
    assert_eq!(later.json()["calibration"], Value::Null);
}

#[test]
fn charts_that_cannot_be_read_are_refused_before_any_query() {
    let bench = bench("input.png");
    // The device would leave the file `asked`, which `refuses` sees.
    let refused = |chart: &str, code, parts: &[&str]| {
        bench.refuses(&format!("{CALIBRATE} --chart {chart}"), code, parts);
    };
    refused("150,40,150,100,50,100,50,40", 1, &["not in order", "50,40,150,40,150,100,50,100"]);
    refused("50,40,150,40,50,100,150,100", 1, &["not in order", "50,40,150,40,150,100,50,100"]);
    refused("50,40,150,40,150,100,140,50", 1, &["do not go round a chart"]);
    refused("50,40,150,40,150,100,-1,100", 1, &["patch 19 (white)", "640x480"]);
    refused("350,40,450,40,450,100,350,100", 1, &["not those of a 24-patch chart"]);
    refused("50,40,150,40,150,100", 2, &["x1,y1,x2,y2"]);
    refused("somewhere", 2, &["\"somewhere\" does not tell where the chart is"]);
    let clipped = |patch: usize| if patch == 18 { [255; 3] } else { REFERENCE[patch].srgb };
    with_chart(clipped).save(bench.path("input.png")).unwrap();
    refused("auto", 1, &["patch 19 (white) of the chart is clipped: 100 %", "expose less"]);
    picture([640, 480], 1).save(bench.path("input.png")).unwrap();
    refused("auto", 1, &["no 24-patch chart was found"]);
}
