use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{Score, ciede2000, delta_e00_map, lab_of_srgb, mse};
use crate::{Frame, Planes, Samples};

fn random_frame(seed: u64, width: usize, height: usize, near: Option<&Frame>) -> Frame {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let samples: Vec<u8> = match near.map(Frame::samples) {
        Some(Samples::U8(samples)) => {
            samples.iter().map(|&v| v.saturating_add(random.random_range(0..9))).collect()
        }
        _ => (0..width * height * 3).map(|_| random.random()).collect(),
    };
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}

fn planes_of(colours: &[[f32; 3]]) -> Planes {
    let plane = |channel: usize| colours.iter().map(|colour| colour[channel]).collect();
    Planes::new(colours.len(), 1, [plane(0), plane(1), plane(2)]).unwrap()
}

/// SSIM straight from its definition, in `f64`, one window at a time.
fn plain_ssim(a: &Planes, b: &Planes) -> f64 {
    let (width, height) = (a.width(), a.height());
    let weight = |at: usize| (-((at as f64 - 5.0) / 1.5).powi(2) / 2.0).exp();
    let whole: f64 = (0..11).map(weight).sum();
    let (mut sum, mut count) = (0.0, 0);
    for (a, b) in a.channels().iter().zip(b.channels()) {
        for top in 0..=height - 11 {
            for left in 0..=width - 11 {
                let mut moments = [0.0; 5];
                for y in 0..11 {
                    for x in 0..11 {
                        let at = (top + y) * width + left + x;
                        let (a, b) = (f64::from(a[at]), f64::from(b[at]));
                        let weight = weight(x) * weight(y) / (whole * whole);
                        for (moment, value) in moments.iter_mut().zip([a, b, a * a, b * b, a * b]) {
                            *moment += weight * value;
                        }
                    }
                }
                let [ma, mb, aa, bb, ab] = moments;
                let (va, vb, cov) = (aa - ma * ma, bb - mb * mb, ab - ma * mb);
                sum += (2.0 * ma * mb + 1e-4) * (2.0 * cov + 9e-4)
                    / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4));
                count += 1;
            }
        }
    }
    sum / f64::from(count)
}

#[test]
fn fast_colour_difference_equals_the_formula_on_all_kinds_of_pairs() {
    let steps = || [0.0_f32, 0.02, 0.2, 0.5, 0.8, 1.0].into_iter();
    let grid: Vec<[f32; 3]> =
        steps().flat_map(|r| steps().flat_map(move |g| steps().map(move |b| [r, g, b]))).collect();
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut pairs: Vec<([f32; 3], [f32; 3])> =
        grid.iter().flat_map(|a| grid.iter().map(|b| (*a, *b))).collect();
    for spread in [1.0_f32, 0.1, 0.01, 0.001] {
        for _ in 0..50_000 {
            let first = [(); 3].map(|()| random.random::<f32>());
            let near = |v: f32| {
                let other = random.random::<f32>();
                ((1.0 - spread) * v + spread * other).clamp(0.0, 1.0)
            };
            pairs.push((first, first.map(near)));
        }
    }
    let (first, second): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    let map = delta_e00_map(&planes_of(&first), &planes_of(&second)).unwrap();
    let mut ambiguous = 0;
    let mut worst = (0.0, [0.0; 3], [0.0; 3]);
    for ((a, b), found) in pairs.iter().zip(map) {
        let lab = [a, b].map(|colour| lab_of_srgb(colour.map(f64::from)));
        let [la, lb] = lab;
        let hues = lab.map(|[_, a, b]| b.atan2(a).to_degrees());
        // The formula jumps between hues that are opposite; see `delta_e00_map`.
        if ((hues[0] - hues[1]).abs() - 180.0).abs() < 1e-3 {
            ambiguous += 1;
            continue;
        }
        let apart = (ciede2000(la, lb) - f64::from(found)).abs();
        if apart > worst.0 {
            worst = (apart, la, lb);
        }
    }
    println!("furthest from the formula: {worst:?}; {ambiguous} ambiguous");
    assert!(worst.0 < 0.01, "{worst:?}");
    assert!(ambiguous < 100, "{ambiguous}");
}

#[test]
fn ssim_equals_its_definition() {
    let a = random_frame(1, 43, 29, None);
    for b in [random_frame(2, 43, 29, Some(&a)), random_frame(3, 43, 29, None)] {
        let (pa, pb) = (Planes::from(&a), Planes::from(&b));
        let wanted = plain_ssim(&pa, &pb);
        let found = Score::between(&pa, &pb, None, [43, 29]).unwrap().ssim;
        assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
    }
}

#[test]
fn jobs_meet_without_gap_or_overlap() {
    // Wider and higher than a job, by odd amounts.
    let a = random_frame(4, 341, 150, None);
    let b = random_frame(5, 341, 150, Some(&a));
    let (pa, pb) = (Planes::from(&a), Planes::from(&b));
    let found = Score::between(&pa, &pb, None, [341, 150]).unwrap().ssim;
    let wanted = plain_ssim(&pa, &pb);
    assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
}

#[test]
fn frames_and_planes_get_the_same_score() {
    let a = random_frame(6, 300, 130, None);
    let b = random_frame(7, 300, 130, Some(&a));
    let planes = Score::between(&Planes::from(&a), &Planes::from(&b), None, [300, 130]).unwrap();
    let frames = Score::of_frames(&a, &b).unwrap();
    assert!((planes.psnr_db - frames.psnr_db).abs() < 1e-5);
    assert_eq!((planes.ssim, planes.delta_e00), (frames.ssim, frames.delta_e00));
    let Samples::U8(samples) = b.samples() else { panic!("depth changed") };
    let wide = samples.iter().map(|&v| u16::from(v) * 257).collect();
    let wide = Frame::new(300, 130, Samples::U16(wide)).unwrap();
    let mixed = Score::of_frames(&a, &wide).unwrap();
    assert!((mixed.psnr_db - frames.psnr_db).abs() < 1e-9, "{mixed:?} {frames:?}");
    assert!((mixed.ssim - frames.ssim).abs() < 1e-6);
}

#[test]
fn windows_do_not_cross_the_tiles_of_a_mosaic() {
    // Two tiles side by side score as the two alone, however different they are.
    let left = [random_frame(8, 24, 24, None), random_frame(9, 24, 24, None)];
    let right = [random_frame(10, 24, 24, None), random_frame(10, 24, 24, None)];
    let joined = |index: usize| {
        let rows = |frame: &Frame| {
            let Samples::U8(samples) = frame.samples().clone() else { panic!("depth changed") };
            samples.chunks(72).map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        let pairs = rows(&left[index]).into_iter().zip(rows(&right[index]));
        let samples = pairs.flat_map(|(left, right)| [left, right].concat()).collect();
        Planes::from(&Frame::new(48, 24, Samples::U8(samples)).unwrap())
    };
    let together = Score::between(&joined(0), &joined(1), None, [24, 24]).unwrap().ssim;
    let alone = Score::of_frames(&left[0], &left[1]).unwrap().ssim;
    assert!((together - (alone + 1.0) / 2.0).abs() < 1e-6, "{together} {alone}");
    let across = Score::between(&joined(0), &joined(1), None, [48, 24]).unwrap().ssim;
    assert!((across - together).abs() > 1e-3, "tile borders made no difference");
}

#[test]
fn masked_pixels_do_not_count() {
    let (width, height) = (64, 40);
    let a = random_frame(11, width, height, None);
    let Samples::U8(mut samples) = a.samples().clone() else { panic!("depth changed") };
    let mut mask = vec![true; width * height];
    for y in 10..20 {
        for x in 30..50 {
            let at = y * width + x;
            mask[at] = false;
            samples[at * 3..at * 3 + 3].fill(0);
        }
    }
    let (a, b) =
        (Planes::from(&a), Planes::from(&Frame::new(width, height, Samples::U8(samples)).unwrap()));
    let tile = [width, height];
    let score = Score::between(&a, &b, Some(&mask), tile).unwrap();
    assert_eq!(score.psnr_db, f64::INFINITY);
    assert_eq!(score.delta_e00.max, 0.0);
    // Windows centred beside the hole still see into it; those on it are left out.
    let all = Score::between(&a, &b, None, tile).unwrap();
    assert!(all.ssim < score.ssim && score.ssim < 1.0, "{all:?} {score:?}");
    assert!(mse(&a, &b, None).unwrap() > 0.0);
    assert_eq!(Score::between(&a, &b, Some(&vec![false; width * height]), tile), None);
    assert_eq!(Score::between(&a, &b, Some(&mask[1..]), tile), None);
    // Only a corner counts, where no window is centred.
    let corner: Vec<bool> = (0..width * height).map(|i| i % width < 3 && i / width < 3).collect();
    assert_eq!(Score::between(&a, &b, Some(&corner), tile).unwrap().ssim, 1.0);
}

#[test]
fn pictures_smaller_than_a_window_are_scored() {
    for [width, height] in [[1, 1], [10, 10], [30_000, 1], [3, 200]] {
        let a = random_frame(12, width, height, None);
        let same = Score::of_frames(&a, &a).unwrap();
        assert_eq!((same.psnr_db, same.ssim), (f64::INFINITY, 1.0));
        let b = random_frame(13, width, height, None);
        let other = Score::of_frames(&a, &b).unwrap();
        assert!(other.ssim < 0.999 && other.psnr_db < 60.0, "{width}x{height}: {other:?}");
    }
}

#[test]
fn other_sizes_have_no_score() {
    let (a, b) = (random_frame(1, 20, 30, None), random_frame(1, 30, 20, None));
    assert_eq!(Score::of_frames(&a, &b), None);
    assert_eq!(Score::between(&Planes::from(&a), &Planes::from(&b), None, [20, 30]), None);
    assert_eq!(delta_e00_map(&Planes::from(&a), &Planes::from(&b)), None);
}
