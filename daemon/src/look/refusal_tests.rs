use std::path::PathBuf;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tuner::Samples;

use super::*;

/// The validation photographs; prints `not run:` when they are missing.
fn photographs() -> Vec<(PathBuf, Frame)> {
    let shared = std::env::var_os("ISPTUNE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(shared.join("photos/val")) else {
        println!("not run: no photographs in {}", shared.display());
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "jpg")).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), Frame::load(path).unwrap())).collect()
}

/// Weighted mean of neighbours, rounded to 8 bits; borders repeat.
fn convolved(frame: &Frame, weights: &[f32], across: bool) -> Frame {
    let Samples::U8(samples) = frame.samples() else { panic!("8 bits expected") };
    let [width, height] = frame.size();
    let radius = weights.len() / 2;
    let sum: f32 = weights.iter().sum();
    let near =
        |at: usize, tap: usize, extent: usize| (at + tap).saturating_sub(radius).min(extent - 1);
    let value = |index: usize| {
        let (x, y, channel) = (index / 3 % width, index / 3 / width, index % 3);
        let taps = weights.iter().enumerate().map(|(tap, weight)| {
            let (x, y) = if across { (near(x, tap, width), y) } else { (x, near(y, tap, height)) };
            weight * f32::from(samples[(y * width + x) * 3 + channel])
        });
        (taps.sum::<f32>() / sum).round() as u8
    };
    let out = (0..samples.len()).into_par_iter().map(value).collect();
    Frame::new(width, height, Samples::U8(out)).unwrap()
}

fn defocused(frame: &Frame, sigma: f32) -> Frame {
    let radius = (3.0 * sigma).ceil() as i32;
    let weights: Vec<f32> =
        (-radius..=radius).map(|t| (-0.5 * (t as f32 / sigma).powi(2)).exp()).collect();
    convolved(&convolved(frame, &weights, true), &weights, false)
}

fn noisy(frame: &Frame, steps: f32, seed: u64) -> Frame {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let Samples::U8(samples) = frame.samples() else { panic!("8 bits expected") };
    // The sum of twelve uniform numbers has a standard deviation of 1 and is nearly normal.
    let mut normal = || (0..12).map(|_| random.random::<f32>()).sum::<f32>() - 6.0;
    let out = samples.iter().map(|&v| (f32::from(v) + steps * normal()).round() as u8).collect();
    Frame::new(frame.width(), frame.height(), Samples::U8(out)).unwrap()
}

fn detail_of(frame: &Frame) -> f64 {
    detail::detail(frame).unwrap()
}

#[test]
fn no_photograph_is_a_bad_reference_and_blurred_ones_are() {
    let photographs = photographs();
    let mut measured: Vec<[f64; 6]> = photographs
        .par_iter()
        .enumerate()
        .map(|(seed, (path, photo))| {
            let found = refusals(photo, None).unwrap();
            assert!(found.is_empty(), "{path:?}: {found:?}");
            let soft = defocused(photo, 2.0);
            let all = [
                photo,
                &noisy(photo, 4.0, seed as u64),
                &defocused(photo, 1.5),
                &soft,
                &noisy(&soft, 2.0, seed as u64),
                &defocused(photo, 6.0),
            ];
            let details = all.map(detail_of);
            let expected = [true, true, false, false, false, false];
            for (case, (sharp, detail)) in expected.iter().zip(details).enumerate() {
                let as_expected = *sharp == (detail >= LEAST_DETAIL);
                assert!(as_expected || case == 4, "{path:?}: {details:?}");
            }
            details
        })
        .collect();
    // The noise is estimated, and what is left of it is finer than any blur.
    let hidden = measured.iter().filter(|details| details[4] >= LEAST_DETAIL).count();
    println!("blurred and noisy, taken for sharp: {hidden} of {}", measured.len());
    assert!(hidden * 6 <= measured.len(), "{hidden}");
    // As sharp, sharp and noisy, blurred by 1.5, by 2, that with noise, blurred by 6.
    for column in 0..measured.first().map_or(0, |row| row.len()) {
        measured.sort_by(|a, b| a[column].total_cmp(&b[column]));
        let at = |share: f64| measured[((measured.len() - 1) as f64 * share) as usize][column];
        println!("{column}: {:.3} {:.3} {:.3}", at(0.0), at(0.5), at(1.0));
    }
}

#[test]
fn one_sharp_part_is_enough() {
    let photographs = photographs();
    for (path, photo) in photographs.iter().step_by(12) {
        let blurred = defocused(photo, 3.0);
        let (Samples::U8(sharp), Samples::U8(soft)) = (photo.samples(), blurred.samples()) else {
            panic!("8 bits expected")
        };
        // The middle half of the rows and columns is in focus: a portrait.
        let [width, height] = photo.size();
        let middle = |at: usize, extent: usize| (extent / 4..3 * extent / 4).contains(&at);
        let samples = sharp.iter().zip(soft).enumerate().map(|(index, (sharp, soft))| {
            let (x, y) = (index / 3 % width, index / 3 / width);
            if middle(x, width) && middle(y, height) { *sharp } else { *soft }
        });
        let portrait = Frame::new(width, height, Samples::U8(samples.collect())).unwrap();
        assert!(detail_of(&portrait) >= LEAST_DETAIL, "{path:?}: {}", detail_of(&portrait));
    }
}

fn patterned(width: usize, height: usize, value: impl Fn(usize, usize) -> u8) -> Frame {
    let pixel = |index: usize| [value(index % width, index / width); 3];
    let samples = (0..width * height).flat_map(pixel).collect();
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}

#[test]
fn each_bad_reference_is_refused_for_its_own_reason() {
    let boxes = |x: usize, y: usize| if (x / 5 + y / 7).is_multiple_of(2) { 60 } else { 190 };
    let good = patterned(160, 120, boxes);
    assert_eq!(refusals(&good, Some(&good)).unwrap(), []);
    let of = |frame: &Frame| refusals(frame, None).unwrap();

    assert_eq!(of(&patterned(63, 200, boxes)), [Refusal::TooSmall { width: 63, height: 200 }]);
    assert_eq!(of(&patterned(160, 120, |_, _| 90)), [Refusal::Flat { spread_steps: 0.0 }]);
    let card = noisy(&patterned(160, 120, |_, _| 90), 3.0, 1);
    assert!(matches!(of(&card)[..], [Refusal::Flat { .. }]), "{:?}", of(&card));
    let share = 96.0 / 160.0;
    let white = patterned(160, 120, |x, y| if x < 96 { 255 } else { boxes(x, y) });
    assert_eq!(of(&white), [Refusal::Clipped { end: End::White, share }]);
    let black = patterned(160, 120, |x, y| if x < 96 { 0 } else { boxes(x, y) });
    assert_eq!(of(&black), [Refusal::Clipped { end: End::Black, share }]);
    let half = patterned(160, 120, |x, y| if x < 80 { 255 } else { boxes(x, y) });
    assert_eq!(of(&half), []);
    assert!(matches!(of(&defocused(&good, 3.0))[..], [Refusal::Blurred { .. }]));
    let square = patterned(120, 120, boxes);
    let against = refusals(&good, Some(&square)).unwrap();
    let message = Refusal::list(&against);
    assert!(message.contains("proportions differ"), "{message}");
    // 16 bits are judged as 8 are.
    let wide = |frame: &Frame| {
        let Samples::U8(samples) = frame.samples() else { panic!("8 bits expected") };
        let samples = samples.iter().map(|&v| u16::from(v) * 257).collect();
        Frame::new(frame.width(), frame.height(), Samples::U16(samples)).unwrap()
    };
    for frame in [&good, &white, &black, &card] {
        assert_eq!(of(&wide(frame)), of(frame));
    }
}

#[test]
fn frames_are_averaged_unless_they_are_not_of_one_scene() {
    let scene = |seed: u64, shift: usize| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let grain: Vec<u8> = (0..40 * 40).map(|_| random.random_range(30..220)).collect();
        patterned(200, 150, |x, y| grain[(y / 5) * 40 + (x + shift) / 5 % 40])
    };
    let file = |number: usize| PathBuf::from(format!("{number}.png"));
    let frames = |frames: &[Frame]| {
        let mut mean = MeanOfFrames::new(frames[0].clone());
        for (number, frame) in frames.iter().enumerate().skip(1) {
            mean.add(&file(number), frame)?;
        }
        mean.finish()
    };
    let still = scene(1, 0);
    let (mean, found) = frames(&[noisy(&still, 3.0, 1), noisy(&still, 3.0, 2)]).unwrap();
    assert!(matches!(mean.samples(), Samples::U16(_)));
    assert_eq!(found, []);
    let (_, found) = frames(&[still.clone(), still.clone(), scene(1, 4)]).unwrap();
    assert!(matches!(&found[..], [Refusal::Moved { file, .. }] if file == "2.png"), "{found:?}");
    let (_, found) = frames(&[still.clone(), scene(2, 0)]).unwrap();
    assert_eq!(found, [Refusal::OtherFrame { file: "1.png".to_owned() }]);
    let message = frames(&[still, scene(1, 0).resized(100, 75).unwrap()]).unwrap_err().to_string();
    assert!(message.starts_with("1.png: is 100x75 pixels"), "{message}");
}

#[test]
fn refused_pictures_make_looks_only_by_force_and_say_so() {
    let new = |force| NewLook {
        name: "a".parse().unwrap(),
        kind: LookKind::Finish,
        goal: patterned(100, 80, |_, _| 77),
        source: LookSource::Picture { file: "grey\ncard.png".to_owned() },
        tags: Tags::default(),
        against: None,
        known: Vec::new(),
        force,
    };
    let message = new(false).make().unwrap_err().to_string();
    for part in ["grey·card.png", "of one colour", "--force"] {
        assert!(message.contains(part), "{message}");
    }
    let provenance = new(true).make().unwrap().summary().provenance.clone();
    assert!(provenance.forced[0].contains("of one colour"), "{provenance:?}");
}
