//! Pictures that cannot be used, and odd ones that can.

use image::{DynamicImage, ImageBuffer, Luma, LumaA, Rgb};
use tuner::Samples;

use crate::workbench::{Workbench, picture};

/// Both as the input and as the goal, the file is refused and named.
fn refused_on_both_sides(bench: &Workbench, name: &str, parts: &[&str]) {
    let parts: Vec<&str> = parts.iter().copied().chain([name]).collect();
    let out = "--out out.png --report r.html";
    bench.refuses(&format!("match --input {name} --goal input.png {out}"), 1, &parts);
    bench.refuses(&format!("match --input input.png --goal {name} {out}"), 1, &parts);
    let params = "--params exposure=0.1 --out out.png";
    bench.refuses(&format!("render --input {name} {params}"), 1, &parts);
    bench.refuses(&format!("compare input.png {name}"), 1, &parts);
}

#[test]
fn missing_empty_and_folder() {
    let bench = Workbench::new();
    refused_on_both_sides(&bench, "nowhere.png", &["cannot be read", "check the path"]);
    bench.write("empty.png", "");
    refused_on_both_sides(&bench, "empty.png", &["is empty", "copy the picture again"]);
    std::fs::create_dir(bench.path("folder.png")).unwrap();
    refused_on_both_sides(&bench, "folder.png", &["is a folder", "name a picture file"]);
}

#[test]
fn truncated_text_and_enormous() {
    let bench = Workbench::new();
    let whole = std::fs::read(bench.path("input.png")).unwrap();
    bench.write("half.png", &whole[..whole.len() / 2]);
    refused_on_both_sides(&bench, "half.png", &["is cut short", "copy the picture again"]);
    bench.write("text.png", "not a picture, whatever the name says\n");
    refused_on_both_sides(&bench, "text.png", &["is not a picture", "give a PNG, JPEG"]);
    bench.write("huge.ppm", "P6\n60000 60000\n255\n");
    refused_on_both_sides(&bench, "huge.ppm", &["60000x60000 pixels is too large", "crop it"]);
}

#[test]
fn goal_of_another_shape_or_content() {
    let bench = Workbench::new();
    picture([120, 120], 1).save(bench.path("square.png")).unwrap();
    let tune = "match --task finish --input input.png --out out.png --report r.html --goal";
    let parts = ["120x120", "160x120", "crop the goal"];
    bench.refuses(&format!("{tune} square.png"), 4, &parts);
    picture([160, 120], 2).save(bench.path("other.png")).unwrap();
    let parts = ["other content", "give a goal of the same scene"];
    bench.refuses(&format!("{tune} other.png"), 4, &parts);
    let parts = ["region of interest", "leaves the 160x120 picture"];
    bench.refuses(&format!("{tune} input.png --region 100,100,80,10"), 4, &parts);
}

#[test]
fn goal_of_another_size_is_resampled_and_said_so() {
    let bench = Workbench::new().with_goal();
    bench.frame("goal.png").resized(240, 180).unwrap().save(bench.path("large.png")).unwrap();
    let tune = "match --input input.png --goal large.png --queries 3";
    let ended = bench.run(tune).done();
    assert!(ended.out.contains("the goal was resampled from 240x180"), "{ended:#?}");
    let json = bench.run(&format!("{tune} --json")).done().json();
    assert_eq!(json["goal_resampled_from"], serde_json::json!([240, 180]));
}

#[test]
fn one_pixel_and_thirty_thousand_in_a_row() {
    let bench = Workbench::new();
    for size in [[1, 1], [30_000, 2]] {
        picture(size, 1).save(bench.path("odd.png")).unwrap();
        let render = "render --input odd.png --params exposure=0.2,texture=0.5 --out odd-goal.png";
        bench.run(render).done();
        assert_eq!(bench.frame("odd-goal.png").size(), size);
        let tune = "match --input odd.png --goal odd-goal.png --no-registration --queries 3 \
                    --out odd-out.png --report odd.html";
        bench.run(tune).done();
        assert_eq!(bench.frame("odd-out.png").size(), size);
        // With registration they may be refused, as too little to go by; nothing else.
        let ended = bench.run("match --input odd.png --goal odd-goal.png --queries 3 --json");
        assert!(matches!(ended.code, Some(0 | 4)), "{ended:#?}");
    }
}

#[test]
fn grey_alpha_and_16_bits() {
    let bench = Workbench::new();
    let frame = picture([160, 120], 1);
    let Samples::U8(samples) = frame.samples() else { panic!("8 bits were made") };
    let red = || samples.chunks_exact(3).map(|pixel| pixel[0]);
    let wide: Vec<u16> = samples.iter().map(|&sample| u16::from(sample) * 257 + 3).collect();
    let grey = ImageBuffer::<Luma<u8>, _>::from_raw(160, 120, red().collect()).unwrap();
    let alpha = red().flat_map(|level| [level, 255]).collect();
    let alpha = ImageBuffer::<LumaA<u8>, _>::from_raw(160, 120, alpha).unwrap();
    let wide = ImageBuffer::<Rgb<u16>, _>::from_raw(160, 120, wide).unwrap();
    let pictures: [(&str, DynamicImage); 3] =
        [("grey", grey.into()), ("alpha", alpha.into()), ("wide", wide.into())];
    for (name, image) in pictures {
        image.save(bench.path("odd.png")).unwrap();
        bench
            .run("render --input odd.png --params exposure=0.3,contrast=-0.4 --out goal.png")
            .done();
        let goal = bench.frame("goal.png");
        assert_eq!(
            matches!(goal.samples(), Samples::U16(_)),
            name == "wide",
            "{name}: other depth"
        );
        let tune = "match --input odd.png --goal goal.png --out out.png --report r.html --json";
        let json = bench.run(tune).done().json();
        let best = json["best"].as_u64().unwrap() as usize;
        let psnr_db = json["queries"][best - 1]["psnr_db"].as_f64().unwrap();
        assert!(psnr_db > 40.0, "{name}: {psnr_db} dB");
    }
}
