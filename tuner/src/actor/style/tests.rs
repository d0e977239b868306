use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn picture(width: usize, height: usize, seed: u64) -> Planes {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let planes = [0.3_f32, 0.5, 0.6].map(|middle| {
        (0..width * height).map(|_| middle + random.random_range(-0.3..0.3)).collect()
    });
    Planes::new(width, height, planes).unwrap()
}

fn of_one_colour(width: usize, height: usize, rgb: [f32; 3]) -> Planes {
    Planes::new(width, height, rgb.map(|value| vec![value; width * height])).unwrap()
}

fn shuffled(picture: &Planes, seed: u64) -> Planes {
    let mut order: Vec<usize> = (0..picture.pixel_count()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let planes = picture.channels().map(|plane| order.iter().map(|&at| plane[at]).collect());
    Planes::new(picture.width(), picture.height(), planes).unwrap()
}

fn eye(found: &Planes, goal: &Planes) -> StyleEye {
    StyleEye::new(found, goal, &vec![true; found.pixel_count()]).unwrap()
}

/// All by hand: pictures of one colour have one tone and one chroma.
#[test]
fn every_value_stands_where_its_definition_puts_it() {
    let (found_rgb, shown_rgb, goal_rgb) = ([0.2, 0.3, 0.4], [0.0, 0.5, 1.0], [0.6, 0.5, 0.02]);
    let colours = |rgb: [f64; 3]| {
        let luma = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
        [luma, (rgb[2] - luma) / 1.8556, (rgb[0] - luma) / 1.5748]
    };
    let features = |rgb: [f64; 3]| {
        let [luma, blue, red] = colours(rgb);
        let half = 0.5_f64.sqrt();
        let mut all = vec![luma; 16];
        for value in [blue, half * (blue + red), red, half * (red - blue)] {
            all.extend([value; 8]);
        }
        all
    };
    let centred = |rgb: [f64; 3]| {
        let scaled = |(at, value): (usize, f64)| if at < 16 { value - 0.4 } else { 4.0 * value };
        features(rgb).into_iter().enumerate().map(scaled).collect::<Vec<f64>>()
    };
    let (found, shown, goal) = (centred(found_rgb), centred(shown_rgb), centred(goal_rgb));
    let residual: Vec<f64> = features(goal_rgb)
        .iter()
        .zip(features(shown_rgb))
        .map(|(goal, ours)| goal - ours)
        .collect();
    let scale = (residual.iter().map(|r| r * r).sum::<f64>() / 48.0).sqrt() + 1e-5;
    let params = Params::clamped([0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9]);
    let [_, blue, red] = colours(shown_rgb);

    let mut wanted: Vec<f64> = residual.iter().map(|r| r / scale).collect();
    wanted.extend(&shown);
    wanted.extend(shown.iter().zip(&found).map(|(ours, found)| ours - found));
    wanted.extend(&goal);
    wanted.extend([4.0 * blue; 8]);
    wanted.extend([4.0 * red; 8]);
    wanted.extend([0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    wanted.extend([0.0; 9]);
    wanted.extend([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    wanted.extend([2.0 / 3.0, 0.0]);
    wanted.extend(params.values());
    wanted.push(scale.ln() / 3.0 + 1.0);

    let paint = |rgb: [f64; 3], size: usize| of_one_colour(size, 9, rgb.map(|value| value as f32));
    let eye = eye(&paint(found_rgb, 7), &paint(goal_rgb, 20));
    let observation = eye.observe(&paint(shown_rgb, 7), &params).unwrap();
    assert_eq!(wanted.len(), STYLE_LENGTH);
    assert!((observation.scale - scale).abs() < 1e-6);
    for (index, (value, wanted)) in observation.values.iter().zip(wanted).enumerate() {
        assert!((f64::from(*value) - wanted).abs() < 2e-5, "{index}: {value} {wanted}");
    }
}

#[test]
fn where_pixels_lie_plays_no_part() {
    let (found, goal, shown) = (picture(37, 23, 0), picture(20, 31, 1), picture(37, 23, 2));
    let plain = eye(&found, &goal).observe(&shown, &Params::NEUTRAL).unwrap();
    let moved = eye(&shuffled(&found, 3), &shuffled(&goal, 4));
    let moved = moved.observe(&shuffled(&shown, 5), &Params::NEUTRAL).unwrap();
    for (index, (ours, other)) in plain.values.iter().zip(moved.values).enumerate() {
        assert!((ours - other).abs() < 1e-5, "{index}: {ours} {other}");
    }
}

#[test]
fn masked_pixels_are_not_seen() {
    let (found, goal, shown) = (picture(16, 16, 0), picture(16, 16, 1), picture(16, 16, 2));
    let mask: Vec<bool> = (0..256).map(|at| at >= 100).collect();
    let mut other = shown.clone();
    for plane in other.channels_mut() {
        plane[..100].fill(0.5);
    }
    let eye = StyleEye::new(&found, &goal, &mask).unwrap();
    let plain = eye.observe(&shown, &Params::NEUTRAL).unwrap();
    assert_eq!(plain, eye.observe(&other, &Params::NEUTRAL).unwrap());
}

#[test]
fn a_goal_that_is_reached_is_seen_without_dividing_by_nothing() {
    let (found, goal) = (picture(16, 16, 0), picture(24, 16, 1));
    let same = Planes::new(16, 24, goal.channels().map(<[f32]>::to_vec)).unwrap();
    let observation = eye(&same, &goal).observe(&same, &Params::NEUTRAL).unwrap();
    assert!(observation.scale < 1.1e-5, "{}", observation.scale);
    assert!(observation.values[..48].iter().all(|value| value.abs() < 1e-3));
    // Black pictures and goals of one colour are numbers like any other.
    let black = Planes::black(16, 16);
    for [found, goal] in [[&black, &goal], [&found, &of_one_colour(8, 8, [0.3; 3])]] {
        let observation = eye(found, goal).observe(&black, &Params::NEUTRAL).unwrap();
        assert!(observation.scale > 0.01);
    }
}

#[test]
fn what_cannot_be_observed_is_refused() {
    let (found, goal) = (picture(16, 16, 0), picture(16, 16, 1));
    assert!(StyleEye::new(&found, &goal, &[true; 4]).is_err());
    let nothing = StyleEye::new(&found, &goal, &[false; 256]).unwrap_err();
    assert_eq!(nothing, ObservationError::NothingCounts);
    let eye = eye(&found, &goal);
    assert!(eye.observe(&picture(8, 32, 2), &Params::NEUTRAL).is_err());
    for value in [f32::NAN, f32::INFINITY] {
        let mut broken = picture(16, 16, 3);
        broken.channels_mut()[1][77] = value;
        assert!(eye.observe(&broken, &Params::NEUTRAL).is_err(), "{value}");
        assert!(StyleEye::new(&broken, &goal, &[true; 256]).is_err(), "{value}");
        assert!(StyleEye::new(&found, &broken, &[true; 256]).is_err(), "{value}");
    }
}
