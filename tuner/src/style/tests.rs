use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{StyleFeatures, StyleHistograms};
use crate::test_rendering::{load, noisy, photographs, render};
use crate::{Frame, Planes, Score};

fn picture(width: usize, height: usize, seed: u64) -> Planes {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let planes = [0.2_f32, 0.4, 0.7].map(|middle| {
        (0..width * height).map(|_| middle + random.random_range(-0.2..0.2)).collect()
    });
    Planes::new(width, height, planes).unwrap()
}

fn shuffled(picture: &Planes, seed: u64) -> Planes {
    let mut order: Vec<usize> = (0..picture.pixel_count()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let planes = picture.channels().map(|plane| order.iter().map(|&at| plane[at]).collect());
    Planes::new(picture.width(), picture.height(), planes).unwrap()
}

fn brighter(picture: &Planes, by: f32) -> Planes {
    let planes = picture.channels().map(|plane| plane.iter().map(|value| value + by).collect());
    Planes::new(picture.width(), picture.height(), planes).unwrap()
}

#[test]
fn where_pixels_lie_plays_no_part() {
    let original = picture(37, 23, 1);
    let goal = StyleFeatures::of(&original);
    assert_eq!(goal.distance(&goal), 0.0);
    let moved = shuffled(&original, 2);
    assert!(StyleFeatures::of(&moved).distance(&goal) < 1e-12);
    let histograms = StyleHistograms::of(&original);
    assert!(StyleHistograms::of(&moved).distance(&histograms) < 1e-9);
}

#[test]
fn size_plays_no_part() {
    // Each pixel four times.
    let original = picture(20, 10, 3);
    let double = original.channels().map(|plane| {
        let row = |row: &[f32]| row.iter().flat_map(|&value| [value; 2]).collect::<Vec<f32>>();
        plane.chunks(20).flat_map(|each| [row(each), row(each)]).flatten().collect()
    });
    let double = Planes::new(40, 20, double).unwrap();
    let distance = StyleFeatures::of(&double).distance(&StyleFeatures::of(&original));
    assert!(distance < 1e-12, "{distance}");
}

#[test]
fn the_distance_grows_with_what_was_changed() {
    let original = picture(32, 32, 4);
    let goal = StyleFeatures::of(&original);
    let steps = [0.01, 0.02, 0.05, 0.1];
    let distances = steps.map(|by| StyleFeatures::of(&brighter(&original, by)).distance(&goal));
    assert!(distances.is_sorted() && distances[0] > 0.0, "{distances:?}");
    // A shift of luma alone moves all of its quantiles by as much: √(16/48) of it.
    for (distance, by) in distances.iter().zip(steps) {
        let wanted = f64::from(by) * (16.0_f64 / 48.0).sqrt();
        assert!((distance - wanted).abs() < 1e-5, "{distance} {wanted}");
    }
}

#[test]
fn colour_is_seen_along_its_direction() {
    let grey = Planes::new(8, 8, [(); 3].map(|()| vec![0.5; 64])).unwrap();
    let warm = Planes::new(8, 8, [vec![0.6; 64], vec![0.5; 64], vec![0.4; 64]]).unwrap();
    let features = StyleFeatures::of(&warm);
    let luma = 0.2126 * 0.6 + 0.7152 * 0.5 + 0.0722 * 0.4;
    let (blue, red) = ((0.4 - luma) / 1.8556, (0.6 - luma) / 1.5748);
    let half = 0.5_f64.sqrt();
    let wanted = [blue, half * (blue + red), red, half * (red - blue)];
    for (found, wanted) in features.chroma().zip(wanted) {
        assert!(found.iter().all(|value| (value - wanted).abs() < 1e-6), "{found:?} {wanted}");
    }
    assert!(StyleFeatures::of(&grey).chroma().flatten().all(|value| value.abs() < 1e-6));
    assert!(StyleHistograms::of(&warm).chroma_distance(&StyleHistograms::of(&grey)) > 1.0);
}

#[test]
fn masked_pixels_do_not_count() {
    let dark = picture(16, 16, 5);
    let [mut red, green, blue] = dark.channels().map(<[f32]>::to_vec);
    red[..128].fill(1.0);
    let spoilt = Planes::new(16, 16, [red, green, blue]).unwrap();
    let mask: Vec<bool> = (0..256).map(|at| at >= 128).collect();
    let ours = StyleFeatures::of_masked(&spoilt, &mask).unwrap();
    assert_eq!(ours, StyleFeatures::of_masked(&dark, &mask).unwrap());
    assert!(StyleFeatures::of_masked(&dark, &[true; 3]).is_none());
    assert!(StyleFeatures::of_masked(&dark, &[false; 256]).is_none());
}

#[test]
fn features_are_stored_as_numbers_and_mixed_along_the_way() {
    let (one, other) =
        (StyleFeatures::of(&picture(16, 16, 8)), StyleFeatures::of(&picture(9, 9, 9)));
    assert_eq!(StyleFeatures::from_values(one.values()), Some(one.clone()));
    assert_eq!(StyleFeatures::from_values(&[0.5; 47]), None);
    assert_eq!(StyleFeatures::from_values(&[f64::NAN; 48]), None);
    assert_eq!(StyleFeatures::from_values(&[7.0; 48]), None);
    let apart = one.distance(&other);
    let quarter = one.towards(&other, 0.25);
    assert!((quarter.distance(&one) - 0.25 * apart).abs() < 1e-12);
    assert!((quarter.distance(&other) - 0.75 * apart).abs() < 1e-12);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What the thresholds of a held style rest on: `docs/decisions/0024-looks-of-style-and-taste.md`.
#[test]
fn a_change_of_light_that_is_lost_by_delta_e_is_lost_by_style_too() {
    let Some(paths) = photographs("val") else { return };
    let of_frame = |frame: &Frame| StyleFeatures::of(&Planes::from(frame));
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (mut exposure, mut warmth, mut noise) = (Vec::new(), Vec::new(), Vec::new());
    for path in paths.iter().step_by(6) {
        let photograph = load(path);
        let [width, height] = photograph.size().map(|side| side * 320 / photograph.width());
        let photograph = photograph.resized(width, height).unwrap();
        let (original, features) = (render(&photograph, [0.0; 9]), of_frame(&photograph));
        let changed = |at: f32, direction: [f32; 3]| {
            let [light, red, blue] = direction.map(|value| at * value);
            render(&photograph, [light, red, 0.0, blue, 0.0, 0.0, 0.0, 0.0, 0.0])
        };
        for (direction, found) in
            [([-1.0, 0.0, 0.0], &mut exposure), ([0.0, 0.5, -0.5], &mut warmth)]
        {
            // The change whose mean ΔE00 is 1.5.
            let [mut low, mut high] = [0.0, 1.0];
            for _ in 0..10 {
                let middle = 0.5 * (low + high);
                let score = Score::of_frames(&changed(middle, direction), &original).unwrap();
                if score.delta_e00.mean < 1.5 {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            found.push(of_frame(&changed(high, direction)).distance(&features));
        }
        let [one, other] = [(); 2].map(|()| of_frame(&noisy(&photograph, 2.0, &mut random)));
        noise.push(one.distance(&other));
    }
    let most = noise.iter().copied().fold(0.0, f64::max);
    let [exposure, warmth, noise] = [exposure, warmth, noise].map(median);
    println!(
        "distance of style at a mean ΔE00 of 1.5: exposure {exposure:.4}, colour {warmth:.4}; of two \
         pictures with noise of 2 steps: median {noise:.5}, at most {most:.5}"
    );
    // The service's thresholds: a style is lost at the one and found again at the other.
    let [lost, found_again] = [0.005, 0.0025];
    assert!(exposure > lost && warmth > lost && 10.0 * most < found_again);
}

#[test]
fn odd_pictures_have_features() {
    for [width, height] in [[1, 1], [30_000, 2], [0, 0]] {
        let black = StyleFeatures::of(&Planes::black(width, height));
        assert!(black.values().iter().all(|value| value.abs() < 1e-9), "{width}x{height}");
    }
    let mut broken = picture(8, 8, 6);
    broken.channels_mut()[0][3] = f32::NAN;
    assert!(StyleFeatures::of(&broken).values().iter().all(|value| value.is_finite()));
}
