use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::Samples;
use crate::test_rendering::{
    frame_of, load, noisy, photographs, random_rendering, render, scene, shifted, values,
};

/// Root mean square difference over the pixels that count, in 8-bit steps.
fn rms_steps(a: &Frame, b: &Frame, mask: &[bool]) -> f64 {
    let (a, b) = (values(a), values(b));
    let pixels = a.chunks_exact(3).zip(b.chunks_exact(3)).zip(mask).filter(|(_, counts)| **counts);
    let (mut sum, mut count) = (0.0, 0.0);
    for ((a, b), _) in pixels {
        sum += a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        count += 3.0;
    }
    255.0 * (sum / count).sqrt()
}

/// Paints an ellipse of one colour with a slight shade: a hand, or what stood behind an object.
fn with_ellipse(
    frame: &Frame,
    centre: [f32; 2],
    radii: [f32; 2],
    rgb: [f32; 3],
) -> (Frame, Vec<bool>) {
    let (width, height) = (frame.width(), frame.height());
    let mut out = values(frame);
    let mut inside = vec![false; width * height];
    for (i, pixel) in out.chunks_exact_mut(3).enumerate() {
        let (x, y) = ((i % width) as f32 / width as f32, (i / width) as f32 / height as f32);
        let r = ((x - centre[0]) / radii[0]).powi(2) + ((y - centre[1]) / radii[1]).powi(2);
        if r < 1.0 {
            inside[i] = true;
            for (value, colour) in pixel.iter_mut().zip(rgb) {
                *value = colour * (1.0 - 0.25 * r);
            }
        }
    }
    (frame_of(width, height, &out), inside)
}

fn whole(frame: &Frame) -> View {
    View::whole(frame.width(), frame.height())
}

#[test]
fn a_shifted_goal_is_laid_back_onto_the_picture() {
    let found = scene(480, 320, 1);
    let look = [0.3, 0.2, 0.0, -0.3, 0.3, 0.4, -0.2, 0.3, 0.0];
    let goal = render(&shifted(&found, [5.4, -3.7]), look);
    let goal = Goal::prepare(&found, goal, &GoalOptions::default()).unwrap();
    let view = whole(&found);
    let mask = goal.mask(&view);
    let kept = mask.iter().filter(|m| **m).count() as f64 / mask.len() as f64;
    assert!((0.9..0.97).contains(&kept), "{kept}");
    let wanted = render(&found, look);
    let error = rms_steps(&goal.aligned(), &wanted, &mask);
    let unaligned = rms_steps(&goal.frame, &wanted, &mask);
    assert!(error < 2.5 && error < 0.1 * unaligned, "{error} of {unaligned}");
}

#[test]
fn tiles_and_whole_picture_agree_on_the_shifted_goal() {
    let found = scene(800, 480, 2);
    for shift in [[3.0, -2.0], [2.5, 0.0], [0.0, 0.0]] {
        let goal = shifted(&found, shift);
        let goal = Goal::prepare(&found, goal, &GoalOptions::default()).unwrap();
        let view = View::of_size(800, 480);
        assert!(!view.is_whole());
        let tiles = goal.planes(&view);
        let gathered = Planes::from(&view.gather(&goal.aligned()).unwrap());
        for (a, b) in tiles.channels().into_iter().zip(gathered.channels()) {
            // The whole picture is rounded to 8 bits, the tiles are not.
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.6 / 255.0), "{shift:?}");
        }
        let borrowed = matches!(goal.aligned(), Cow::Borrowed(_));
        assert_eq!(borrowed, shift == [0.0, 0.0]);
    }
}

#[test]
fn a_hand_in_the_goal_is_masked_and_the_rest_is_not() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let found = scene(480, 320, 3);
    let look = render(&found, [0.3, 0.2, 0.0, -0.3, 0.3, 0.4, -0.2, 0.3, 0.4]);
    let (goal, hand) = with_ellipse(&look, [0.35, 0.55], [0.16, 0.24], [0.85, 0.62, 0.5]);
    let goal = noisy(&goal, 2.0, &mut rng);
    let goal = Goal::prepare(&found, goal, &GoalOptions::default()).unwrap();
    assert_eq!((goal.registration().dx, goal.registration().dy), (0.0, 0.0));
    let (caught, lost) = caught_and_lost(&goal.mask(&whole(&found)), &hand);
    assert!(caught > 0.85 && lost < 0.05, "caught {caught}, lost {lost}");
}

/// Share of the foreign pixels that are masked, and share of the others that are.
fn caught_and_lost(mask: &[bool], foreign: &[bool]) -> (f64, f64) {
    let share = |wanted: bool| {
        let of: Vec<bool> =
            mask.iter().zip(foreign).filter(|(_, f)| **f == wanted).map(|(m, _)| !m).collect();
        of.iter().filter(|m| **m).count() as f64 / of.len().max(1) as f64
    };
    (share(true), share(false))
}

#[test]
fn honest_renderings_are_not_masked() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let found = scene(480, 320, 4);
    let mut shares = Vec::new();
    for _ in 0..12 {
        let goal = random_rendering(&found, &mut rng);
        let goal = Goal::prepare(&found, goal, &GoalOptions::default()).unwrap();
        let mask = goal.mask(&whole(&found));
        shares.push(mask.iter().filter(|m| !**m).count() as f64 / mask.len() as f64);
    }
    // The discs have every colour, so clipping and saturation bend them more than a photograph.
    assert!(shares.iter().all(|share| *share < 0.08), "{shares:?}");
    assert!(shares.iter().sum::<f64>() / 12.0 < 0.02, "{shares:?}");
}

#[test]
fn a_goal_of_another_size_is_resized_and_says_so() {
    let found = scene(320, 240, 5);
    let goal = found.resized(480, 360).unwrap();
    let prepared = Goal::prepare(&found, goal.clone(), &GoalOptions::default()).unwrap();
    assert_eq!(prepared.resized_from(), Some([480, 360]));
    assert_eq!((prepared.registration().dx, prepared.registration().dy), (0.0, 0.0));
    let error = Goal::prepare(&found, goal.resized(480, 300).unwrap(), &GoalOptions::default());
    let error = error.unwrap_err().to_string();
    assert!(error.contains("480x300") && error.contains("320x240"), "{error}");
}

#[test]
fn other_content_is_refused_by_its_correlation() {
    let options = GoalOptions::default();
    let error = Goal::prepare(&scene(320, 240, 6), scene(320, 240, 7), &options).unwrap_err();
    let GoalError::OtherContent { correlation, .. } = error else { panic!("{error}") };
    assert!(error.to_string().contains(&format!("{correlation:.3}")), "{error}");
    let unchecked = GoalOptions { register: false, ..options };
    assert!(Goal::prepare(&scene(320, 240, 6), scene(320, 240, 7), &unchecked).is_ok());
}

#[test]
fn a_grey_card_is_taken_as_aligned_and_not_refused() {
    let card = |value: u8| Frame::new(320, 200, Samples::U8(vec![value; 320 * 200 * 3])).unwrap();
    let goal = Goal::prepare(&card(90), card(160), &GoalOptions::default()).unwrap();
    assert_eq!(goal.registration().content, Content::NothingToCompare);
    assert_eq!((goal.registration().dx, goal.registration().dy), (0.0, 0.0));
    assert!(goal.mask(&whole(&card(90))).iter().all(|counts| *counts));
}

#[test]
fn a_region_outside_the_picture_is_refused() {
    let found = scene(160, 120, 8);
    for region in [
        Region { x: 0, y: 0, width: 0, height: 10 },
        Region { x: 100, y: 0, width: 61, height: 10 },
        Region { x: usize::MAX, y: 0, width: 2, height: 10 },
    ] {
        let options = GoalOptions { region_of_interest: Some(region), register: true };
        let error = Goal::prepare(&found, found.clone(), &options).unwrap_err();
        assert!(error.to_string().contains("160x120"), "{error}");
    }
    let region = Region { x: 10, y: 20, width: 30, height: 40 };
    let options = GoalOptions { region_of_interest: Some(region), register: true };
    let goal = Goal::prepare(&found, found.clone(), &options).unwrap();
    let mask = goal.mask(&whole(&found));
    assert_eq!(mask.iter().filter(|m| **m).count(), 30 * 40);
    assert!(mask[20 * 160 + 10] && !mask[19 * 160 + 10] && !mask[20 * 160 + 40]);
}

#[test]
fn the_smallest_pictures_do_not_panic() {
    for [width, height] in [[1, 1], [1, 300], [7, 5], [17, 33], [30_000, 3]] {
        let frame = Frame::new(width, height, Samples::U8(vec![9; width * height * 3])).unwrap();
        let goal = Goal::prepare(&frame, frame.clone(), &GoalOptions::default()).unwrap();
        assert!(goal.mask(&whole(&frame)).iter().all(|counts| *counts));
    }
}

/// The figures of docs/decisions/0003-registration.md.
#[test]
#[ignore = "minutes; prints figures"]
fn measured_masks_on_photographs() {
    let Some(paths) = photographs("val") else { return };
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let (mut honest, mut caught_all, mut lost_all) = (Vec::new(), Vec::new(), Vec::new());
    let mut refused = 0;
    for path in &paths {
        let found = load(path);
        let goal = noisy(&random_rendering(&found, &mut rng), 2.0, &mut rng);
        let noisy_found = noisy(&found, 2.0, &mut rng);
        let view = whole(&found);
        match Goal::prepare(&noisy_found, goal.clone(), &GoalOptions::default()) {
            Ok(goal) => {
                let mask = goal.mask(&view);
                honest.push(mask.iter().filter(|m| !**m).count() as f64 / mask.len() as f64);
                if honest.last() > Some(&0.02) {
                    println!("masked {:?} {:.3}", path.file_name(), honest.last().unwrap());
                }
            }
            Err(_) => refused += 1,
        }
        let rgb = [0.85, 0.62, 0.5];
        let centre = [rng.random_range(0.3..0.7), rng.random_range(0.3..0.7)];
        let (goal, hand) = with_ellipse(&goal, centre, [0.15, 0.2], rgb);
        match Goal::prepare(&noisy_found, goal, &GoalOptions::default()) {
            Ok(goal) => {
                let (caught, lost) = caught_and_lost(&goal.mask(&view), &hand);
                caught_all.push(caught);
                lost_all.push(lost);
            }
            Err(_) => refused += 1,
        }
    }
    println!("refused {refused}");
    for (name, mut list) in [("honest masked", honest), ("caught", caught_all), ("lost", lost_all)]
    {
        list.sort_by(f64::total_cmp);
        let at = |share: f64| list[((list.len() - 1) as f64 * share) as usize];
        let mean = list.iter().sum::<f64>() / list.len() as f64;
        println!(
            "{name}: mean {mean:.4} p5 {:.3} p10 {:.3} p50 {:.3} p90 {:.3} p95 {:.3} max {:.3}",
            at(0.05),
            at(0.1),
            at(0.5),
            at(0.9),
            at(0.95),
            at(1.0)
        );
    }
}

/// The figures of docs/decisions/0004-clipped-goal-pixels.md: a plain Gauss–Newton fit of the nine
/// parameters to goals that are clipped in all channels in a tenth of the picture or more, with those
/// pixels and without.
#[test]
#[ignore = "a minute; prints figures"]
fn measured_use_of_clipped_goal_pixels() {
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    let found = scene(120, 90, 11);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    while with.len() < 40 {
        let params: [f32; 9] = std::array::from_fn(|_| rng.random_range(-1.0..=1.0));
        let goal = render(&found, params);
        let target = values(&goal);
        let clipped = |p: &[f32]| p.iter().all(|v| *v >= 1.0) || p.iter().all(|v| *v <= 0.0);
        let share = target.chunks_exact(3).filter(|p| clipped(p)).count() as f64 / (120.0 * 90.0);
        if !(0.1..0.9).contains(&share) {
            continue;
        }
        let start: [f64; 9] =
            params.map(|v| (f64::from(v) + rng.random_range(-0.4..0.4)).clamp(-1.0, 1.0));
        let kept: Vec<bool> = target.chunks_exact(3).map(|p| !clipped(p)).collect();
        with.push(fitted_psnr(&found, &target, &vec![true; kept.len()], start));
        without.push(fitted_psnr(&found, &target, &kept, start));
    }
    for (name, mut list) in [("with", with.clone()), ("without", without.clone())] {
        list.sort_by(f64::total_cmp);
        let mean = list.iter().sum::<f64>() / list.len() as f64;
        println!(
            "{name} clipped pixels: mean {mean:.1} dB, p10 {:.1}, median {:.1}",
            list[4], list[20]
        );
    }
    let worse = with.iter().zip(&without).filter(|(a, b)| **a + 1.0 < **b).count();
    let better = with.iter().zip(&without).filter(|(a, b)| **a > **b + 1.0).count();
    println!("with them better by 1 dB: {better} of 40, worse: {worse} of 40");
}

/// PSNR over the whole picture (capped at 60) after twelve damped Gauss–Newton steps.
fn fitted_psnr(found: &Frame, target: &[f32], kept: &[bool], mut at: [f64; 9]) -> f64 {
    let picture = |p: [f64; 9]| values(&render(found, p.map(|v| v as f32)));
    let error = |picture: &[f32], counts: &dyn Fn(usize) -> bool| {
        let pairs = picture.iter().zip(target).enumerate().filter(|(i, _)| counts(i / 3));
        let (sum, count) =
            pairs.fold((0.0, 0.0), |(s, n), (_, (a, b))| (s + f64::from(a - b).powi(2), n + 1.0));
        sum / count
    };
    let masked = |i: usize| kept[i];
    let mut now = picture(at);
    let mut damping = 1e-3;
    for _ in 0..12 {
        let columns: Vec<Vec<f32>> = (0..9)
            .map(|k| {
                let mut near = at;
                let step = if at[k] > 0.0 { -0.05 } else { 0.05 };
                near[k] += step;
                picture(near).iter().zip(&now).map(|(a, b)| (a - b) / step as f32).collect()
            })
            .collect();
        let sum = |a: &[f32], b: &dyn Fn(usize) -> f32| -> f64 {
            a.iter()
                .enumerate()
                .filter(|(i, _)| kept[i / 3])
                .map(|(i, v)| f64::from(v * b(i)))
                .sum()
        };
        let mut left =
            nalgebra::DMatrix::from_fn(9, 9, |r, c| sum(&columns[r], &|i| columns[c][i]));
        let right = nalgebra::DVector::from_fn(9, |r, _| sum(&columns[r], &|i| target[i] - now[i]));
        for k in 0..9 {
            left[(k, k)] = left[(k, k)] * (1.0 + damping) + 1e-4 * left.trace() / 9.0;
        }
        let Some(factor) = left.cholesky() else { break };
        let step = factor.solve(&right);
        let next: [f64; 9] = std::array::from_fn(|k| (at[k] + step[k]).clamp(-1.0, 1.0));
        let there = picture(next);
        if error(&there, &masked) < error(&now, &masked) {
            (at, now) = (next, there);
            damping *= 0.3;
        } else {
            damping *= 8.0;
        }
    }
    (-10.0 * error(&now, &|_| true).max(1e-12).log10()).min(60.0)
}
