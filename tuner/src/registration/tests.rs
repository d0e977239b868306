use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::test_rendering::{frame_of, load, noisy, photographs, random_rendering, scene, shifted};

fn print_distribution(name: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share) as usize];
    println!(
        "{name}: n {}, min {:.4}, 1% {:.4}, 5% {:.4}, median {:.4}, 95% {:.4}, 99% {:.4}, max {:.4}",
        values.len(),
        at(0.0),
        at(0.01),
        at(0.05),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
}

/// The figures of docs/decisions/0003-registration.md: `cargo test -p tuner -- --ignored --nocapture measured`.
#[test]
#[ignore = "minutes; prints figures"]
fn measured_accuracy_on_photographs() {
    let Some(paths) = photographs("val") else { return };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut aligned = (Vec::new(), Vec::new());
    let mut moved = (Vec::new(), Vec::new());
    let (mut refused, mut nonzero, mut same) = (0, 0, 0);
    for path in &paths {
        let photo = load(path);
        for round in 0..4 {
            let shift = match round {
                0 | 1 => [0.0, 0.0],
                2 => [rng.random_range(-12..=12), rng.random_range(-12..=12)].map(f64::from),
                _ => [rng.random_range(-6.0..6.0), rng.random_range(-6.0..6.0)],
            };
            let scene = if shift == [0.0, 0.0] { photo.clone() } else { shifted(&photo, shift) };
            let goal = random_rendering(&scene, &mut rng);
            let goal = if round == 0 { goal } else { noisy(&goal, 2.0, &mut rng) };
            let found = if round == 0 { photo.clone() } else { noisy(&photo, 2.0, &mut rng) };
            let r = register(&found, &goal);
            same += 1;
            let error = (r.dx - shift[0]).hypot(r.dy - shift[1]);
            if r.content != Content::Same {
                refused += 1;
                println!(
                    "refused {:?} {:?} round {round} corr {:.3}",
                    path.file_name(),
                    r.content,
                    r.correlation
                );
                continue;
            }
            let list = if round < 2 { &mut aligned } else { &mut moved };
            list.0.push(error);
            list.1.push(r.correlation);
            if round < 2 && error > 0.0 {
                nonzero += 1;
            }
            if error > 0.05 {
                println!(
                    "off {:?} round {round} shift {shift:.2?} error {error:.3} corr {:.3}",
                    path.file_name(),
                    r.correlation
                );
            }
        }
    }
    println!("refused {refused} of {same}; aligned but not (0,0): {nonzero}");
    print_distribution("aligned error", aligned.0);
    print_distribution("aligned correlation", aligned.1);
    print_distribution("moved error", moved.0);
    print_distribution("moved correlation", moved.1);
}

#[test]
#[ignore = "minutes; prints figures"]
fn measured_refusals() {
    let Some(paths) = photographs("val") else { return };
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let photos: Vec<Frame> = paths.iter().map(|p| load(p)).collect();
    let mut correlations = Vec::new();
    let mut accepted = 0;
    for a in 0..photos.len() {
        for step in [1, 7, 31] {
            let b = (a + step) % photos.len();
            let w = photos[a].width().min(photos[b].width());
            let h = photos[a].height().min(photos[b].height());
            let r = register(
                &cropped(&photos[a], w, h),
                &random_rendering(&cropped(&photos[b], w, h), &mut rng),
            );
            correlations.push(r.correlation);
            if r.content != Content::Other {
                accepted += 1;
                println!("{:?} {:?} -> {r:?}", paths[a].file_name(), paths[b].file_name());
            }
        }
    }
    println!("other content not refused: {accepted} of {}", correlations.len());
    print_distribution("other content correlation", correlations);
    let Some(paths) = photographs("bracket") else { return };
    let mut correlations = Vec::new();
    let mut shifts = Vec::new();
    for path in paths.iter().filter(|p| p.to_string_lossy().contains("_ref")) {
        let found = load(path);
        for other in ["_under", "_over"] {
            let goal = load(std::path::Path::new(&path.to_string_lossy().replace("_ref", other)));
            let r = register(&found, &goal);
            correlations.push(r.correlation);
            shifts.push(r.dx.hypot(r.dy));
            if r.content != Content::Same || r.dx.hypot(r.dy) > 1.0 {
                println!("{:?} {other} -> {r:?}", path.file_name());
            }
        }
    }
    print_distribution("bracket correlation", correlations);
    print_distribution("bracket shift", shifts);
}

pub(super) fn cropped(frame: &Frame, width: usize, height: usize) -> Frame {
    let crate::Samples::U8(samples) = frame.samples() else { panic!() };
    let rows = samples.chunks_exact(frame.width() * 3).take(height);
    let samples = rows.flat_map(|row| row[..width * 3].iter().copied()).collect();
    Frame::new(width, height, crate::Samples::U8(samples)).unwrap()
}

#[test]
#[ignore = "prints figures"]
fn measured_time() {
    let Some(paths) = photographs("val") else { return };
    let photo = load(&paths[2]);
    for [width, height] in [[640, 400], [1280, 720], [3840, 2160]] {
        let found = photo.resized(width, height).unwrap();
        let goal = photo.resized(width, height).unwrap();
        let mut best = f64::INFINITY;
        for _ in 0..12 {
            let start = std::time::Instant::now();
            let r = register(&found, &goal);
            best = best.min(start.elapsed().as_secs_f64());
            assert_eq!((r.dx, r.dy), (0.0, 0.0));
        }
        println!("{width}x{height}: {:.1} ms", best * 1e3);
    }
}

/// What an aligned rendering must say: a tune on aligned pictures must not resample.
#[test]
fn aligned_renderings_are_at_zero_exactly() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for seed in 0..6 {
        let found = scene(384, 256, 20 + seed);
        let goal = noisy(&random_rendering(&found, &mut rng), 2.0, &mut rng);
        let r = register(&noisy(&found, 2.0, &mut rng), &goal);
        assert_eq!((r.dx, r.dy, r.content), (0.0, 0.0, Content::Same), "{seed}: {r:?}");
    }
}

#[test]
fn shifts_are_found_to_a_fiftieth_of_a_pixel_under_any_look() {
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    for shift in [[0.3, -0.5], [7.0, -11.0], [-4.73, 2.21], [14.5, 0.0]] {
        let found = scene(384, 256, 30);
        let goal = random_rendering(&shifted(&found, shift), &mut rng);
        let r = register(&found, &goal);
        let error = (r.dx - shift[0]).hypot(r.dy - shift[1]);
        assert!(error < 0.02, "{shift:?}: {r:?}");
        // Whole shifts are whole, so that nothing is resampled.
        if shift == [7.0, -11.0] {
            assert_eq!([r.dx, r.dy], shift);
        }
    }
}

#[test]
fn large_pictures_are_registered_to_the_same_accuracy() {
    let found = scene(192, 128, 31).resized(1536, 1024).unwrap();
    let goal = shifted(&found, [-37.4, 21.8]);
    let r = register(&found, &goal);
    assert!((r.dx + 37.4).hypot(r.dy - 21.8) < 0.05, "{r:?}");
}

#[test]
fn stripes_do_not_slide_along_themselves() {
    let values: Vec<f32> = (0..320 * 200)
        .flat_map(|i| {
            [0.5 + 0.3 * ((i % 320) as f32 * 0.11).sin() + 0.1 * ((i % 320) as f32 * 0.043).sin();
                3]
        })
        .collect();
    let found = frame_of(320, 200, &values);
    let goal = shifted(&found, [3.0, 0.0]);
    let r = register(&found, &goal);
    assert_eq!((r.dx, r.dy), (3.0, 0.0));
}

#[test]
fn thirty_pairs_of_different_photographs_are_refused() {
    let Some(paths) = photographs("val") else { return };
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    let photos: Vec<Frame> = paths.iter().take(31).map(|path| load(path)).collect();
    for (a, b) in photos.iter().zip(photos.iter().skip(1)) {
        let (width, height) = (a.width().min(b.width()), a.height().min(b.height()));
        let goal = random_rendering(&cropped(b, width, height), &mut rng);
        let r = register(&cropped(a, width, height), &goal);
        assert_eq!(r.content, Content::Other, "{r:?}");
        assert_eq!((r.dx, r.dy), (0.0, 0.0));
    }
}

#[test]
fn exposures_of_one_scene_are_accepted() {
    let Some(paths) = photographs("bracket") else { return };
    for path in paths.iter().filter(|p| p.to_string_lossy().contains("_ref")).step_by(9) {
        let found = load(path);
        for other in ["_under", "_over"] {
            let goal = path.to_string_lossy().replace("_ref", other);
            let r = register(&found, &load(std::path::Path::new(&goal)));
            assert_eq!(r.content, Content::Same, "{goal}: {r:?}");
        }
    }
}

#[test]
fn thumbnails_of_other_scenes_are_refused_too() {
    for seed in 0..10 {
        let thumbnail = |seed| scene(256, 256, seed).resized(64, 64).unwrap();
        let (found, goal) = (thumbnail(seed), thumbnail(seed + 100));
        assert_eq!(register(&found, &goal).content, Content::Other, "{seed}");
        assert_eq!(register(&found, &found).content, Content::Same, "{seed}");
    }
}
